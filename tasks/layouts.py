"""Layouts: what every message of a channel says besides its text, from the brief, in the language of the message."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import css_inline
import lxml.html
from jinja2 import Environment, select_autoescape
from lxml.html import HtmlElement

from campaigns.brief import Brief
from campaigns.channels import priced_per_part
from campaigns.errors import InputError
from campaigns.language import base
from tasks import slots, text_pictures
from tasks.message_words import Message, ShortMessage, messages, place, short_message
from tasks.pages import LAYOUTS, page_environment
from tasks.workplace import Workplace

ADDRESSES = frozenset({"href", "src", "cite", "action", "background", "poster"})
NO_SLOTS = frozenset({"style", "class", "id", "srcset"})
ADDRESS_IN_TEXT = re.compile(r"https?://\S+")
LONGEST_LINE = 200  # characters; at most 800 bytes, and a line of e-mail may have 998
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


def has_layout(channel: str) -> bool:
    """Tell whether a channel has layouts."""
    return (LAYOUTS / f"{channel}.txt.j2").is_file()


def compose(
    brief: Brief,
    workplace: Workplace,
    told: tuple[str, str, str],
    fields: dict[str, str],
    *,
    folder: Path,
    made: Mapping[str, str] = MappingProxyType({}),
    all_shown: bool = True,
) -> tuple[str, str]:
    """Return plain text and HTML of one rendered text, every slot in its place; HTML empty where the channel has none.

    ``told`` is wave, channel and language; ``folder`` holds the pictures of the text; ``made`` is what the campaign's
    own templates have made, ``txt`` or ``html``.

    Raises InputError where a slot stands in an attribute that cannot hold one safely, and PicturesInvalid where a
    picture cannot be shown; unless ``all_shown``, such a picture is left without an address.
    """
    wave, channel, language = told
    environment = _environment(base(language))
    if channel in priced_per_part():
        short = short_message(brief, wave, language, fields[channel])
        return _text_message(environment, channel, short, language), ""
    plain, rich = messages(brief, workplace, wave, channel, language, fields)
    written = made["txt"] if "txt" in made else environment.get_template(f"{channel}.txt.j2").render(message=plain)
    text = slots.put_in_place(written, place("text", language))
    text = re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
    if "html" not in made and not (LAYOUTS / f"{channel}.html.j2").is_file():
        return text, ""
    document = lxml.html.document_fromstring(made["html"] if "html" in made else _render(environment, channel, rich))
    text_pictures.put_in_page(document, folder, channel, all_shown=all_shown)
    page = _slots_inplace(document, place("html", language))
    return text, _wrapped(_INLINER.inline(page) if channel == "email" else page)


def _text_message(environment: Environment, channel: str, message: ShortMessage, language: str) -> str:
    """Return a text message: the communicator's line, and under it the layout's own, each slot in its place."""
    text = environment.get_template(f"{channel}.txt.j2").render(message=message)
    return slots.put_in_place(ADDRESS_IN_TEXT.sub(_address_in_place, text.strip()), place("sms", language))


def _address_in_place(found: re.Match[str]) -> str:
    """Return an address of a text message, the slots in it as its percent-encoded parts; none may name the host."""
    if slots.in_host(found[0]):
        raise InputError(
            "a slot stands in the host of an address, where it could lead anywhere",
            remedy="put the slot after the host's first slash.",
        )
    return slots.put_in_place(found[0], "part")


@cache
def _environment(language: str) -> Environment:
    escaped = select_autoescape(enabled_extensions=("html.j2",), default=False)
    return page_environment(language).overlay(autoescape=escaped, keep_trailing_newline=True)


def _render(environment: Environment, channel: str, message: Message) -> str:
    return environment.get_template(f"{channel}.html.j2").render(message=message).lstrip()


def _slots_inplace(document: HtmlElement, place: str) -> str:
    """Return the page with every slot placed by where it stands: text, an attribute, or an address."""
    for element in document.iter():
        _place_text(element, place)
        for name, value in _slotted_attributes(element):
            element.set(
                name,
                slots.put_address_in_place(value, "url")
                if name in ADDRESSES
                else slots.put_in_place(value, "attribute"),
            )
    return str(lxml.html.tostring(document, encoding="unicode", doctype="<!doctype html>"))


def _place_text(element: HtmlElement, place: str) -> None:
    if element.tail:
        element.tail = slots.put_in_place(element.tail, place)
    if element.text and isinstance(element.tag, str):
        element.text = slots.put_in_place(element.text, place)


def _slotted_attributes(element: HtmlElement) -> Iterator[tuple[str, str]]:
    for name, value in element.items():
        if slots.MARKER_SIGN.lower() not in value.lower():
            continue
        if name in NO_SLOTS or name.startswith("on") or slots.in_host(value):
            raise InputError(
                f"a slot stands in the {name} of a {element.tag}, where no value is safe",
                remedy="put the slot in the text, let it be the whole address, or put it after the host's first slash.",
            )
        yield name, value


def _wrapped(page: str) -> str:
    """Return the page with long lines broken at spaces, which HTML reads as the same."""
    return re.sub(rf"([^\n]{{{LONGEST_LINE // 2},{LONGEST_LINE}}}?) ", r"\1\n", page)
