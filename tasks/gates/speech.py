"""Words of somebody, as languages and layouts show them: with a verb, with a name alone, in a block, or told as “I”."""

import re
from functools import lru_cache

SAYS = (
    r"(?:säger|sa|sade|berättar|berättade|tycker|menar|förklarar|minns|skriver|svarar|hälsar|konstaterar|tillägger"
    r"|intygar"
    r"|skrattar|utbrister|tipsar|fortsätter|summerar|avslutar|says|said|tells us|told us|tells|told|explains"
    r"|explained|recalls"
    r"|recalled|adds|added|writes|wrote|laughs|smiles|replies|replied|notes|remembers|sanoo|sanoi|kertoo|kertoi"
    r"|toteaa"
    r"|muistelee|kirjoittaa|naurahtaa|hymyilee|ayuu yiri|ayay tiri|ayuu yidhi|ayay tidhi|ayuu sheegay|ayay sheegtay"
    r"|يقول|تقول|قال|قالت|يحكي|تحكي|يروي|تروي|أضاف|أضافت|يضيف|تضيف)"
)
CLOSED = r"(?:[”“\"»›’']\s*,?|[.,!?]\s*[”“\"»›’']\s*,?)"
OPENED = r"[”“\"«»‘'–]"
NAME = r"[A-ZÅÄÖÉÜ][\w’'-]+"
FULL_NAME = rf"{NAME}(?: (?:{NAME}|[A-ZÅÄÖ]\.?))?"
OF_ONESELF = (
    r"\b(?:[Jj]ag|[Mm]ig|[Mm]in|[Mm]itt|[Mm]ina|I|I['’]m|I['’]ve|[Mm]y|me|[Mm]inä|[Mm]inun|[Mm]inulla|[Aa]niga|[Aa]nigu)\b"
    r"|أنا|إنني"
)
WHO_TELLS = re.compile(r"\b(?:[Jj]ag|I|I['’]m|I['’]ve|[Mm]inä|[Aa]niga|[Aa]nigu)\b|أنا|إنني")
OURSELVES = rf"{OF_ONESELF}|\b(?:[Vv]i|[Oo]ss|[Vv]år|[Ww]e|[Oo]ur|[Mm]e)\b"
VERB_AFTER = re.compile(
    rf"{CLOSED}\s*{SAYS}(?!\w)(?P<after>[^.!?]*)"  # ”Jag trivs”, säger Anna
    rf"|(?:^|\s)[–—-]\s\S[^–—]*[,.!?]\s+{SAYS}\s+(?P<later>\w+[^.!?]*)",  # – Jag trivs, säger Anna
    re.IGNORECASE,
)
VERB_BEFORE = re.compile(
    rf"(?P<before>(?:\w+\W+){{0,4}})(?<!\w){SAYS}(?P<between>\s+[^.!?”“\"«»]{{2,60}})?\s*[:,]\s*{OPENED}", re.IGNORECASE
)
TOLD = re.compile(rf"(?<!\w){SAYS}(?=\s)[^.!?:]{{0,80}}:\s+(?:{OF_ONESELF}|[Vv]i |[Ww]e )", re.IGNORECASE)
LABELLED = re.compile(
    rf"^\W{{0,3}}(?:{FULL_NAME}, [^:.!?”“\"]{{2,40}}"
    rf"|{NAME} {NAME})\s*:\s*{OPENED}(?=\W*\w+\W+\w+)"  # Leif, vaktmästare: ”…
    rf"|^\W{{0,3}}{NAME}\s*:\s*{OPENED}[^”“\"«»]*(?:{OF_ONESELF})"  # Leif: ”Jag …
)
NAME_ALONE = re.compile(
    rf"(?<=[\w.!?…,])[”“\"»’]\s*(?:[–—-]+\s*{FULL_NAME}|\(?{FULL_NAME},\s+[^\W\d]{{3,}}"
    rf"|{FULL_NAME}\W*$)"  # ”Jag trivs.” Anna, lärare
    rf"|^[–—]\s+(?:\S+\s+){{2,}}.*?[.!?]\s+[–—-]*\s*{FULL_NAME}(?:,\s+\w+.*)?$"  # – Jag trivs. Anna, lärare
)
NAMED_BELOW = re.compile(rf"{OF_ONESELF}|(?:[.!?”\"]\s*[–—-]*|[–—])\s*{FULL_NAME}(?:,[^.!?]{{2,40}})?\W*$")
REPLY = re.compile(rf"^[–—]\s+[^?]*?(?:{OURSELVES})[^?]*$")
PRESENTED = re.compile(
    rf"\b(?:[Jj]ag heter|[Mm]itt namn är|[Mm]y name is|(?:[Mm]inun )?[Nn]imeni on|[Mm]agacaygu waa) {NAME}|اسمي \w+"
)
OF_NOBODY = re.compile(
    r"\b(?:\w*reg(?:el|eln|ler|lerna)|\w*lag(?:en|ar|arna)|\w*balken|paragraf\w*|ordspråk\w*|talesätt\w*|skylt\w*"
    r"|siffror\w*"
    r"|forskning\w*|statistik\w*|bibeln|koranen|policy\w*|program\w*|plan|planen|beslut\w*|avtal\w*|bok|boken"
    r"|sång\w*|låten"
    r"|visan|dikt\w*|undersökning\w*|konvention\w*|grundlag\w*|källa\w*|vi|man|ingen|du|ni|law|laws|rules?|proverb"
    r"|saying|sign"
    r"|research|statistics|constitution|act|policy|plan|programme|song|book|survey|we|you|nobody|laki|sääntö"
    r"|sananlasku"
    r"|kyltti|tutkimus|tilasto|xeerku|sharcigu|maahmaah\w*|القانون|المثل|القاعدة|الدراسة|اللافتة)\b",
    re.IGNORECASE,
)
NO_NAME = re.compile(
    r"^\W*(?:klart|så|exempel|bra|ja|nej|alltså|till|först|sedan|här|kort|svar|fråga|skriv|säg|undvik|före|efter"
    r"|tips|råd|hej"
    r"|obs|example|answer|question|write|say|avoid|before|after|tip|yes|no|hello|first|then|here|so|esimerkki"
    r"|vastaus|kysymys)\b",
    re.IGNORECASE,
)
AGREED = re.compile(
    r"\b(?:samtycker|intygar|godkänner|har läst|consent|agree|certify|hyväksyn|suostun)\b", re.IGNORECASE
)
FEWEST_OF_ONESELF = 2
FEWEST_WORDS = 10


