"""The words of a variant as its reader meets them, sentence by sentence, and the lines where they were written."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import lxml.html
from lxml.html import HtmlElement

from campaigns.brief import Brief
from campaigns.language import base
from tasks.gates.masking import FOREIGN
from tasks.gates.readability import PREHEADER, sentences
from tasks.gates.reading import WORD, blocks_of, holds, paragraphs_of
from tasks.gates.subject import GateSubject

UNSEEN = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
DESCRIPTION = "//meta[@name='description']/@content"
IN_ATTRIBUTES = "//@alt | //@title | //@aria-label"
HEADINGS = "//h1"
MARK_UP = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\]\([^)]*\)|<[^>]*>")
TEMPLATE_WORD = re.compile(r"""["'].*?["']""")


@dataclass(frozen=True)
class Passage:
    """One sentence, heading, subject line or alternative text; ``language`` is the one that it is written in."""

    text: str
    language: str


@dataclass(frozen=True)
class _Word:
    text: str
    file: str
    line: int


def ascii_digits(text: str) -> str:
    """Return a text of the same length with the decimal digits of every script as ASCII has them."""
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def passages(subject: GateSubject) -> tuple[Passage, ...]:
    """Return everything that the communicator wrote into a variant, each sentence once; foreign parts are left out.

    The title of the brief comes last: it heads the report that everybody may read, and is Swedish.
    """
    written = _written(subject.subject, subject.text, subject.html, subject.language, subject.own_words)
    title = (Passage(_plain(subject.brief.title), "sv"),) if subject.brief is not None else ()
    return (*written, *title)


def everything(subject: GateSubject) -> tuple[str, ...]:
    """Return each sentence of a variant in whatever language it is marked, and what the brief says of people."""
    written = _written(
        subject.subject, subject.text, subject.html, subject.language, subject.own_words, keep_foreign=True
    )
    brief = told_in_brief(subject.brief) if subject.brief is not None else ()
    return tuple(dict.fromkeys((*(passage.text for passage in written), *brief)))


def told_in_brief(brief: Brief) -> tuple[str, ...]:
    """Return the facts of a brief that name a sender, a contact, a partner or a decision, and the title."""
    press = brief.press_contact
    facts = (
        brief.title, brief.sender.body, brief.sender.unit, brief.contact.way, brief.decision.body or "",
        *((press.name, press.way) if press else ()), *brief.anchored_with, *brief.partners, *brief.sources,
    )  # fmt: skip
    return tuple(_plain(fact) for fact in facts if fact.strip())


def places(subject: GateSubject, sentence: str, start: int, end: int) -> tuple[tuple[str, int], ...]:
    """Return file and line of each place where an excerpt ``sentence[start:end]`` was written.

    The same words in several lines are told apart by what stands around them; lines that are alike are all returned.
    """
    words = _words_of(subject.written_lines)
    before, hit, after = (_cut(part) for part in (sentence[:start], sentence[start:end], sentence[end:]))
    if not hit:
        return (subject.place(sentence),)
    shown = [word.text for word in words]
    scored: dict[tuple[str, int], int] = {}
    for position in (place for place, word in enumerate(shown) if word == hit[0]):
        stop = position + len(hit)
        if shown[position:stop] == hit:
            around = _common(shown[:position][::-1], before[::-1]) + _common(shown[stop : stop + len(after)], after)
            place = words[position].file, words[position].line
            scored[place] = max(around, scored.get(place, 0))
    best = max(scored.values(), default=0)
    return tuple(place for place, score in scored.items() if score == best) or (subject.place(sentence[start:end]),)


def exact_places(subject: GateSubject, sentence: str, excerpt: str) -> tuple[tuple[str, int], ...]:
    """Return file and line of each line that holds an excerpt sign for sign, else where its words were written.

    Of several lines those are meant that hold most of the sentence.
    """
    lines = [(place, line) for place, line in subject.written_lines if holds(line, excerpt)]
    start, around = sentence.find(excerpt), set(_cut(sentence))
    shared = [len(around & set(_cut(line))) for _, line in lines]
    meant = (place for (place, _), common in zip(lines, shared, strict=True) if common == max(shared))
    return tuple(meant) or places(subject, sentence, start, start + len(excerpt))


@lru_cache(maxsize=32)
def _written(
    line: str, text: str, html: str, language: str, own: tuple[str, ...], *, keep_foreign: bool = False
) -> tuple[Passage, ...]:
    written = _of_html(html, language, keep_foreign) if html.strip() else _of_text(text)
    found = [line, *written, *sentences(own)]
    return tuple(Passage(each, language) for each in dict.fromkeys(map(_plain, found)) if WORD.search(each))


def _of_text(text: str) -> list[str]:
    return sentences(paragraphs_of(text, items=True))


def _of_html(html: str, language: str, keep_foreign: bool) -> Iterator[str]:
    document = lxml.html.document_fromstring(html)
    if not keep_foreign:
        _leave_out_foreign(document, language)
    yield from (" ".join(str(value).split()) for value in _select(document, DESCRIPTION))
    for element in _select(document, f"{PREHEADER} | {HEADINGS}"):
        yield from sentences([" ".join(element.text_content().split())])
    yield from (" ".join(str(value).split()) for value in _select(document, IN_ATTRIBUTES))
    roots = _select(document, "//*[@data-body]") or _select(document, "//main | //*[@role='main']") or [document]
    yield from sentences([block for root in roots for block in blocks_of(root)])


def _select(document: HtmlElement, path: str) -> list[Any]:
    return cast(list[Any], document.xpath(path))


def _leave_out_foreign(document: HtmlElement, language: str) -> None:
    for element in _select(document, "//body//*[@lang]"):
        if base(str(element.get("lang")).casefold()) != base(language.casefold()):
            element.clear(keep_tail=True)
            element.text = FOREIGN


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", UNSEEN.sub("", text)).replace("\u00a0", " ").strip()


def _cut(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(_plain(text))]


def _common(written: list[str], wanted: list[str]) -> int:
    pairs = zip(written, wanted, strict=False)
    return next((number for number, (here, there) in enumerate(pairs) if here != there), min(len(written), len(wanted)))


@lru_cache(maxsize=32)
def _words_of(lines: tuple[tuple[tuple[str, int], str], ...]) -> tuple[_Word, ...]:
    return tuple(_Word(word, name, number) for (name, number), line in lines for word in _cut(MARK_UP.sub(_kept, line)))


def _kept(mark: re.Match[str]) -> str:
    return " ".join(["", *TEMPLATE_WORD.findall(mark.group())]) + " " if mark.group().startswith("{{") else " "
