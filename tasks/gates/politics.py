"""The line between the city and party politics, and what a person must read in a crisis."""

import re
from collections.abc import Iterator
from functools import lru_cache

from campaigns.language import base
from tasks.gates.masking import masked
from tasks.gates.passages import everything, passages, places, told_in_brief
from tasks.gates.quoting import sentence_around
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.rumours import rumours
from tasks.gates.subject import GateSubject
from tasks.gates.word_lists import hits

PARTY = r"(?:SD|KD|MP|FI|Fi|F!|[SMCVL])"
SIZE = re.compile(
    r"\b(?:storlek\w*|sizes?|koko\w*|مقاس|cabbir\w*|plagg|clothes|tröj\w*|väst\w*|jack\w*)\b", re.IGNORECASE
)
NAME = r"[A-ZÅÄÖÉ][\w-]+"
ABBREVIATION = re.compile(
    rf"\(\s*{PARTY}(?:\s*(?:[,/+&–-]|och|and|ja)\s*{PARTY})*\s*\)(?!\s*(?:19"
    rf"|20)\d\d)"  # (M), (S, V); not (C) 2026
    r"|(?<![\w./@-])(?:SD|KD|F!)(?![\w@]|-kort|-card|-minne)"
    r"|(?<![\w./@-])MP(?![\w@]|\s*\d)"
    rf"|(?<![\w./@-]){PARTY}(?:\s*(?:,|\+|&|/|och|and|samt|ja)\s*{PARTY})+(?![\w@]|\.\w)"
    rf"|(?<![\w./@-]){PARTY}-(?:led|lett|styr|pol|märkt|topp|parti|grupp|borgarr|ledam|kvinn|minist|väljar|förslag"
    rf"|motion)\w*"
)
AFTER_NAME = re.compile(rf"{NAME} {NAME},? (?:{PARTY}|s|m|sd|v|kd|mp)(?=[,.:;!?]|$| säger| said| menar)")
LOWER_AFTER_NAME = re.compile(rf"{NAME} \((?:s|m|sd|c|v|kd|mp|l|fi)\)")
MEASURE = re.compile(
    r"\b\w*(?:höjd|längd|bredd|djup|avstånd|sträck|omkrets|radi|diameter|volym|mängd|mått|temperatur|hastighet|tid"
    r"|height|length|width|depth|distance|volume|amount|temperature|speed|time)\w*(?:\s|$)",
    re.IGNORECASE,
)
"""What stands before a unit: the height (m), the volume (l)."""
WORK_OF_A_PARTY = re.compile(
    rf"(?<![\w./@-]){PARTY}:s (?:förslag|budget|skuggbudget|motion|politik|linje|krav|löfte|vallöft|ledam|gruppled)\w*"
    r"|\b(?:tackar|säger|enligt|från|av|menar|anser|föreslår) \((?:m|s|v|c|l|sd|kd|mp|fi)\)"
    r"|\bCenterns?\b(?= (?:stod|står|vill|säger|föreslår|föreslog|röstar|röstade|sade|sa|lovar|kräver|tycker|motsätter"
    r"|i Stockholm(?:s stad)? (?:vill|säger|föreslår)|förslag|politik)\b)"
    r"|\bPartiet(?:s)?\b(?= (?:är (?:nöj|emot|oenig|enig|för )|vill|säger|lovar|kräver|röstar|föreslår|tycker|menar"
    r"|förslag|politik|ledare))"
    r"|\b[Vv]alet 20(?:[02468][26]|[1357][048])\b(?! (?:till|av|för) (?:\w*skol|gymnas))"
)
"""What a party, named by its letter or in short, has made or said; general elections are held every fourth year."""
VERB_AFTER_LETTER = re.compile(
    r"(?<![\w./@’'-])[SMCVL](?= (?:och [SMCVL] )?(?:vill|säger|föreslår|lovar|kräver|röstar|röstade|sa|driver|styr"
    r"|wants|says|said"
    r"|voted|promises|demands|proposes)\b)"
)
DIVIDING = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011](?=[^\W\d_])")
WRITTEN_IN_EVERY_TEXT = "sv"
EVERY_LANGUAGE = "mul"
ELECTION_COMMITTEE = "Valnämnden"  # whose task it is to tell people how to vote


