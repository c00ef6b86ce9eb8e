"""A text file cut into its blocks, and the blocks of two language versions laid side by side."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from tasks.gates.facts_told import Fact, Value, facts_in

FENCE = "---"
FILLED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<!--.*?-->")
STATEMENT = re.compile(r"\s*\{%.*%\}\s*")
HEADING = re.compile(r"(?:\{%.*?%\})?#{1,6}")
ITEM = re.compile(r"\s*(?:[-*•]|(\d{1,2})[.)])\s+")
QUOTED = re.compile(r"""(\s*)["'](.*)["'](\s*)""")
FIELD = re.compile(r"(\w+):\s?|\s+([\w-]+):\s")
MOST_BLOCKS = 200
"""Of one text; laying longer ones side by side would take as long as reading them."""
ALONE = -0.5
"""What a block that has no counterpart costs; a pair is worth 1 and more for what they have in common."""
CONFLICT = 0.8
SHARED = 3  # facts that count as something in common


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, list item, row or field: ``lines`` as written, the first with the number ``line``."""

    kind: str
    line: int
    lines: tuple[str, ...]
    language: str = field(compare=False, default="")

    @cached_property
    def text(self) -> str:
        """The words of the block, of the same length as the lines, what is filled in left blank."""
        text = "\n".join(self.lines)
        item = ITEM.match(text) if self.kind.startswith("li") else None
        text = " " * item.end() + text[item.end() :] if item else text
        name = FIELD.match(text) if self.kind.startswith("field") else None
        text = " " * name.end() + text[name.end() :] if name else text
        quoted = QUOTED.fullmatch(text) if name else None
        text = f" {quoted[2]} ".join(quoted.group(1, 3)) if quoted else text
        return FILLED.sub(lambda found: " " * len(found[0]), text)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that the block tells."""
        return facts_in(self.text, self.language)

    def line_of(self, fact: Fact) -> int:
        """Return the number of the line that a fact of the block begins in."""
        start = fact.start + len(self.text[fact.start : fact.end]) - len(self.text[fact.start : fact.end].lstrip())
        return self.line + self.text[:start].count("\n")


@lru_cache(maxsize=256)
def blocks_in(lines: tuple[str, ...], language: str) -> tuple[Block, ...]:
    """Return the blocks of a text file in their order."""
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == FENCE), 0)
    has_fields = bool(lines) and lines[0].rstrip() == FENCE and end
    found: list[Block] = []
    for number, line in enumerate(lines[1:end] if has_fields else (), start=2):
        if name := FIELD.match(line):
            found.append(Block(f"field {name[1] or name[2]}", number, (line,), language))
    start, run = (end + 1 if has_fields else 0), list[str]()
    for number, line in enumerate([*lines[start:], ""], start=start + 1):
        if run and (not line.strip() or _begins(line) or _begins(run[0]) in ("h", "statement")):
            found.append(_block(run, number - len(run), language))
            run = []
        if line.strip():
            run.append(line)
    return tuple(found)


def _begins(line: str) -> str:
    if STATEMENT.fullmatch(line):
        return "statement"
    if HEADING.match(line):
        return "h"
    return "row" if line.lstrip().startswith("|") else "li" if ITEM.match(line) else ""


def _block(run: Sequence[str], line: int, language: str) -> Block:
    kind = _begins(run[0]) or "p"
    return Block(f"statement {run[0].strip()}" if kind == "statement" else kind, line, tuple(run), language)


def side_by_side(one: Sequence[Block], other: Sequence[Block]) -> list[tuple[Block, Block]]:
    """Return the blocks of two versions that say the same, by the alignment of Needleman and Wunsch (1970).

    Two blocks of a kind fit the better, the more facts they share and the nearer they are in length, as Gale and Church
    (1993) found of translations; what stands in one version only is passed over.
    """
    fields = {block.kind: block for block in other if block.kind.startswith("field")}
    pairs = [(block, fields[block.kind]) for block in one if block.kind in fields]
    first = [block for block in one if not block.kind.startswith("field")][:MOST_BLOCKS]
    second = [block for block in other if not block.kind.startswith("field")][:MOST_BLOCKS]
    return [*pairs, *_aligned(first, second)]


def _aligned(first: Sequence[Block], second: Sequence[Block]) -> list[tuple[Block, Block]]:
    best = [[ALONE * (i + j) if not i or not j else 0.0 for j in range(len(second) + 1)] for i in range(len(first) + 1)]
    facts = [[_values(block) for block in blocks] for blocks in (first, second)]
    worth = [[_worth(a, b, facts[0][i], facts[1][j]) for j, b in enumerate(second)] for i, a in enumerate(first)]
    for i in range(1, len(first) + 1):
        for j in range(1, len(second) + 1):
            alone = max(best[i - 1][j], best[i][j - 1]) + ALONE
            best[i][j] = max(alone, best[i - 1][j - 1] + worth[i - 1][j - 1])
    pairs, i, j = list[tuple[Block, Block]](), len(first), len(second)
    while i and j:
        if best[i][j] == best[i - 1][j - 1] + worth[i - 1][j - 1]:
            pairs.append((first[i - 1], second[j - 1]))
            i, j = i - 1, j - 1
        elif best[i][j] == best[i - 1][j] + ALONE:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _values(block: Block) -> frozenset[tuple[str, Value]]:
    return frozenset((fact.kind, fact.value) for fact in block.facts)


def _worth(
    one: Block, other: Block, facts: frozenset[tuple[str, Value]], others: frozenset[tuple[str, Value]]
) -> float:
    if one.kind != other.kind:
        return float("-inf")
    if one.kind.startswith("statement"):
        return 2.0
    sizes = sorted((len(one.text.strip()) + 10, len(other.text.strip()) + 10))
    clash = {kind for kind, _ in facts - others} & {kind for kind, _ in others - facts}
    return 1 + sizes[0] / sizes[1] + min(len(facts & others), SHARED) - (CONFLICT if clash else 0)
