"""The Atom entry of a page (RFC 4287): what feed readers and the city's own web learn when a page is put out.

It is read from the page itself, so that it says nothing that the page does not: no recipient, no person.
"""

import uuid
from datetime import datetime

import lxml.etree
import lxml.html
from feedgen.feed import FeedGenerator


def feed_of(page: bytes, run: str, language: str, updated: datetime) -> bytes:
    """Return a feed with the one entry of a run's page; its id is the same for the run and language ever after.

    Title is the page's heading, summary its description (the text's preheader), author its sender, link the landing
    page or, where it names none, the page itself. ``updated`` is aware.
    """
    document = lxml.html.document_fromstring(page.decode("utf-8"))
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"budkavle:{run}:{language}").urn
    title = _first(document, "//h1", "//title") or run
    author = {"name": _first(document, "//meta[@name='author']/@content") or title}
    landing_page = _first(document, "//link[@rel='canonical']/@href") or f"{language}.html"
    feed = FeedGenerator()
    entry = feed.add_entry()
    for part in (feed, entry):
        part.id(identity if part is entry else f"{identity}#feed")
        part.title(title)
        part.author(author)
        part.updated(updated)
        part.link(href=landing_page, rel="alternate", hreflang=language)
    feed.language(language)
    entry.summary(_first(document, "//meta[@name='description']/@content") or title)
    return bytes(feed.atom_str(pretty=True))


def updated_in(feed: bytes) -> datetime:
    """Return when the entry of a feed made here was last changed, aware."""
    return datetime.fromisoformat(lxml.etree.fromstring(feed).findtext(".//{*}entry/{*}updated", ""))


def _first(document: lxml.html.HtmlElement, *paths: str) -> str:
    for path in paths:
        for found in document.xpath(path):
            words = " ".join((found if isinstance(found, str) else found.text_content()).split())
            if words:
                return words
    return ""
