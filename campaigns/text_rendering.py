"""Rendering a campaign's Jinja2 where it can do no harm: a sandbox, in a process of its own, with bounds.

Run as ``python -m campaigns.text_rendering``: one JSON request on standard input, one JSON line per rendered text on
standard output, in order. A text that takes too long is interrupted and told with its place, and the others are
rendered. What cannot be interrupted ends with the process, by its bound of the processor's time: a busy machine, where
the clock runs faster than that, stops no sound text.
"""

import json
import re
import resource
import signal
import sys
import traceback
from collections.abc import Mapping
from functools import cache
from types import FrameType, SimpleNamespace
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.loaders import FunctionLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it import MarkdownIt
from markupsafe import Markup

from campaigns.language import translations
from campaigns.text_limits import why_too_large

MOST_MEMORY = 512 * 1024 * 1024
SECONDS_EACH = 1.0
PARTS = "parts"
FILTERS = ("capitalize", "default", "first", "join", "last", "length", "lower", "replace", "title", "trim", "upper")
TESTS = ("defined", "even", "none", "odd", "undefined")
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff]")
FAULTS = (
    TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, MemoryError, RecursionError,
    SyntaxError,
)  # fmt: skip


class TooSlowError(Exception):
    """A text takes longer than any text needs."""


class TextEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox that notes in ``included`` which files a rendered text was made of."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.included: set[str] = set()

    def get_template(self, name: Any, *rest: Any, **options: Any) -> Any:
        """Return a template; called for each include that is reached, whether it was read before or not."""
        self.included.add(str(name))
        return super().get_template(name, *rest, **options)


def text_environment(sources: Mapping[str, str]) -> TextEnvironment:
    """Return the environment of texts: no globals, few filters and tests, undefined names raise, bodies are escaped."""
    environment = TextEnvironment(
        loader=FunctionLoader(lambda name: (sources[name], name, None) if name in sources else None),
        undefined=StrictUndefined,
        autoescape=lambda name: name is None or "#" not in name or name.endswith("#body"),
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.tests = {name: environment.tests[name] for name in TESTS}
    return environment


def layout_environment(sources: Mapping[str, str], language: str) -> TextEnvironment:
    """Return the environment of layouts: that of texts and ``_``, which prints words in the language of the message."""
    environment = text_environment(sources)
    environment.autoescape = lambda name: name is not None and name.endswith(".html.j2")
    environment.keep_trailing_newline = True
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_translations(  # type: ignore[attr-defined]  # added by the extension
        translations(language), newstyle=True
    )
    return environment


def markdown_reader() -> MarkdownIt:
    """Return the reader of texts: CommonMark with tables; HTML in the source is printed, never obeyed."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def render_request(request: dict[str, Any]) -> None:
    """Print one JSON object per job: the rendered fields by name, or the error with template and line.

    The field PARTS of a text lists the other files of the campaign whose words stand in it, one a line.
    """
    sources = request["sources"]
    environment = cache(lambda language: layout_environment(sources, language) if language else texts)
    texts = text_environment(sources)
    given_up: dict[str, dict[str, Any]] = {}
    for job in request["jobs"]:
        known = next((given_up[name] for name in job["templates"].values() if name in given_up), None)
        answer = known or _rendered(environment(job.get("language", "")), job, sources)
        if answer.pop("slow", False):
            given_up[answer["template"]] = answer
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _rendered(environment: TextEnvironment, job: dict[str, Any], sources: Mapping[str, str]) -> Any:
    names = {**job["facts"], **{name: Markup(mark) for name, mark in job["slots"].items()}}
    if "message" in job:
        names["message"] = _message(job["message"])
    answer: dict[str, Any] = {}
    template = ""
    environment.included.clear()
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_EACH)
        for field, template in job["templates"].items():
            answer[field] = environment.get_template(template).render(names)
            if reason := why_too_large(answer[field], "page" if "message" in job else field):
                raise OverflowError(reason)
            if field == "body":
                _read_markdown(answer[field])
    except TooSlowError as late:
        place = _place(late, sources, template)
        answer = {"error": f"it takes more than {SECONDS_EACH:g} seconds", "place": place, "template": template}
        return answer | {"slow": True}
    except FAULTS as error:
        return {"error": _said(error), "place": _place(error, sources, template)}
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    if wrong := next((field for field, text in answer.items() if UNREADABLE.search(text)), None):
        return {
            "error": "it holds a character that cannot be shown",
            "place": _unreadable(job["templates"][wrong], sources),
        }
    if "message" not in job:
        answer[PARTS] = "\n".join(sorted(name for name in environment.included if "#" not in name))
    return answer


def _message(values: dict[str, Any]) -> SimpleNamespace:
    told = {name: SimpleNamespace(**value) for name, value in values.items() if isinstance(value, dict)}
    return SimpleNamespace(**{**values, **told, "body": Markup(values["body"])})  # safe: Markdown escaped its HTML


@cache
def _read_markdown(body: str) -> None:
    """Read it and throw the result away: what takes too long here, bounded, is never read anywhere else."""
    markdown_reader().render(body)


def _said(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "the text needs too much memory"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error) or type(error).__name__


def _place(error: BaseException, sources: Mapping[str, str], template: str) -> tuple[str, int]:
    """Return template and line of an error: the innermost frame that runs a template, or where the syntax broke."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in sources]
    if frames:
        return frames[-1].filename, frames[-1].lineno or 1
    name = str(getattr(error, "name", None) or template)
    written = sources.get(name, "")
    return name, int(getattr(error, "lineno", None) or 1 + len(written) - len(written.lstrip("\n")))


def _unreadable(template: str, sources: Mapping[str, str]) -> tuple[str, int]:
    for name in (template, *(name for name in sources if "#" not in name)):
        if found := UNREADABLE.search(sources[name]):
            return name, 1 + sources[name].count("\n", 0, found.start())
    return template, 1 + len(sources[template]) - len(sources[template].lstrip("\n"))


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise TooSlowError


def main() -> None:
    """Bound the process, then do what the request says."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    request = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (request["seconds"], request["seconds"] + 1))
    signal.signal(signal.SIGVTALRM, _interrupt)
    render_request(request)


if __name__ == "__main__":
    main()
