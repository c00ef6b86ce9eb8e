"""Signs of Markdown that are printed because a slip of the hand keeps them from being read."""

import re
from collections.abc import Iterator

from tasks.gates.quoting import sentence_with
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject

SIGNS = re.compile(r"(?<!\*)\*\*(?!\*)|(?<=[^\W_] )\*(?=[^\W\d_])|(?<!\w)__(?=[^\W_])|~~|(?<!`)```?(?!`)")
"""Marks of bold, italic, struck and code."""
LINE_END = re.compile(r"\\[nrt](?![a-zåäö])|(?<=[.!?])\\n")
HEADING = re.compile(r"^#[^\W\d_]\S*(?:\s+\S+){1,11}$")
HASHTAG = re.compile(r"#\S+\s.*#\S|[.!]$")


@gate("markdown_slip")
def markdown_slip(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: every sign of Markdown is read as one, and none is printed."""
    remedy = subject.say("Mend the signs around the words, or put \\ before a sign that is meant as it stands.")
    for block in (*subject.body, subject.subject):
        for found in slips_in(block):
            message = subject.say("A sign of Markdown is printed as it stands: “{text}”", text=found[:60])
            yield Fault(message, remedy, subject.place(found), sentence=sentence_with(subject, found))


def slips_in(block: str) -> list[str]:
    """Return the words around each sign of Markdown that a block prints, each once."""
    found = [_around(block, match) for form in (SIGNS, LINE_END) for match in form.finditer(block)]
    heading = HEADING.match(block) and not HASHTAG.search(block)
    return list(dict.fromkeys([*found, *([block] if heading else [])]))


def _around(block: str, match: re.Match[str]) -> str:
    """Return the sign with the words that it touches."""
    start = block.rfind(" ", 0, match.start()) + 1
    end = block.find(" ", match.end())
    return block[start : end if end >= 0 else len(block)]
