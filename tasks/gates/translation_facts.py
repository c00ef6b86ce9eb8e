"""Language versions of a text that contradict each other: another number, day, time, telephone or address."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from campaigns.language import base
from tasks.gates.brief_facts_told import Known, facts_of_brief, is_known
from tasks.gates.facts_left_out import left_out
from tasks.gates.facts_told import Fact, Value
from tasks.gates.masking import shown_safely
from tasks.gates.places_left_out import places_left_out
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject
from tasks.gates.text_blocks import Block, blocks_in, side_by_side
from tasks.gates.version_facts import Versions, same, sentence_of

OF_A_TEXT = re.compile(r"text\.(?:\w+\.)?([a-z]{2,3}(?:-\w+)*)\.md", re.IGNORECASE)
WRITTEN_FIRST = "sv"
ANYWHERE = frozenset({"date", "telephone", "mail", "link"})
"""Kinds of fact that contradict one another even in paragraphs that have no counterpart."""
Placed = tuple[str, Block, Fact]
"""File, block and fact."""
Behind = Counter[tuple[str, Value]]


@dataclass(frozen=True)
class Difference:
    """A fact of one version, where it stands, and what another version says in its place."""

    file: str
    line: int
    fact: Fact
    sentence: str
    other: Fact
    other_file: str
    other_line: int


@gate("translation_facts")
def translation_facts(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: what the language versions of a text tell in the same place is the same number, day, time and address.

    In a crisis (P9) they also name the same places.
    """
    remedy = subject.say("Write the same in both, or write in `overrides` why they differ.")
    versions = _versions(subject)
    contradicting = differences(versions, facts_of_brief(subject.brief), _beside(subject))
    for found in contradicting:
        if found.file == subject.source:
            message = subject.say(
                "“{here}” contradicts “{there}” in {file}, line {line}",
                here=shown_safely(found.fact.written), there=shown_safely(found.other.written), file=found.other_file,
                line=str(found.other_line),
            )  # fmt: skip
            yield Fault(message, remedy, (found.file, found.line), sentence=found.sentence)
    paired = frozenset((each.kind, each.value) for found in contradicting for each in (found.fact, found.other))
    places = places_left_out(versions, subject.source, paired) if subject.brief.crisis else ()
    for lone in (*left_out(versions, subject.source, paired), *places):
        message = subject.say(
            "“{here}” is not told in {file}", here=shown_safely(lone.fact.written), file=lone.other_file
        )
        place = (subject.source, lone.block.line_of(lone.fact))
        yield Fault(message, remedy, place, sentence=sentence_of(lone.block, lone.fact))


def _versions(subject: GateSubject) -> Versions:
    """Return the versions of the text in the languages of the brief, the one that was written first before others."""
    own = OF_A_TEXT.fullmatch(subject.source)
    if not own:
        return ()
    names = {tag: f"{subject.source[: own.start(1)]}{tag}.md" for tag in subject.brief.languages}
    tags = sorted(names, key=lambda tag: (base(tag) != WRITTEN_FIRST, list(names).index(tag)))
    return tuple((names[tag], tag, tuple(lines)) for tag in tags if (lines := subject.lines(names[tag])))


def _beside(subject: GateSubject) -> Versions:
    """Return the other texts of the campaign: those of another wave."""
    own = {file for file, _, _ in _versions(subject)}
    found = ((path.name, OF_A_TEXT.fullmatch(path.name)) for path in sorted(subject.folder.glob("text.*.md")))
    return tuple((name, said[1], tuple(subject.lines(name))) for name, said in found if said and name not in own)


