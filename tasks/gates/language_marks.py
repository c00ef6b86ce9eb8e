"""The language of a page, and of words in another: marked, so that a screen reader says them as that language does."""

from collections.abc import Iterator
from functools import lru_cache

from lxml.html import HtmlElement

from campaigns.language import direction
from campaigns.languages_told import is_language_tag, language_of, may_be_in, name_of
from tasks.gates.masking import shown_safely
from tasks.gates.readability import sentences
from tasks.gates.reading import BLOCKS, is_hidden, shown
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.spelling_of_language import UNKNOWN, told_by_spelling
from tasks.gates.subject import GateSubject


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


@gate("language_part")
def language_part(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: every `lang` is a tag that exists, and what is written in another language is marked as that language."""
    remedy = subject.say("Write a tag of BCP 47, such as sv, en or fi.")
    for element in subject.select("//*[@lang]"):
        tag = element.get("lang", "").strip()
        if tag and not is_language_tag(tag):
            message = subject.say("“{tag}” is not a language tag", tag=tag[:40])
            words = shown_safely(shown(element)) if element.tag not in {"html", "body"} else ""
            yield Fault(message, remedy, subject.place(f'lang="{tag}"'), sentence=words)
    for passage, tag in [*_passages(subject), *_beside_the_text(subject)]:
        other = _other_language(passage, tag)
        if not other:
            continue
        words, language = other
        found, marked = (name_of(each, subject.reader) for each in (language, tag))
        message = subject.say("A passage in {found} is marked as {tag}", found=found, tag=marked)
        if language == UNKNOWN:
            message = subject.say("A passage in another language is marked as {tag}", tag=marked)
        remedy = subject.say("Move it to the text of that language, or mark it with `lang` in the campaign's template.")
        yield Fault(message, remedy, subject.place(words), sentence=shown_safely(words))


@lru_cache(maxsize=4096)  # the same passages stand in every variant
def _other_language(passage: str, tag: str) -> tuple[str, str] | None:
    """Return the words and language of what is surely not written in the language of the tag: all of it, or a part."""
    for words in (passage, *sentences([passage])):
        found = language_of(words) or told_by_spelling(words, tag)
        if found and not may_be_in(found, tag):
            return words, found
    return None


def _passages(subject: GateSubject) -> list[tuple[str, str]]:
    """Return every innermost block of the communicator's own words with the language that it is marked as."""
    if subject.document is None:
        return [(block, subject.language) for block in subject.body]
    found = []
    inside = {each for root in subject.roots for each in root.iter()}
    for element in subject.document.iter():
        if not isinstance(element.tag, str) or is_hidden(element) or not _stands_alone(element):
            continue
        if element not in inside and shown(element) not in subject.own_words:
            continue
        tag = _marked_as(element) or subject.language
        if is_language_tag(tag) and (words := shown(element)):
            found.append((words, tag))
    return found + [(words, subject.language) for words in subject.own_words if words not in subject.seen]


def _beside_the_text(subject: GateSubject) -> list[tuple[str, str]]:
    """Return what stands in the subject line, the title, the preview, pictures and the contact, with its language."""
    contact = subject.brief.contact
    told = (
        times.get(subject.language, "") for times in (contact.hours, contact.answer_within) if isinstance(times, dict)
    )
    shown_first = subject.select("//meta[@name='description']/@content | //title/text() | //h1//text()")
    hidden = (words.text_content() for words in subject.select("//body/div[contains(@style, 'none')]"))
    found = [(words, subject.language) for words in (subject.subject, *map(str, shown_first), *hidden, *told)]
    found += [(image.get("alt", ""), _marked_as(image) or subject.language) for image in subject.select("//img[@alt]")]
    return list(dict.fromkeys((" ".join(words.split()), tag) for words, tag in found))


def _stands_alone(element: HtmlElement) -> bool:
    """Tell whether an element is a block without blocks inside, or a part of one with a language of its own."""
    inner = any(child.tag in BLOCKS - {"br"} or child.get("lang") for child in element.iterdescendants())
    return not inner and (element.tag in BLOCKS or bool(element.get("lang")))


def _marked_as(element: HtmlElement) -> str:
    around = (each for each in (element, *element.iterancestors()) if each.tag != "html")
    marked = (each.get("lang") for each in around)
    return next((tag.strip() for tag in marked if tag), "")
