"""Addresses and telephone numbers that are those of the brief but for a slip of the hand."""

from collections.abc import Iterator

from tasks.gates.brief_facts_told import facts_of_brief
from tasks.gates.facts_told import Fact
from tasks.gates.masking import shown_safely
from tasks.gates.subject import GateSubject
from tasks.gates.text_blocks import Block

FEWEST = 9  # signs; a shorter address is another one
MOST_CHANGES = 2
LONGEST = 120


def slips(subject: GateSubject, block: Block) -> Iterator[tuple[str, Fact]]:
    """Yield each address or telephone number of a block that is nearly one of the brief's."""
    known = facts_of_brief(subject.brief)
    for fact in block.facts:
        if fact.kind not in {"mail", "link", "telephone"} or (fact.kind, fact.value) in known:
            continue
        meant = [
            str(value[0]) for kind, value in known if kind == fact.kind and is_a_slip(str(fact.value[0]), str(value[0]))
        ]
        if meant:
            message = subject.say(
                "“{here}” is nearly “{there}”, which the brief says",
                here=shown_safely(fact.written), there=shown_safely(sorted(meant)[0]),
            )  # fmt: skip
            yield message, fact


def is_a_slip(written: str, meant: str) -> bool:
    """Tell whether two addresses differ by one or two letters or digits that were changed, left out or swapped.

    The numbers of two pages, such as /2026 and /2027, are no slip, nor is one address the beginning of the other.
    """
    if written == meant or min(len(written), len(meant)) < FEWEST or max(len(written), len(meant)) > LONGEST:
        return False
    if abs(len(written) - len(meant)) > MOST_CHANGES or _but_digits(written) == _but_digits(meant) != "":
        return False
    return changes(written, meant) <= MOST_CHANGES


def _but_digits(text: str) -> str:
    return "".join(sign for sign in text if not sign.isdigit())


def changes(one: str, other: str) -> int:
    """Return how many letters must be changed, left out, added or swapped with the next (Damerau 1964)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, mine in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, yours in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (mine != yours))
            if earlier and j > 1 and mine == other[j - 2] and one[i - 2] == yours:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
