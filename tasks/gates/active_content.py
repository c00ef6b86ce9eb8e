"""Nothing in a message runs, asks for input or fetches anything: a page holds words, pictures and styles alone."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from html import escape

import lxml.html
import tinycss2
from lxml.html import HtmlElement
from tinycss2.ast import FunctionBlock, Node, StringToken, URLToken

from tasks.gates.masking import shown_safely
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject
from tasks.pages import LAYOUTS

RUNNING = frozenset({
    "script", "iframe", "frame", "frameset", "fencedframe", "portal", "object", "embed", "applet", "form", "input",
    "button", "select", "textarea", "base", "foreignobject", "animate", "animatemotion", "animatetransform", "set",
    "noscript", "noembed", "noframes", "xmp", "plaintext", "listing", "template", "math",
})  # fmt: skip
"""Elements that run, ask for input or move the page's addresses, and those that some readers read as words alone."""
LINKS = frozenset({"alternate", "canonical", "author", "license", "help"})
METAS = frozenset({"content-type", "content-security-policy", "content-language", "x-ua-compatible"})
FETCHED = frozenset({
    "src", "srcset", "imagesrcset", "background", "poster", "data", "lowsrc", "dynsrc", "ping", "action", "formaction",
    "srcdoc", "manifest", "codebase", "archive", "classid", "profile",
})  # fmt: skip
FOLLOWED = frozenset({"a", "area", "link"})
"""Elements whose ``href`` is fetched by nobody but a reader who follows it; ``link`` has a rule of its own."""
WITHIN = re.compile(r"\s*(?:cid:|data:image/|data:font/|#|$)", re.IGNORECASE)
RUN_ADDRESS = re.compile(r"(?:javascript|vbscript|livescript|mocha|data|file|blob):", re.IGNORECASE)
STYLED = re.compile(r"url|src|image-set|@import|expression|\\", re.IGNORECASE)
POLICY = "content-security-policy"
Wrong = tuple[str, str, str]
"""What kind of wrong it is, the element or attribute that it names, and the address or words to look for."""


