"""Links that every reader can follow, with where they stand."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from tasks.gates.link_addresses import how_to_mend, wrong_with
from tasks.gates.masking import shown_safely
from tasks.gates.quoting import sentence_around, sentence_with
from tasks.gates.reading import is_hidden, shown
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject
from tasks.slot_values import STAND_INS

ADDRESS_IN_TEXT = re.compile(r"(?<![\w/@.])(?:https?|ftp)://[^\s<>\"”»]*", re.IGNORECASE)
NOT_A_LINK = re.compile(r"\[[^\[\]\n]{1,200}\](?:\(\S*|\s\((?:https?:|mailto:|tel:|/|www\.)\S*)")
REFUSED = re.compile(r"\]\(\s*((?:[a-z][a-z\d+.-]*):)", re.IGNORECASE)
FEWEST_SIGNS = 3  # fewer are found anywhere
UNSUBSCRIBE = STAND_INS["unsubscribe_url"]


@gate("link_address")
def link_address(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P4b: every link can be followed by everybody: https, mailto or tel, whole, and out on the internet."""
    for address, words, sentence in links_of(subject):
        if wrong := wrong_with(subject, address):
            yield Fault(wrong, how_to_mend(subject, address), place_of(subject, address, words), sentence=sentence)
    remedy = subject.say("Write [what the page is about](https://…), without a space between.")
    for block in subject.body:
        if found := NOT_A_LINK.search(block):
            message = subject.say("“{text}” is not written so that it becomes a link", text=found[0].strip()[:120])
            if scheme := REFUSED.search(found[0]):
                address = block[found.start() + scheme.start(1) :].partition(")")[0]
                message = subject.say("A link is neither https, mailto nor tel: {address}", address=address[:120])
                if address.startswith("tel:"):
                    message = subject.say("A telephone link has no number: {address}", address=address[:120])
            mended = how_to_mend(subject, address) if scheme else remedy
            yield Fault(message, mended, subject.place(found[0].strip()), sentence=sentence_with(subject, found[0]))


def links_to_ask(subject: GateSubject) -> list[tuple[str, tuple[str, int], str]]:
    """Return each web address that all are led to, its place and the words of its link; not that to unsubscribe."""
    found: dict[tuple[str, str], str] = {}
    for address, words, sentence in _shown_links(subject):
        if address.startswith("https://") and address != UNSUBSCRIBE and not wrong_with(subject, address):
            found.setdefault((address, words), sentence)
    return [(address, place_of(subject, address, words), sentence) for (address, words), sentence in found.items()]


def links_of(subject: GateSubject) -> list[tuple[str, str, str]]:
    """Return every address that a reader can follow with the words of its link and its sentence, each once."""
    if subject.document is None:
        bare = ADDRESS_IN_TEXT.findall(subject.text)
    else:
        bare = [address for block in subject.body for address in ADDRESS_IN_TEXT.findall(block)]
    ended = [address.rstrip(".,;:!?)") for address in bare]
    written = [(address, "", sentence_with(subject, address) or shown_safely(address)) for address in ended]
    return list(dict.fromkeys([*_shown_links(subject), *written]))


def _shown_links(subject: GateSubject) -> list[tuple[str, str, str]]:
    """Return the address, the words and the sentence of every link of the HTML part that its reader sees."""
    elements: list[HtmlElement] = subject.select("//a[@href] | //area[@href]")
    seen = [(link.get("href", "").strip(), shown(link), link) for link in elements if not is_hidden(link)]
    return [(address, words, sentence_around(link) or shown_safely(words or address)) for address, words, link in seen]


def place_of(subject: GateSubject, address: str, words: str) -> tuple[str, int]:
    """Return file and line where a link with this address and these words was written."""
    whole = (
        f"[{words}]({address})",
        f"]({address})",
        f"]({address} ",
        f"](<{address}>",
        f"<{address}>",
        f'="{address}"',
    )
    forms = (*whole, f"]({address}", f"<{address}>", address, f"[{words}](")
    return subject.written_at(*(form for form in forms if len(form) > FEWEST_SIGNS)) or subject.place(words)
