"""What must never leave the house: text that is not finished, and personal numbers."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from personnummer.personnummer import valid

from tasks.gates.masking import masked, quote
from tasks.gates.passages import UNSEEN, exact_places
from tasks.gates.readability import sentences
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject
from tasks.slot_values import STAND_INS

UNRESOLVED = re.compile(
    r"\{\{.{0,300}?\}\}|\{\{|\}\}|\{%.{0,300}?%\}|\$?\{[\w .åäöÅÄÖ-]+\}|\(\([^()]*\)\)|\[\[|\]\]"
    r"|\[[^\[\]\d][^\[\]]{0,300}\](?!\()|\[\](?!\()"
    r"|\[[^\[\]]{0,80}[^\W\d_][^\[\]]{0,80}\](?!\()|<<[^<>]*>>|<[^\W\d_][\w .-]{0,40}>|«[^\W\d_][\w-]{0,30}»"
    r"|%[^\W\d]{2,40}%|#[A-ZÅÄÖ_]{3,30}#|\*?\|[A-Z][A-Z_]{2,30}\|\*?|\$[A-Za-zåäöÅÄÖ_]\w{2,40}"
)
MARK_UP = re.compile(
    r"<!--.{0,300}?(?:-->|$)|</?[A-Za-z][\w-]{0,30}(?:\s+[\w:-]{1,40}\s*=\s*(?:\"[^\"<>]{0,300}\"|'[^'<>]{0,300}'"
    r"|“[^”<>]{0,300}”|[^\s<>\"']{1,300}))+\s*/?>|</[A-Za-z][\w-]{0,30}\s*>|<[A-Za-z][\w-]{0,30}\s*/>"
    r"|&(?:amp;)*(?:nbsp|amp|quot|apos|shy|ndash|mdash|hellip|laquo|raquo|[aouAOU]uml|[aA]ring|[eE]acute"
    r"|#\d{1,6}|#x[\da-fA-F]{1,5});"
)
"""HTML that is printed as it was written."""
UNFINISHED = re.compile(
    r"\b[Xx]{2,}\b|(?<=\d)[Xx]{2,}\b|_{3,}|(?<!\S)_{2,}(?!\S)|\.{4,}|…{2,}|\?{3,}|(?<!\S)\?{2,}(?!\S)"
    r"|\b(?:TEST|TODO|FIXME|TBC|TBD|TBA|UTKAST|DRAFT|FYLL I"
    r"|NN)\b|\bN\.\s?N\.?(?!\w)"
    r"|\b(?:ÅÅÅÅ|YYYY|yyyy|åååå)[-/.](?:MM|mm)|\b(?:DD|dd)[-/.](?:MM|mm)\b|\b(?:undefined|NaN|null)\b"
    r"|\btest\b(?=\s+test\b)"
    r"|\b0\d{1,2}[- ]?(?:0{2,3}[ ]?00[ ]?00|123 ?45 ?67)\b|\(\s*(?:datum|namn|plats|tid|länk|belopp|adress"
    r"|telefon|fyll i|infoga"
    r"[^()]*|date|name|place|time|link|amount|insert[^()]*|pvm|nimi|paikka)\s*\)"
)
FILLER = re.compile(
    r"\b(?:lorem|ipsum|dolor sit amet|asdf\w*|qwerty\w*|foo ?bar|bla ?bla\w*|blah|dummy(?:text)?|(?:exempel"
    r"|test|prov|fyll|sample"
    r"|dummy|platshållar|filler)[- ]?text(?:en)?|test(?:data|mejl|mail|utskick|rad|rubrik|brev|meddelande"
    r"|inlägg|person(?:en)?|sson)"
    r"|test[- ](?:message|mail|letter|e-mail|email|data|person|user)|testi(?:teksti|viesti)|esimerkkiteksti"
    r"|qoraal tijaabo"
    r"|(?:det här|detta) är (?:bara )?ett test|(?:this|it) is (?:only |just )?a test|tämä on (?:vain )?testi"
    r"|waa tijaabo"
    r"|fyll i (?:här|senare|datum|namn|text|plats|siffra|siffror|rätt \w+)|(?:skriv|infoga|klistra in"
    r"|sätt in) (?:din |en )?"
    r"(?:text|rubrik|datum|namn|länk)(?: här)?|(?:din |mer )?(?:text|rubrik|länk|bild) (?:här|kommer(?: här"
    r"| senare)?)(?=[\s.!)]|$)"
    r"|(?:insert|add|your|enter) (?:text|name|date|link|title|heading) here|text goes here|text to come"
    r"|kompletteras senare"
    r"|kirjoita tähän|lisää tähän|teksti tähän|täydennä myöhemmin|halkan ku qor|John Doe|Jane Doe|Joe Bloggs"
    r"|Matti Meikäläinen"
    r"|(?:Kalle|Anna|Test) Test|First ?name Last ?name|Förnamn Efternamn|Etunimi Sukunimi|Namn Namnsson"
    r"|Exempel Exempelsson|Svensson Svensson)\b"
    r"|(?:نص تجريبي|هذا اختبار|لوريم|اكتب هنا|أدخل (?:النص|الاسم|التاريخ)|نص هنا)"
    r"|\b(?:Fel! (?:Hittar inte referenskälla|Bokmärket är inte definierat|Använd fliken)"
    r"|Error! (?:Reference source not found|Bookmark not defined|Use the Home tab)"
    r"|Virhe\. Viitteen lähdettä ei löytynyt)"
    r"|^\W*(?:test(?:ing|ar)?|rubrik|titel|title|heading|text|ämnesrad|ingress|brödtext|subject)\W{0,20}\d{0,20}\W{0,20}$"
    r"|\btest ?[123]\b",
    re.IGNORECASE,
)
TEST_ADDRESS = re.compile(
    r"\b(?:test\w*|exempel|example|foo|asdf|xxx+|namn\.efternamn|f[oö]rnamn\.efternamn|user|john\.doe"
    r"|din\.?epost|name)@\S+"
    r"|[^\s@]{1,64}@(?:test|exempel|domain|dom[aä]n|mail)\.\w+|\bexample\.(?:com|org|net)\b|\bexempel\.se\b|\bdin(?:sida"
    r"|domän)\.se\b",
    re.IGNORECASE,
)
COMPACT = re.compile(
    r"(?:(?<![\w+-])|(?<=\bSE))(?<!\d{4} )(?:(?:18|19|20)\d{2}|\d{2})\d{4} ?[-+]? ?\d{4}(?![\w-])(?! \d{4})"
)
DIVIDED = re.compile(
    r"(?:(?<![\w+-])|(?<=\bSE))(?:(?:18|19|20)\d{2}|\d{2})(?P<by>[-/. ])\d{2}(?P=by)\d{2} ?[-+] ?\d{4}(?![\w-])"
)
SPACED = re.compile(r"(?<![\w+-])(?<!\d )(?:\d ){5,7}\d ?[-+]? ?(?:\d ){3}\d(?! ?\d)")
DIVIDED_YEAR = re.compile(
    r"(?<![\w+-])(?:18|19|20)\d{2} \d{4} \d{4}(?![\w-])(?! \d{4})|(?<![\w+-])(?:18|19|20)\d{6}-?\d{2} \d{2}(?![\w-])"
)
MARKS = re.compile(r"[*_`\\]+|</?\w+>")
HYPHENS = re.compile("[\u2010-\u2015\u2212\u00ad]")
TELEPHONE_BEFORE = re.compile(r"(?:tel|telefon|mobil|phone|ring|call|sms|text)\w*\s*(?:nummer|number)?[.:]?\s*$", re.I)
WORD_ATTRIBUTES = ("alt", "title", "aria-label", "content")
ADDRESS_ATTRIBUTES = ("href", "src")


@gate("placeholder")
def placeholder(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: no unresolved placeholder, no filler, no test data."""
    remedy = subject.say("Write the real text, or declare the value as a slot in the brief.")
    told: set[tuple[str, tuple[str, int]]] = set()
    for sentence, text in _unfinished(subject):
        message = subject.say("The text is not finished: “{text}”", text=quote(text))
        for place in exact_places(subject, sentence, text):
            if (text, place) not in told:
                told.add((text, place))
                yield Fault(message, remedy, place, sentence=masked(sentence))


