"""Places that one language version of a crisis message names and another does not, or names another in their place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from tasks.gates.facts_left_out import SLOT, LeftOut, Paired
from tasks.gates.facts_told import Fact
from tasks.gates.places_told import Place, names_in, places_in
from tasks.gates.text_blocks import Block, blocks_in, side_by_side
from tasks.gates.version_facts import Versions

LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
LETTER = re.compile(r"[^\W\d_]")
Blocks = Mapping[str, Sequence[Block]]


@lru_cache(maxsize=64)
def places_left_out(versions: Versions, file: str, paired: Paired) -> tuple[LeftOut, ...]:
    """Return each place that a version names and another in Latin letters, which prints no more slots, does not.

    Names are looked for by how they begin, because other languages inflect them. Other names than those of streets and
    the like count where the same paragraph of the other version names another, which this one does not know.
    """
    texts = {name: "\n".join(lines) for name, _, lines in versions}
    latin = [name for name, text in texts.items() if _is_latin(text)]
    if file not in latin:
        return ()
    others = [name for name in latin if name != file and texts[name].count(SLOT) <= texts[file].count(SLOT)]
    blocks = {name: blocks_in(lines, language) for name, language, lines in versions if name in latin}
    found: dict[str, LeftOut] = {}
    for block, place in _places(blocks, file):
        known = place.house and ("number", (float(re.sub(r"\D", "", place.house)),)) in paired
        lacking = [name for name in others if not _names(texts[name], place.name, "" if known else place.house)]
        if lacking:
            found.setdefault(place.name, LeftOut(block, place.fact, lacking[0]))
    for name in others:
        for block, fact in _named_otherwise(blocks, texts, file, name):
            found.setdefault(str(fact.value[0]), LeftOut(block, fact, name))
    return tuple(found.values())


def _is_latin(text: str) -> bool:
    letters = LETTER.findall(text)
    return 2 * len(LATIN.findall(text)) > len(letters)


def _places(blocks: Blocks, file: str) -> Iterator[tuple[Block, Place]]:
    """Yield the places of a version; a word that begins a sentence only where it is a name elsewhere too."""
    told = [place for each in blocks.values() for block in each for place in places_in(block)]
    sure = {place.name for place in told if place.is_sure}
    for block in blocks[file]:
        yield from ((block, place) for place in places_in(block) if place.name in sure)


def _names(text: str, name: str, house: str = "") -> bool:
    """Tell whether a text names a place, whatever the ending, with the number of the house before or behind it."""
    form = rf"(?<!\w){re.escape(name)}".replace(r"\ ", r"\s+")
    if house:
        spaced = re.sub(r"(?<=\d)(?=[A-Z])", r"\\s?", house)
        number = rf"(?<!\d){spaced}(?!\d)"
        form = rf"{form}\w*[\s,]+(?:\w+\s+)?{number}|{number}[\s,]+{form}"
    return re.search(form, text, re.IGNORECASE) is not None


def _named_otherwise(blocks: Blocks, texts: Mapping[str, str], file: str, other: str) -> Iterator[tuple[Block, Fact]]:
    """Yield the names that only this version has, in paragraphs where the other version has one that this one lacks."""
    for one, its in side_by_side(blocks[file], blocks[other]):
        lone = [fact for fact in names_in(one) if not _names(texts[other], str(fact.value[0]))]
        if lone and any(not _names(texts[file], str(fact.value[0])) for fact in names_in(its)):
            yield from ((one, fact) for fact in lone)
