"""One text that tells its readers another number in one channel than in another."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from tasks.gates.facts_told import Fact
from tasks.gates.reading import WORD
from tasks.gates.text_blocks import Block, blocks_in
from tasks.gates.text_sentences import Told, told_in

TAG = re.compile(r"\{%[-+]?\s*(if|elif|else|endif)\b(.*?)[-+]?%\}", re.DOTALL)
OF_A_CHANNEL = re.compile(r"""\s*channel\s*(==|!=)\s*["'](\w+)["']\s*""")
FEWEST_WORDS = 2
Contradiction = tuple[Block, Fact, Fact, str]
"""Block and fact of the later place, the fact that stands there for others, and a channel of these."""
Placed = tuple[Block, Told]


@lru_cache(maxsize=64)
def differing(lines: tuple[str, ...], language: str, channels: tuple[str, ...]) -> tuple[Contradiction, ...]:
    """Return where two channels read the same sentence with another number."""
    text = "\n".join(lines)
    views = {channel: _sentences(as_read(text, channel).split("\n"), language) for channel in channels}
    pairs = combinations(views, 2) if "channel" in text else ()
    found = [each for one, other in pairs for each in _between((one, views[one]), (other, views[other]))]
    return tuple({(each[0].line_of(each[1]), each[1].value): each for each in found}.values())


def as_read(text: str, channel: str) -> str:
    """Return a text, of the same length, without its statements and without what another channel than this one reads.

    Conditions on anything but the channel leave all their branches in.
    """
    branches, kept, end = [(True, False)], list[str](), 0  # whether a branch is read, whether one surely is
    for tag in TAG.finditer(text):
        part = text[end : tag.start()]
        kept += [part if all(read for read, _ in branches) else _blank(part), _blank(tag[0])]
        end, holds = tag.end(), _holds(tag[2], channel)
        if tag[1] == "if":
            branches.append((holds is not False, holds is True))
        elif len(branches) > 1:
            _, taken = branches.pop()
            if tag[1] != "endif":
                branches.append((not taken and (tag[1] == "else" or holds is not False), taken or holds is True))
    return "".join((*kept, text[end:]))


def _holds(condition: str, channel: str) -> bool | None:
    """Tell whether a condition holds in a channel; None where that depends on something else."""
    found = OF_A_CHANNEL.fullmatch(condition)
    return (found[2] == channel) == (found[1] == "==") if found else None


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _sentences(lines: Sequence[str], language: str) -> tuple[Placed, ...]:
    return tuple((block, told) for block in blocks_in(tuple(lines), language) for told in told_in(block))


def _between(one: tuple[str, Sequence[Placed]], other: tuple[str, Sequence[Placed]]) -> Iterator[Contradiction]:
    """Yield the numbers that two channels do not share, of sentences that are otherwise the same."""
    (_, mine), (_, yours) = one, other
    read = ({told.words for _, told in mine}, {told.words for _, told in yours})
    alone = [[(block, told) for block, told in part if told.words not in said and told.of("number")]
             for part, said in ((mine, read[1]), (yours, read[0]))]  # fmt: skip
    for here in alone[0]:
        for there in alone[1]:
            if _but_numbers(here[1]) == _but_numbers(there[1]) and _words(here[1]) >= FEWEST_WORDS:
                (block, told), (_, earlier), channel = _later((*here, other[0]), (*there, one[0]))
                for fact, instead in zip(told.of("number"), earlier.of("number"), strict=False):
                    if fact.value != instead.value:
                        yield block, fact, instead, channel


def _later(here: tuple[Block, Told, str], there: tuple[Block, Told, str]) -> tuple[Placed, Placed, str]:
    """Return the sentence that is written further down, the other one, and the channel that reads the other."""
    first, last = sorted((here, there), key=lambda each: (each[1].line, each[1].facts[0].start))
    return (last[0], last[1]), (first[0], first[1]), last[2]


def _but_numbers(told: Told) -> str:
    words = told.words
    for fact in told.of("number"):
        words = words.replace(fact.written, "#", 1)
    return " ".join(words.casefold().split())


def _words(told: Told) -> int:
    return len(WORD.findall(_but_numbers(told)))