@gate("personal_number")
def personal_number(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: no valid personal or coordination number, however it is written; the number itself is never repeated."""
    message = subject.say("A personal number stands in the text")
    remedy = subject.say("Remove it. If it is a telephone number, write it with its hyphen: 08-123 45 67.")
    found = dict.fromkeys(number for part in _all_text(subject) for number in personal_numbers(part))
    for number in found:
        for place, line in _lines_with(subject, number) or [(subject.place(number), "")]:
            yield Fault(message, remedy, place, sentence=masked(_plain_digits(line)))


def _lines_with(subject: GateSubject, number: str) -> list[tuple[tuple[str, int], str]]:
    """Return each line that holds a number, marks such as ** aside, with its words; else the first of two that do."""
    written = [(place, MARKS.sub("", line)) for place, line in subject.written_lines]
    lines = [(place, line) for place, line in written if number in personal_numbers(line)]
    pairs = (
        (place, f"{line.rstrip()} {further.strip()}")
        for (place, line), ((name, _), further) in pairwise(written)
        if place[0] == name
    )
    return lines or [(place, line) for place, line in pairs if number in personal_numbers(line)]


def personal_numbers(text: str) -> Iterator[str]:
    """Yield the digits of each valid personal or coordination number in a text, in whatever digits it is written."""
    plain = _plain_digits(text)
    for match in (found for form in (COMPACT, DIVIDED, DIVIDED_YEAR, SPACED) for found in form.finditer(plain)):
        compact = re.sub(r"[ /.]", "", match.group())
        digits, sign = re.sub(r"\D", "", compact), "+" if "+" in compact else "-" if compact[-5] == "-" else ""
        if _is_personal(digits, sign) and not _is_telephone(compact, plain[: match.start()]):
            yield digits


def _is_personal(digits: str, sign: str) -> bool:
    return len(digits) in (10, 12) and bool(valid(f"{digits[:-4]}{sign}{digits[-4:]}"))


def _plain_digits(text: str) -> str:
    """Return a text with the digits, hyphens and spaces of every script as ASCII has them."""
    shown = HYPHENS.sub("-", unicodedata.normalize("NFKC", UNSEEN.sub("", text)))
    ascii_digits = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in shown)
    return re.sub(r"[ \t\u2066-\u2069]+", " ", re.sub("[\u200e\u200f\u2066-\u2069]", "", ascii_digits))


def _unfinished(subject: GateSubject) -> Iterator[tuple[str, str]]:
    """Yield each sentence with what is unfinished in it."""
    addresses, words = _attributes(subject, ADDRESS_ATTRIBUTES), _attributes(subject, WORD_ATTRIBUTES)
    linked = {
        address.partition(":")[2] for address in addresses if ":" in address
    }  # plain text writes: words <address>
    name = STAND_INS["address_name"]
    recipient = f"{name} {STAND_INS['street']}"  # of a letter that is shown before it is filled
    told = [
        subject.subject, *words, *sentences([*subject.body, *subject.blocks, *subject.paragraphs]), subject.seen,
        *subject.paragraphs,
    ]  # fmt: skip
    for sentence in dict.fromkeys(told):
        found = _unfinished_in(
            "" if sentence == name and subject.channel == "letter" else sentence.replace(recipient, "")
        )
        yield from ((sentence, each) for each in found if each.strip("<>") not in linked)
    for address in addresses:
        yield from ((address, match.group()) for match in re.finditer(r"\{\{.*?\}\}|\[\[|\bX{3,}\b", address))


@lru_cache(maxsize=8192)
def _unfinished_in(sentence: str) -> tuple[str, ...]:
    forms = (UNRESOLVED, MARK_UP, UNFINISHED, FILLER, TEST_ADDRESS)
    return tuple(dict.fromkeys(match.group() for form in forms for match in form.finditer(sentence)))


def _all_text(subject: GateSubject) -> list[str]:
    attributes = _attributes(subject, (*ADDRESS_ATTRIBUTES, *WORD_ATTRIBUTES))
    return [subject.subject, subject.text, subject.seen, *attributes]


def _attributes(subject: GateSubject, names: tuple[str, ...]) -> list[str]:
    elements = [] if subject.document is None else subject.document.iter()
    values = [value for element in elements for name in names if (value := element.get(name))]
    return [value for value in values if not value.startswith("data:")]


def _is_telephone(number: str, before: str) -> bool:
    """Tell a telephone number written without a hyphen from a personal number that begins with 0.

    Words before it decide; so does a day that only a coordination number has, because most mobile numbers look so.
    """
    undivided = len(number) == 10 and number.startswith("0") and number.isdigit()
    return undivided and (bool(TELEPHONE_BEFORE.search(before)) or int(number[4:6]) > 60)