@lru_cache(maxsize=64)
def differences(versions: Versions, known: Known, beside: Versions = ()) -> tuple[Difference, ...]:
    """Return what contradicts, each with the version that has less behind it: the brief, then how many say the same.

    ``beside`` are further texts of the campaign. Where as many say the one as the other, the first version is right.
    """
    if len(versions) < 2:
        return ()
    blocks = {file: blocks_in(lines, language) for file, language, lines in versions}
    told = [*blocks.values(), *(blocks_in(lines, language) for _, language, lines in beside)]
    behind = Counter(said for each in told for said in {(fact.kind, fact.value) for one in each for fact in one.facts})
    first, *others = versions
    found = []
    for file, _, _ in others:
        for one, other in side_by_side(blocks[first[0]], blocks[file]):
            for here, there in contradictions(one, other):
                weights = [behind[fact.kind, fact.value] + 100 * is_known(fact, known) for fact in (here, there)]
                ends = [(first[0], one, here), (file, other, there)]
                wrong, right = ends if weights[0] < weights[1] else ends[::-1]
                found.append(_difference(wrong, right))
    found += _lone_facts(blocks, behind, known, found)
    return tuple({(each.file, each.line, each.fact.value): each for each in found[::-1]}.values())[::-1]


def _lone_facts(
    blocks: Mapping[str, Sequence[Block]], behind: Behind, known: Known, found: Sequence[Difference]
) -> Iterator[Difference]:
    """Yield what one version alone tells, in whatever place, where the others have one of its kind that it lacks."""

    def weight(one: Placed) -> int:
        return behind[one[2].kind, one[2].value] + 100 * is_known(one[2], known)

    paired = {(each.kind, each.value) for one in found for each in (one.fact, one.other)}
    for rank, file in enumerate(blocks):
        mine = _facts_in({file: blocks[file]}, paired)
        others = _facts_in({name: each for name, each in blocks.items() if name != file}, paired)
        lacking = _not_told(others, mine)
        for alone in _not_told(mine, others):
            right = max((one for one in lacking if one[2].kind == alone[2].kind), key=weight, default=None)
            if right and weight(alone) < weight(right) + (rank > 0):
                yield _difference(alone, right)


def _facts_in(blocks: Mapping[str, Sequence[Block]], paired: set[tuple[str, Value]]) -> list[Placed]:
    """Return the facts of the kinds that mean one thing wherever they stand, without those found to contradict."""
    return [
        (file, block, fact)
        for file, its_blocks in blocks.items()
        for block in its_blocks
        for fact in block.facts
        if fact.kind in ANYWHERE and (fact.kind, fact.value) not in paired
    ]


def _not_told(facts: list[Placed], others: list[Placed]) -> list[Placed]:
    """Return those facts that no other in the list may mean the same as."""
    return [
        (file, block, fact)
        for file, block, fact in facts
        if not any(fact.kind == each.kind and same(fact, each, block, its) for _, its, each in others)
    ]


def _difference(wrong: tuple[str, Block, Fact], right: tuple[str, Block, Fact]) -> Difference:
    (file, block, fact), (other_file, other_block, other) = wrong, right
    return Difference(
        file, block.line_of(fact), fact, sentence_of(block, fact), other, other_file, other_block.line_of(other)
    )


def contradictions(one: Block, other: Block) -> Iterator[tuple[Fact, Fact]]:
    """Yield the facts of two blocks that say the same where each tells of a kind what the other does not."""
    for kind in dict.fromkeys(fact.kind for fact in one.facts):
        mine = [fact for fact in one.facts if fact.kind == kind]
        yours = [fact for fact in other.facts if fact.kind == kind]
        yield from zip(*_without_counterpart(mine, yours, one, other), strict=False)


def _without_counterpart(
    mine: Sequence[Fact], yours: Sequence[Fact], one: Block, other: Block
) -> tuple[list[Fact], list[Fact]]:
    """Return the facts of either side that are left when each is paired with one that means the same, the equal first.

    A fact answers for one of the other side only: of “42 of 100 … 60 of 100” and “42 of 1000 … 60 of 100” a hundred and
    a thousand are left. What one side repeats leaves nothing on the other, and so contradicts nothing.
    """
    left, unmatched = list(mine), list(yours)
    for alike in (lambda here, there: here.value == there.value, lambda here, there: same(here, there, one, other)):
        for fact in tuple(left):
            if counterpart := next((each for each in unmatched if alike(fact, each)), None):
                left.remove(fact)
                unmatched.remove(counterpart)
    return left, unmatched
