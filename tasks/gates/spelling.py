"""Swedish words that no dictionary knows: hunspell-sv through spylls, with the city's own words beside it."""

import re
import sys
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale

from campaigns.language import base
from campaigns.languages_told import language_of, may_be_in
from campaigns.programme import load_programme
from tasks.gates.dictionary import read_dictionary
from tasks.gates.masking import masked
from tasks.gates.near_words import near_words
from tasks.gates.passages import Passage, passages, places, told_in_brief
from tasks.gates.reading import WORD
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject
from tasks.gates.word_lists import terms
from tasks.slot_values import default_of

NOT_WORDS = re.compile(
    r"(?<!\S)\S+@\S+|(?:https?://|www\.)\S+|\b(?:javascript|file|data|tel|mailto):\S+"
    r"|</?[A-Za-z][^<>]{0,300}>|<!--.{0,300}?-->|&#?\w{1,10};"  # mark-up that is printed, which placeholder tells
    r"|\b[\w-]+(?:\.[\w-]+)+(?:/\S*)?"  # addresses, abbreviations as t.ex
    r"|(?<!\w)\w*\d[\w:,./–-]*|\b[A-ZÅÄÖ]{1,6}(?:-\w+)?\b|\b\w{1,5}\.(?=\s+[a-zåäö])|‹[^›]*›"
    r"|(?i:\b(?:enl|resp|ang|avs|betr)\b)"  # which jargon tells
)
QUOTED = re.compile(r"[“”\"»«][^“”\"»«]{1,40}[“”\"»«]")
QUOTED_WORDS = 3
NEAR = 0.82
DICTIONARIES = ("sv_SE_expanded", "sv_SE")
LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
LANGUAGES_NAMED = ("fi", "en", "so", "es", "pl", "de", "fr", "tr", "ku", "sq", "bs", "hr", "ro", "se", "lt", "lv", "et")
LONGEST_WORD = 60  # letters; the dictionary needs minutes for one that is far longer
MOST_TOLD = 40  # words of one text
MOST_MENDED = 12  # of these; a suggestion takes hundreds of look-ups
SHOWN = 40  # letters of a word


