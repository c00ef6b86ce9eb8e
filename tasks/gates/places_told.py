"""The places that a text names: streets with their numbers, squares, parts of the city, as Swedish names them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from ruamel.yaml import YAML

from campaigns.language import base
from tasks.gates.fact_words import NEVER
from tasks.gates.facts_told import Fact
from tasks.gates.text_blocks import Block
from tasks.gates.word_lists import WORDS

CAPITAL, LETTERS = "[A-ZÅÄÖÉ]", r"[\wåäöéü’'-]"
HOUSE = re.compile(r"\s+(\d{1,3}(?:\s?[A-Z](?!\w))?)(?![\w%])(?![.,:]\d)")
LISTED = re.compile(r"\s*(?:$|[,:(–-])")
BEGINS = re.compile(r"(?:^|[.!?:…]\s|\n\s*[-*•]?\s*)[\s\"”“'*_\[(#>]*$")


@dataclass(frozen=True)
class PlaceWords:
    """The patterns of ``campaigns/words/place_words.yaml``, whose head says what each is."""

    named: re.Pattern[str]
    apart: re.Pattern[str]
    strict: re.Pattern[str]
    generic: re.Pattern[str]
    translated: re.Pattern[str]
    before: dict[str, re.Pattern[str]]


@dataclass(frozen=True)
class Place:
    """The name of a place in a block; ``fact`` tells where, its value is the name in lower case and the house number.

    ``is_sure``: it is a name also by itself; a word with such an ending that begins a sentence may be any.
    """

    fact: Fact
    is_sure: bool

    @property
    def name(self) -> str:
        """The name in lower case, as other versions are searched for it."""
        return str(self.fact.value[0])

    @property
    def house(self) -> str:
        """The number of the house; empty where none is told."""
        return str(self.fact.value[1])


@lru_cache(maxsize=4096)
def places_in(block: Block) -> tuple[Place, ...]:
    """Return the places of a block that are named as Swedish names streets, squares and parts of a city."""
    words = place_words()
    found = [*words.apart.finditer(block.text), *words.named.finditer(block.text)]
    return tuple(
        _place(block, match, words) for match in found if not words.generic.fullmatch(match["name"].casefold())
    )


def _place(block: Block, match: re.Match[str], words: PlaceWords) -> Place:
    house = HOUSE.match(block.text, match.end())
    if house and any(fact.kind in {"date", "time"} and fact.start < house.end() for fact in _after(block, match.end())):
        house = None
    end = house.end() if house else match.end()
    number = house[1].replace(" ", "") if house else ""
    written = " ".join(block.text[match.start() : end].split())
    name = " ".join(match["name"].casefold().split())
    begins = BEGINS.search(block.text[: match.start()]) is not None
    listed = block.kind == "li" and LISTED.match(block.text, end) is not None
    is_sure = bool(number) or not begins or listed or words.strict.search(name) is not None or " " in name
    return Place(Fact("place", (name, number), match.start(), end, written), is_sure)


def _after(block: Block, start: int) -> Iterator[Fact]:
    return (fact for fact in block.facts if fact.start >= start)


def names_in(block: Block) -> tuple[Fact, ...]:
    """Return the names of whatever kind that stand where a text says a place, such as “på Slussen”; not days."""
    words = place_words()
    form = words.before.get(base(block.language))
    found = form.finditer(block.text) if form else ()
    return tuple(
        Fact("place", (match[1].casefold(), ""), *match.span(1), match[1])
        for match in found
        if not words.translated.fullmatch(match[1])
        and not any(fact.start < match.end(1) and match.start(1) < fact.end for fact in block.facts)
    )


@cache
def place_words() -> PlaceWords:
    """Return the words that names of places are known by."""
    with (WORDS / "place_words.yaml").open(encoding="utf-8") as source:
        told = YAML(typ="safe").load(source)
    direction = rf"(?:(?:{told['directions']})\s+)?"
    before = {
        language: re.compile(rf"(?<!\w)(?:{form})\s+({CAPITAL}{LETTERS}*[a-zåäöéü])(?!\w)")
        for language, form in told["before"].items()
    }
    return PlaceWords(
        named=re.compile(rf"(?<!\w)(?P<name>{direction}{CAPITAL}{LETTERS}+?(?:{told['endings']}))s?(?![\w-])"),
        apart=re.compile(rf"(?<!\w)(?P<name>(?:{CAPITAL}\w+ ){{0,2}}{CAPITAL}\w*(?::s|s) (?:{told['apart']}))(?!\w)"),
        strict=re.compile(rf"(?:{told['strict']})$"),
        generic=re.compile(told["generic"] or NEVER),
        translated=re.compile(told["translated"]),
        before=before,
    )
