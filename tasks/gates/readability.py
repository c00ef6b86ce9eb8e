"""Plain language, measured on what the communicator wrote."""

import re
from collections.abc import Iterator, Sequence

from tasks.gates.masking import masked, quote
from tasks.gates.reading import WORD
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject

NO_CAPITALS = "\u0590-\u08ff\u1200-\u139f"  # Hebrew, Arabic and their kin; Ethiopic
SENTENCE_END = re.compile(rf"(?<=[.!?…؟۔።])[\"”»’')\]]*\s+(?=[\"”»‘'(\[–\u2066-\u2069-]*[A-ZÅÄÖÆØ0-9{NO_CAPITALS}])")
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:t\.ex|bl\.a|ca|dr|e\.g|i\.e|kl|mr|mrs|nr|s\.k|tel|enl|resp|ang|avs|betr|inkl|exkl|jfr|dvs|ev)\.$",
    re.IGNORECASE,
)
APOSTROPHE = re.compile("['’.]")
PREHEADER = "//body/div[contains(@style, 'none')]"
LONG_WORD = 6
FEWEST_WORDS = 3


def sentences(blocks: Sequence[str]) -> list[str]:
    """Cut blocks of text into sentences; a heading or a list item is a sentence of its own."""
    found: list[str] = []
    for block in blocks:
        start = len(found)
        for piece in SENTENCE_END.split(block):
            if len(found) > start and ABBREVIATION.search(found[-1]):
                found[-1] += " " + piece
            else:
                found.append(piece)
        if len(found) > start + 1 and _is_remnant(found[-1]):
            found[-2:] = [" ".join(found[-2:])]
    return [sentence for sentence in found if WORD.search(sentence)]


def _is_remnant(piece: str) -> bool:
    """Tell whether the end of a block is no sentence of its own: a word or two after the last full stop."""
    return not re.search(r"[.!?…؟۔።:][\"”»’')\]]*\s*$", piece) and len(WORD.findall(piece)) < FEWEST_WORDS


def reading_index(texts: Sequence[str]) -> float:
    """Return LIX (Björnsson 1968) of sentences: words per sentence plus the percentage of words over six letters."""
    words = [word for text in texts for word in WORD.findall(text)]
    return lix_of(len(words), sum(_letters(word) > LONG_WORD for word in words), len(texts))


def lix_of(words: int, long_words: int, sentence_count: int) -> float:
    """Return LIX of these counts (Björnsson 1968), 0 where there is no word."""
    return words / sentence_count + 100 * long_words / words if words else 0.0


@gate("lix")
def lix(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: Swedish text from a number of words on is at most as heavy as its readers bear; far above a person reads."""
    found = sentences(subject.body)
    if subject.language.split("-")[0] != "sv" or sum(map(_length, found)) < threshold["from_words"]:
        return
    readers, value = _readers(subject), reading_index(found)
    if value <= threshold[readers]:
        return
    heaviest = max(found, key=lambda sentence: reading_index([sentence]))
    message = subject.say(
        "The text is heavy: LIX {value}, at most {limit} here; the heaviest sentence begins “{start}”",
        value=value, limit=threshold[readers], start=quote(heaviest),
    )  # fmt: skip
    remedy = subject.say("Shorten the sentences and change long words for everyday ones.")
    far_above = readers == "public" and value > threshold["public_review"]
    yield Fault(message, remedy, subject.place(heaviest), kind="H" if far_above else "", sentence=masked(heaviest))


@gate("sentence_length")
def sentence_length(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: sentences are short on the average, and none is very long."""
    found = sentences(subject.body)
    remedy = subject.say("Make two sentences of it, each with one thought.")
    for sentence in dict.fromkeys((*found, *_introducing(subject))):
        if _length(sentence) > threshold["words"]:
            message = subject.say(
                "A sentence of {words} words, at most {limit}: “{start}”",
                words=_length(sentence), limit=threshold["words"], start=quote(sentence),
            )  # fmt: skip
            yield Fault(message, remedy, subject.place(sentence), sentence=masked(sentence))
    mean = sum(map(_length, found)) / len(found) if found else 0
    if mean > threshold["mean"]:
        message = subject.say(
            "The sentences have {mean} words on the average, at most {limit}",
            mean=mean, limit=threshold["mean"],
        )  # fmt: skip
        longest = max(found, key=_length)
        yield Fault(message, remedy, subject.place(longest), sentence=masked(longest))


def _introducing(subject: GateSubject) -> list[str]:
    """Return the sentences of the subject line and of the words that a mail program shows beside it."""
    hidden = [" ".join(element.text_content().split()) for element in subject.select(PREHEADER)]
    return sentences([subject.subject, *hidden])


def _readers(subject: GateSubject) -> str:
    if subject.facts.get("easy_read") in {"yes", "true"}:
        return "easy_read"
    to_employees = subject.wave.startswith("internal") or subject.brief.is_internal
    return "internal" if to_employees or subject.channel in {"press", "intranet"} else "public"


def _letters(word: str) -> int:
    return len(APOSTROPHE.sub("", word))


def _length(sentence: str) -> int:
    return len(WORD.findall(sentence))
