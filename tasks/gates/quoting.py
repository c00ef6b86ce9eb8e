"""The words that a fault stands in, as a finding may show them."""

import copy

from lxml.html import HtmlElement

from tasks.gates.masking import shown_safely
from tasks.gates.readability import sentences
from tasks.gates.reading import BLOCKS, shown
from tasks.gates.subject import GateSubject

HERE = "\ue000"


def sentence_with(subject: GateSubject, excerpt: str) -> str:
    """Return the sentence, heading or list item that an excerpt stands in; empty where it stands in none."""
    wanted = " ".join(excerpt.split())
    if not wanted:
        return ""
    blocks = (*subject.body, *subject.blocks, subject.subject)
    holding = next((block for block in blocks if wanted in block), "")
    return shown_safely(next((each for each in sentences([holding]) if wanted in each), holding))


def sentence_around(element: HtmlElement) -> str:
    """Return the sentence, heading or list item that an element of the HTML part stands in; empty where it has none."""
    block = next((each for each in element.iterancestors() if each.tag in BLOCKS), None)
    if block is None:
        return ""
    marked = copy.deepcopy(block)
    here = list(marked.iter())[list(block.iter()).index(element)]
    here.text = HERE + (here.text or "")
    found = next((each for each in sentences([shown(marked)]) if HERE in each), "")
    return shown_safely(found.replace(HERE, ""))
