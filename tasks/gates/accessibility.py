"""Texts that everybody can use: pictures described, links that say where they lead, the language marked."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from campaigns.language import direction
from tasks.gates.quoting import sentence_with, shown_safely
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject, is_hidden, shown

FILE_NAME = re.compile(r"\.(?:avif|gif|jpe?g|pdf|png|svg|tiff?|webp)$|^(?:img|dsc|image|bild)[-_ ]?\d+$", re.IGNORECASE)
SAYS_NOTHING = frozenset({"bild", "foto", "image", "photo", "picture"})
EMPTY_LINKS = frozenset({
    "denna länk", "den här länken", "här", "klicka", "klicka här", "klicka på länken", "länk", "länken", "läs",
    "läs mer", "läs mer här", "läs vidare", "mer", "mer info", "mer information", "se här", "se mer", "sida",
    "sidan", "tryck här", "webbplats", "webbplatsen", "webbsida", "webbsidan", "click", "click here",
    "click on the link", "find out more", "go here", "here", "learn more", "link", "more", "more info",
    "more information", "page", "read", "read here", "read more", "read more here", "see here", "see more",
    "tap here", "the link", "this link", "website", "klikkaa tästä", "linkki", "lue lisää", "lue lisää täältä",
    "lisätietoa", "lisätietoja", "tästä", "täällä", "täältä", "halkan", "halkan guji", "guji", "guji halkan",
    "ka akhriso", "sii akhri", "wax dheeraad ah", "faahfaahin dheeraad ah", "اضغط هنا", "انقر هنا", "اقرأ المزيد",
    "المزيد", "هنا", "رابط", "الرابط", "للمزيد",
})  # fmt: skip
BARE_ADDRESS = re.compile(r"^(?:https?://|www\.)\S+$|^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S*$", re.IGNORECASE)
ADDRESS_IN_TEXT = re.compile(r"(?<![\w/@.])(?:https?://|www\.)[^\s<>\"”»]*[^\s<>\"”».,;:!?)]", re.IGNORECASE)
PRINTED = frozenset({"letter"})


@gate("alt_text")
def alt_text(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: every picture has an alternative text, or an empty one that marks it as decoration; never a file name."""
    for picture in _pictures(subject):
        name = picture.get("src", "").rsplit("/", 1)[-1][:80]
        place = subject.place(picture.get("alt") or name or f"<{picture.tag}")
        text = _alternative(picture)
        if text is None:
            message = subject.say("A picture has no alternative text")
        elif FILE_NAME.search(text.strip()) or text.strip().casefold() in SAYS_NOTHING:
            message = subject.say("The alternative text “{text}” does not describe the picture", text=text.strip())
        else:
            continue
        remedy = subject.say("Write what the picture tells the reader; leave it empty only if it is mere decoration.")
        beside = (parent := picture.getparent()) is not None and parent.tag in {"p", "li"} and shown(parent)
        yield Fault(message, remedy, place, sentence=shown_safely(beside or picture.get("alt") or name))


@gate("link_text")
def link_text(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: a link's text says where it leads, also when it is read alone."""
    for link in subject.select("//a[@href]"):
        text = _name(link)
        bare = BARE_ADDRESS.match(text) and subject.channel not in PRINTED  # on paper the address must be readable
        if text and not bare and text.casefold().strip(" .!:»›→>") not in EMPTY_LINKS:
            continue
        message = (
            subject.say("The link text “{text}” does not say where the link leads", text=text)
            if text
            else subject.say("A link has no text")
        )
        remedy = subject.say("Let the link's own words name the page, such as “Order a bag for food waste”.")
        around = sentence_with(subject, text) or text or link.get("href", "")
        yield Fault(message, remedy, subject.place(_as_written(link, text)), sentence=around)
    for address in _bare_addresses(subject):
        message = subject.say("An address stands in the text instead of words: {address}", address=address[:120])
        remedy = subject.say("Make it a link: [what the page is about](https://…).")
        yield Fault(message, remedy, subject.place(address), sentence=sentence_with(subject, address))


@gate("language_tag")
def language_tag(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: the document names its own language, and its direction where it runs right to left."""
    if subject.document is None:
        return
    tag = subject.document.get("lang", "")
    remedy = subject.say("Set `lang`, and `dir` where needed, on the layout's html element.")
    place = subject.source, 1
    if tag.casefold() != subject.language.casefold():
        message = subject.say("The page is marked as “{tag}” but written in “{own}”", tag=tag, own=subject.language)
        yield Fault(message, remedy, place)
    elif direction(tag) == "rtl" and subject.document.get("dir") != "rtl":
        yield Fault(subject.say("A language written from right to left is not marked so"), remedy, place)


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


def _name(link: HtmlElement) -> str:
    """Return what a screen reader says for a link."""
    pictures = " ".join(picture.get("alt", "") for picture in link.iter("img"))
    return str(link.get("aria-label") or " ".join(f"{shown(link)} {pictures}".split()))


def _as_written(link: HtmlElement, text: str) -> str:
    """Return the Markdown of a link, which is told from the same words elsewhere by its address."""
    return f"[{text}](" if not BARE_ADDRESS.match(text) else text or str(link.get("href"))