@gate("politics")
def politics(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P6e: parties, politicians as senders or quoted, and appeals to vote are read by a lawyer."""
    in_brief = told_in_brief(subject.brief) if subject.brief is not None else ()
    elections = subject.brief is None or subject.brief.sender.body != ELECTION_COMMITTEE
    for text in everything(subject):
        language = WRITTEN_IN_EVERY_TEXT if text in in_brief else base(subject.language)
        for start, end in political(language, text, elections=elections):
            for place in places(subject, text, start, end):
                yield _fault(subject, text[start:end].strip(), place, masked(text))
    for link in subject.select("//*[@data-body]//a[@href] | //main//a[@href]"):
        if political(EVERY_LANGUAGE, address := str(link.get("href"))):
            yield _fault(subject, address[:120], subject.place(address), sentence_around(link))


def _fault(subject: GateSubject, word: str, place: tuple[str, int], sentence: str) -> Fault:
    message = subject.say("“{word}” reads as party politics", word=word)
    remedy = subject.say(
        "Let the committee or department speak, and leave out parties and politicians; legal reads what stays."
    )
    return Fault(message, remedy, place, sentence=sentence)


@gate("crisis_advice")
def crisis_advice(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P9: whoever owns the facts reads every text of a crisis, and what it tells without knowing where it stands."""
    if subject.brief is None or subject.brief.crisis is None:
        return
    message = subject.say("This text gives advice in a crisis")
    remedy = subject.say("The owner of the facts reads it before it is sent, and names whoever confirmed them.")
    yield Fault(message, remedy, (subject.source, 1), sentence=subject.subject)
    remedy = subject.say(
        "Write what the verified source has confirmed, or that you do not know and when you tell more."
    )
    for passage in passages(subject):
        for start, end in rumours(passage.text):
            message = subject.say("“{words}” tells what nobody has confirmed", words=passage.text[start:end])
            for place in places(subject, passage.text, start, end):
                yield Fault(message, remedy, place, sentence=masked(passage.text))


MARKED_PLACE = re.compile(
    r"(?:uppgång\w*|trapp\w*|hiss\w*|port\w*|entré\w*|hus\w*|block\w*|plan\w*|zon\w*|linje\w*|spår\w*|punkt\w*"
    r"|alternativ\w*"
    r"|bilaga\w*|figur\w*|kolumn\w*|grupp\w*|vitamin\w*|klass\w*|nivå\w*|version\w*|entrance|stairs|door|block|zone"
    r"|line"
    r"|point|annex|figure|group|option|vitamiini\w*)(?: (?:[A-ZÅÄÖ]|\d{1,3}))? $",
    re.IGNORECASE,
)


def _divided(language: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where the name of a party stands that hyphens divide: Social-demokraterna."""
    if not DIVIDING.search(text):
        return
    kept = [number for number, sign in enumerate(text) if not DIVIDING.match(text, number)]
    whole = "".join(text[number] for number in kept)
    for hit in (*hits("politics", language, whole), *hits("politics", EVERY_LANGUAGE, whole)):
        start, end = kept[hit.start], kept[hit.end - 1] + 1
        if hit.term.kind == "party" and end - start > hit.end - hit.start:
            yield start, end


def _marks_or_measures(text: str, match: re.Match[str]) -> bool:
    """Tell whether a letter names a place, such as entrance S, or a unit in brackets, such as the height (m)."""
    if MARKED_PLACE.search(text[: match.start()]):
        return True
    words = text[: match.end()].rpartition("(")[0].split()
    return match[0].endswith(")") and bool(words) and MEASURE.fullmatch(words[-1]) is not None


@lru_cache(maxsize=4096)
def political(language: str, text: str, *, elections: bool = True) -> tuple[tuple[int, int], ...]:
    """Return where a text names a party, a politician or an appeal to vote, in order, without overlap.

    ``elections`` is false where an appeal to take part in an election, whomever one votes for, is let pass.
    """
    listed = (*hits("politics", language, text), *hits("politics", EVERY_LANGUAGE, text))
    found = [(hit.start, hit.end) for hit in listed if elections or hit.term.kind != "election"]
    found += _divided(language, text)
    if not SIZE.search(text):
        named = (*ABBREVIATION.finditer(text), *LOWER_AFTER_NAME.finditer(text), *VERB_AFTER_LETTER.finditer(text))
        found += [match.span() for match in named if not _marks_or_measures(text, match)]
        found += [match.span() for form in (AFTER_NAME, WORK_OF_A_PARTY) for match in form.finditer(text)]
    alone: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not alone or start >= alone[-1][1]:
            alone.append((start, end))
    return tuple(alone)
