"""Rendering a campaign's Jinja2 where it can do no harm: a sandbox, in a process of its own, with bounds.

Run as ``python -m campaigns.text_rendering``: one JSON request on standard input, one JSON line per rendered text on
standard output, in order. The parent ends the process after a time limit, so an endless loop is an error, never a hang.
"""

import json
import resource
import sys
import traceback
from collections.abc import Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.loaders import FunctionLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

MOST_MEMORY = 512 * 1024 * 1024
MOST_SECONDS = 10
MOST_CHARACTERS = 1_000_000
PARTS = "parts"
FILTERS = ("capitalize", "default", "first", "join", "last", "length", "lower", "replace", "title", "trim", "upper")


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
    """Return the environment of texts: no globals, few filters, undefined names raise, bodies are escaped."""
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
    return environment


def render_request(request: dict[str, Any]) -> None:
    """Print one JSON object per job: the rendered fields by name, or the error with template and line.

    The field PARTS lists the other files of the campaign whose words stand in the text, one a line.
    """
    environment = text_environment(request["sources"])
    for job in request["jobs"]:
        slots = {name: Markup(mark) for name, mark in job["slots"].items()}
        answer: dict[str, Any] = {}
        environment.included.clear()
        try:
            for field, template in job["templates"].items():
                answer[field] = environment.get_template(template).render({**job["facts"], **slots})
                if len(answer[field]) > MOST_CHARACTERS:
                    raise OverflowError("the text is longer than a million characters")
            answer[PARTS] = "\n".join(sorted(name for name in environment.included if "#" not in name))
        except (
            TemplateError,
            ArithmeticError,
            LookupError,
            TypeError,
            ValueError,
            MemoryError,
            RecursionError,
        ) as error:
            answer = {"error": _said(error), "place": _place(error, request["sources"], template)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _said(error: BaseException) -> str:
    return "the text needs too much memory" if isinstance(error, MemoryError) else str(error) or type(error).__name__


def _place(error: BaseException, sources: Mapping[str, str], template: str) -> tuple[str, int]:
    """Return template and line of an error: the innermost frame that runs a template, or where the syntax broke."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in sources]
    if frames:
        return frames[-1].filename, frames[-1].lineno or 1
    return str(getattr(error, "name", None) or template), int(getattr(error, "lineno", None) or 1)


def main() -> None:
    """Bound the process, then do what the request says."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
    render_request(json.load(sys.stdin))


if __name__ == "__main__":
    main()