@gate("active_content")
def active_content(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: no script, form, frame, tracker or remote style, and a web page with its layout's policy."""
    if subject.document is None:
        return
    remedy = subject.say("Take it out of the campaign's own template: a page shows words, pictures and links alone.")
    for element, (kind, name, found) in wrong_in(subject.document):
        message = _message(subject, name, shown_safely(found)[:120])[kind]
        yield Fault(message, remedy, _place(subject, element, found or name), sentence=shown_safely(found)[:200])
    if subject.channel == "web" and layout_policy() not in _policies(subject.document):
        message = subject.say("The page lacks the Content-Security-Policy of its layout")
        remedy = subject.say("Begin the template with the head of campaigns/layouts/web.html.j2.")
        yield Fault(message, remedy, _place(subject, subject.document, "<head"))


def _message(subject: GateSubject, name: str, found: str) -> dict[str, str]:
    """Return what is said of each kind of wrong."""
    return {
        "element": subject.say(
            "The page holds <{name}>, which runs, asks for input or is read differently by different readers", name=name
        ),
        "acts": subject.say("The page holds <{name}> with {found}, which acts by itself", name=name, found=found),
        "page": subject.say("The page fetches {found} from elsewhere ({name})", name=name, found=found),
        "sheet": subject.say("The style sheet fetches {found} from elsewhere", found=found),
        "style": subject.say("A style fetches {found} from elsewhere ({name})", name=name, found=found),
        "attribute": subject.say("The attribute {name} runs a script", name=name),
        "link": subject.say("A link leads to {found}, which is no address of a page", found=found),
    }


@cache
def layout_policy() -> str:
    """Return the policy that the city page's layout sets, white space collapsed."""
    layout = (LAYOUTS / "web.html.j2").read_text(encoding="utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', layout)
    return " ".join(policy.split())


def _policies(document: HtmlElement) -> list[str]:
    metas = (meta for head in document.iter("head") for meta in head.iter("meta"))
    return [" ".join(meta.get("content", "").split()) for meta in metas if meta.get("http-equiv", "").lower() == POLICY]


def wrong_in(document: HtmlElement) -> Iterator[tuple[HtmlElement, Wrong]]:
    """Yield each element that runs, asks or fetches, with what is wrong; of a comment, the element around it."""
    for element in document.iter():
        if isinstance(element.tag, str):
            for wrong in (*_wrong_element(element), *_wrong_attributes(element)):
                yield element, wrong
        elif "<" in (element.text or ""):  # mail programs obey comments such as <!--[if mso]>, readers differ on others
            parent = element.getparent()
            for _, wrong in wrong_in(lxml.html.fragment_fromstring(element.text, create_parent="div")):
                yield document if parent is None else parent, wrong


def _wrong_element(element: HtmlElement) -> Iterator[Wrong]:
    name = element.tag.lower().rpartition(":")[2]
    if name in RUNNING:
        yield (
            "element",
            name,
            "",
        )
    elif name == "link" and not set(element.get("rel", "").lower().split()) <= LINKS:
        yield "page", "link", element.get("href", "")
    elif name == "meta" and element.get("http-equiv", "content-type").strip().lower() not in METAS:
        yield "acts", "meta", element.get("http-equiv", "")
    elif name == "style":
        yield from (("sheet", name, each) for each in fetched(element.text or ""))


def _wrong_attributes(element: HtmlElement) -> Iterator[Wrong]:
    tag = element.tag.lower().rpartition(":")[2]
    for written, value in element.items():
        name = written.lower().rpartition(":")[2]
        if name.startswith("on"):
            yield "attribute", name, value
        elif name in {"href", "action", "formaction"} and RUN_ADDRESS.match(re.sub(r"[\x00-\x20]", "", value)):
            yield "link", name, value
        elif (name in FETCHED or (name == "href" and tag not in FOLLOWED)) and not WITHIN.match(value):
            yield "page", name, value
        elif name not in {"href", "src", "alt", "content"} and STYLED.search(value[:100_000]):
            yield from (("style", name, each) for each in fetched(value))


@lru_cache(maxsize=1024)
def fetched(style: str) -> tuple[str, ...]:
    """Return what a style sheet or a list of declarations fetches or runs: imports, and addresses that are not within.

    A value that is a fragment, ``data:`` or ``cid:`` fetches nothing. CSS escapes are read as a browser reads them.
    """
    if not STYLED.search(style):
        return ()
    return tuple(dict.fromkeys(_fetched(tinycss2.parse_component_value_list(style, skip_comments=True), "")))


def _fetched(nodes: list[Node], within: str) -> Iterator[str]:
    importing = False
    for node in nodes:
        if node.type == "at-keyword":
            importing = node.lower_value == "import"
            if importing:
                yield "@import"
        inner = within
        if isinstance(node, FunctionBlock):
            inner = node.lower_name.removeprefix("-webkit-")
            if inner == "expression":
                yield "expression()"
        addressed = isinstance(node, URLToken) or (
            isinstance(node, StringToken) and within in {"url", "src", "image-set"}
        )
        if (addressed or (importing and isinstance(node, StringToken))) and not WITHIN.match(node.value):
            yield node.value
        yield from _fetched(getattr(node, "arguments", None) or getattr(node, "content", None) or [], inner)


def _place(subject: GateSubject, element: HtmlElement, words: str) -> tuple[str, int]:
    """Return where words of a template or an element's tag stand in the campaign's own template, else its top."""
    own = f"{subject.channel}.html.j2"
    lines = subject.numbered(own)
    bare = words.partition("?")[0]
    for wanted in dict.fromkeys((words, escape(words), bare if "/" in bare else words, f"<{words}")):
        if number := next((number for number, line in lines if wanted and wanted in line), 0):
            return own, number
    file, line = subject.markup_place(element)
    return (file, line) if not lines or file == own else (own, 1)