@gate("spelling")
def spelling(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: each Swedish word is one that the dictionary or the city knows; names, values and foreign words aside."""
    swedish = [passage for passage in passages(subject) if base(passage.language) == "sv"]
    if not swedish or base(subject.language) != "sv":
        return
    if dictionary() is None:
        message = subject.say("The Swedish dictionary is missing, so no spelling is checked")
        yield Fault(message, subject.say("Run `make setup`, which installs it."), (subject.source, 1))
        return
    named = _names(subject)
    unknown = (
        (passage.text, word, start)
        for passage in swedish
        if not _is_foreign(passage.text)
        for word, start in _candidates(passage, named)
    )
    told: dict[str, str] = {}
    for sentence, word, start in unknown:
        if word not in told and len(told) >= MOST_TOLD:
            return
        if word not in told:
            told[word] = suggestion(word) if len(told) < MOST_MENDED else ""
        yield from _faults(subject, sentence, word, start, told[word])


def _is_foreign(text: str) -> bool:
    """Tell whether ``language_part`` says of a passage that it is in another language: its words are not misspelt."""
    found = language_of(text)
    return bool(found) and not may_be_in(found, "sv")


@cache
def dictionary() -> Any:
    """Return the look-up of the Swedish dictionary, read once in a process; None where it is not installed."""
    paths = (Path(sys.prefix) / "share" / "hunspell" / name for name in DICTIONARIES)
    path = next((path for path in paths if path.with_suffix(".dic").is_file()), None)
    return None if path is None else read_dictionary(path)


@lru_cache(maxsize=65536)
def is_known(word: str) -> bool:
    """Tell whether the dictionary or the city knows a word, also as a compound; one in other letters is not Swedish."""
    if len(word) > LONGEST_WORD:
        return False
    if word.casefold() in _city_words() or dictionary()(word) or not LATIN.search(word):
        return True
    if word.casefold() in _names_of_languages():
        return True
    parts = [part for part in word.split("-") if len(part) > 1]
    return len(parts) > 1 and all(is_known(part) for part in parts)


@lru_cache(maxsize=1024)
def suggestion(word: str) -> str:
    """Return a known word that one slip of the fingers turns into this one; empty where none is near.

    spylls' own suggestions take seconds for a word; these are a few dozen look-ups.
    """
    return next((near for near in near_words(word) if is_known(near)), "")


def _candidates(passage: Passage, named: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Yield each word that nobody knows, with where it begins."""
    text = NOT_WORDS.sub(lambda match: " " * len(match.group()), passage.text)
    text = QUOTED.sub(_without_foreign_words, text)
    for phrase in _phrases():
        text = phrase.sub(lambda match: " " * len(match.group()), text)
    for number, match in enumerate(WORD.finditer(text)):
        word = match.group()
        if len(word) < 2 or word.casefold() in named or word.casefold().removesuffix("s") in named or is_known(word):
            continue
        if word[0].isupper() and (number or _is_name(word, text)) and not _is_slip(word):
            continue
        yield word, match.start()


def _faults(subject: GateSubject, sentence: str, word: str, start: int, near: str) -> Iterator[Fault]:
    message = subject.say("The dictionary does not know “{word}”", word=word[:SHOWN])
    remedy = (
        subject.say("Did you mean “{near}”? If the word is right, add it to campaigns/words/city_words.csv.", near=near)
        if near
        else subject.say("Mend the spelling. If the word is right, add it to campaigns/words/city_words.csv.")
    )
    for place in places(subject, sentence, start, start + len(word)):
        yield Fault(message, remedy, place, sentence=masked(sentence))


def _without_foreign_words(quoted: re.Match[str]) -> str:
    words = WORD.findall(quoted.group())
    foreign = len(words) <= QUOTED_WORDS and not all(is_known(word) for word in words)
    return " " * len(quoted.group()) if foreign else quoted.group()


def _is_name(word: str, text: str) -> bool:
    """Tell whether the first word of a sentence is a name: it stands with a capital further on as well."""
    return text.count(word) > 1 and any(match.start() for match in re.finditer(re.escape(word), text))


def _is_slip(word: str) -> bool:
    """Tell whether a capitalised word is a slip for a name that every text of the city uses."""
    name = word.casefold()
    return any(
        SequenceMatcher(None, name, known).ratio() >= NEAR for known in _programme_names() if known[:1] == name[:1]
    )


@cache
def _programme_names() -> frozenset[str]:
    programme = load_programme()
    texts = [*(f"{body.name} {body.department or ''}" for body in programme.bodies), "Stockholm Stockholms stad"]
    return frozenset(word.casefold() for text in texts for word in WORD.findall(text) if len(word) > 4)


def _names(subject: GateSubject) -> frozenset[str]:
    brief = subject.brief
    values = [default_of(slot, subject.language, brief) for slot in brief.slots]
    told = [fact for fact in told_in_brief(brief) if fact != brief.title]
    contact = [brief.contact.hours_in(subject.language), brief.contact.answer_within_in(subject.language)]
    words = (word.casefold() for text in (*told, *values, *contact) for word in WORD.findall(text))
    return _programme_names() | frozenset(words)


@cache
def _names_of_languages() -> frozenset[str]:
    """Return what languages call themselves, as a text writes where it offers interpreters: suomi, soomaali."""
    locales = (Locale.parse(name) for name in LANGUAGES_NAMED)
    return frozenset((locale.get_language_name(locale.language) or "").casefold() for locale in locales)


@cache
def _phrases() -> tuple[re.Pattern[str], ...]:
    """Return the city's terms of several words, whose parts no dictionary knows: open source."""
    several = (term.term for term in terms("city_words") if " " in term.term)
    return tuple(re.compile(rf"(?<!\w){re.escape(term)}(?!\w)", re.IGNORECASE) for term in several)


@cache
def _city_words() -> frozenset[str]:
    return frozenset(term.term.casefold() for term in terms("city_words"))
