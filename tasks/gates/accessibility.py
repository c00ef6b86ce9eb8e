"""Texts that everybody can use: pictures described, links that say where they lead."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from tasks.gates.alternative_texts import says_nothing
from tasks.gates.link_words import names_nothing
from tasks.gates.masking import shown_safely
from tasks.gates.quoting import sentence_around, sentence_with
from tasks.gates.reading import is_hidden, shown
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject
from tasks.gates.written import BRIEF_FILE
from tasks.text_pictures import CONTENT_ID

BARE_ADDRESS = re.compile(
    r"^(?:https?://|www\.)\S+$|^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S*$|^[a-z][\w-]*(?:\.[\w-]+){2,}$"
    r"|^[\w-]+\.(?:html?|php|aspx?|jsp|pdf|docx?|xlsx?)$",
    re.IGNORECASE,
)
ADDRESS_IN_TEXT = re.compile(r"(?<![\w/@.])(?:https?://|www\.)[^\s<>\"”»]*[^\s<>\"”».,;:!?)]", re.IGNORECASE)
PRINTED = frozenset({"letter"})


@gate("alt_text")
def alt_text(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: every picture has an alternative text, or an empty one that marks it as decoration; never a file name."""
    for picture in _pictures(subject):
        source = picture.get("src", "")
        name = "" if source.startswith("data:") else source.rsplit("/", 1)[-1][:80]
        text = _alternative(picture)
        if text is None:
            message = subject.say("A picture has no alternative text")
        elif text.strip() and says_nothing(text.strip(), name):
            message = subject.say("The alternative text “{text}” does not describe the picture", text=text.strip())
        else:
            continue
        remedy = subject.say("Write what the picture tells the reader; leave it empty only if it is mere decoration.")
        beside = (parent := picture.getparent()) is not None and parent.tag in {"p", "li"} and shown(parent)
        place = _place_of(subject, picture)
        yield Fault(
            message,
            remedy,
            place,
            sentence=shown_safely(beside or picture.get("alt") or name or _file_at(subject, place)),
        )


@gate("link_text")
def link_text(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: a link's text says where it leads, also when it is read alone."""
    for link in subject.select("//a[@href]"):
        text = _name(link)
        bare = BARE_ADDRESS.match(text) and subject.channel not in PRINTED  # on paper the address must be readable
        if text and not bare and not names_nothing(text):
            continue
        message = (
            subject.say("The link text “{text}” does not say where the link leads", text=text)
            if text
            else subject.say("A link has no text")
        )
        remedy = subject.say("Let the link's own words name the page, such as “Order a bag for food waste”.")
        around = sentence_around(link) or sentence_with(subject, text) or text or link.get("href", "")
        yield Fault(message, remedy, _place_of_link(subject, link, text), sentence=around)
    for address in _bare_addresses(subject):
        message = subject.say("An address stands in the text instead of words: {address}", address=address[:120])
        remedy = subject.say("Make it a link: [what the page is about](https://…).")
        alone = re.compile(rf"(?<!\]\()(?<!<){re.escape(address)}")  # not where words lead to the same page
        place = subject.written_at(alone, but=BRIEF_FILE) or subject.place(address)
        yield Fault(message, remedy, place, sentence=sentence_with(subject, address))


@gate("links_apart")
def links_apart(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: links with the same words lead to the same page, so that a list of links tells them apart."""
    led: dict[str, str] = {}
    for link in subject.select("//a[@href]") if subject.channel not in PRINTED else ():
        words, address = _name(link), str(link.get("href", "")).strip()
        first = led.setdefault(words.casefold(), address)
        if not words or is_hidden(link) or names_nothing(words) or first.rstrip("/") == address.rstrip("/"):
            continue
        message = subject.say("“{text}” leads to another page here than further up", text=shown_safely(words))
        remedy = subject.say("Give each link words of its own that name its page.")
        yield Fault(message, remedy, _place_of_link(subject, link, words), sentence=sentence_around(link))


def _bare_addresses(subject: GateSubject) -> list[str]:
    """Return the web addresses that stand as mere text on a screen, where a reader can follow links."""
    if subject.document is None or subject.channel in PRINTED:
        return []
    texts = [text for root in subject.roots for text in root.xpath(".//text()[not(ancestor::a)]")]
    return list(dict.fromkeys(address for text in texts for address in ADDRESS_IN_TEXT.findall(text)))


def _pictures(subject: GateSubject) -> list[HtmlElement]:
    found = subject.select("//img | //*[local-name()='svg'] | //area | //input[@type='image']")
    return [picture for picture in found if not is_hidden(picture) and picture.get("aria-hidden") != "true"]


def _alternative(picture: HtmlElement) -> str | None:
    """Return the alternative text, empty for decoration; None where the author has not said."""
    if picture.get("role") in {"presentation", "none"}:
        return ""
    given: str | None = picture.get("alt") if picture.tag != "svg" else None
    title = picture.find("{*}title") if picture.tag == "svg" else None
    return given if given is not None else picture.get("aria-label") or (title.text if title is not None else None)


def _place_of(subject: GateSubject, picture: HtmlElement) -> tuple[str, int]:
    """Return where a picture was written: as Markdown, in the text's `alt`, or in the campaign's own template."""
    name = CONTENT_ID.sub(r"\2", picture.get("src", "")).rsplit("/", 1)[-1]
    words = re.escape(picture.get("alt") or "")
    inside = rf"!\[\s*{words}\s*\]\("
    file = re.escape(name) if name and not picture.get("src", "").startswith("data:") else ""
    forms = [inside + rf"\s*<?{file}", rf"!\[[^\]]*\]\(\s*<?{file}(?=[)>\s])"] if file else [inside]
    forms += [rf"^\s+\S+:\s*[\"']?{words}[\"']?\s*$"] if words else []
    if place := subject.written_at(*map(re.compile, forms), but=BRIEF_FILE):
        return place
    written = subject.markup_place(picture)
    return written if written[0] != subject.source else subject.place(picture.get("alt") or name or f"<{picture.tag}")


def _file_at(subject: GateSubject, place: tuple[str, int]) -> str:
    """Return the file of the picture that a line writes, where the page holds only its bytes."""
    lines = subject.lines(place[0])[place[1] - 1 : place[1]]
    found = re.search(r"!\[[^\]]*\]\(\s*<?([^)\s>]+)", lines[0]) if lines else None
    return found[1] if found else ""


def _name(link: HtmlElement) -> str:
    """Return what a screen reader says for a link."""
    pictures = " ".join(picture.get("alt", "") for picture in link.iter("img"))
    return str(link.get("aria-label") or " ".join(f"{shown(link)} {pictures}".split()))


def _place_of_link(subject: GateSubject, link: HtmlElement, text: str) -> tuple[str, int]:
    """Return where a link was written: its Markdown, told from the same words elsewhere by its address, or its tag."""
    address = str(link.get("href", ""))
    inside = any(root in link.iterancestors() for root in subject.roots)
    forms = (f"[{text}]({address})", f"<{text}>", f"]({address})", f"<{address}>", f"[{text}](") if inside else ()
    if place := subject.written_at(*forms):
        return place
    placed = subject.markup_place(link)
    return placed if placed[0] != subject.source else subject.place(text or address)