@lru_cache(maxsize=4096)
def spoken(language: str, text: str) -> tuple[int, int] | None:
    """Return where a sentence holds somebody's words; None where it holds nobody's, or what a law or a proverb says."""
    text = _bare(language, text)
    for found in (VERB_AFTER.search(text), VERB_BEFORE.search(text)):
        if found and not _of_nobody(found):
            return found.span()
    found = TOLD.search(text) or PRESENTED.search(text) or (None if NO_NAME.match(text) else LABELLED.search(text))
    return found.span() if found else None


@lru_cache(maxsize=4096)
def spoken_in_block(language: str, text: str) -> tuple[int, int] | None:
    """Return where a whole paragraph holds somebody's words: with a name beside them, as a reply, or told as “I”."""
    text = _bare(language, text)
    found = (None if NO_NAME.match(text) else NAME_ALONE.search(text)) or REPLY.search(text)
    if found:
        return found.span()
    own = list(re.finditer(OF_ONESELF, text))
    told = WHO_TELLS.search(text) and len(own) >= FEWEST_OF_ONESELF and len(text.split()) >= FEWEST_WORDS
    return own[0].span() if told and "?" not in text and not AGREED.search(text) else None


@lru_cache(maxsize=512)
def spoken_in_quotation(language: str, text: str) -> tuple[int, int] | None:
    """Return where a block that is set as a quotation holds somebody's words; a mere notice holds none."""
    found = NAMED_BELOW.search(_bare(language, text))
    return found.span() if found else None


def _bare(language: str, text: str) -> str:
    """Return a text as long as before, where a Swedish “I” is no English one."""
    return re.sub(r"\bI\b", "i", text) if language == "sv" else text


def _of_nobody(found: re.Match[str]) -> bool:
    parts = found.groupdict()
    beside = " ".join(str(parts.get(name) or "") for name in ("after", "later", "before", "between"))
    return OF_NOBODY.search(" ".join(beside.split()[:5])) is not None
