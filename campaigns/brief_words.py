"""What each key of the brief may hold, said in words from the model's own annotations."""

from collections.abc import Iterator
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime

from campaigns.brief import Brief, Part
from campaigns.brief_source import Path_
from campaigns.channels import load_channels
from campaigns.programme import load_programme

EXAMPLES = {
    date: "a date such as 2027-04-18",
    AwareDatetime: "a time with its offset, such as 2027-01-18T08:00:00+01:00",
    str: "text (put it in quotes if it is a number, yes or no)",
    float: "a number such as 0.31",
    int: "a whole number",
    bool: "true or false",
}
PATTERNS = {
    r"^[^\n\r\v\f\x{85}\x{2028}\x{2029}]+$": "text on one line (put it in quotes if it is a number, yes or no)",
    r"^[a-z][a-z0-9_]*$": "a word of a–z, digits and _, such as waste_information",
    r"^[a-z0-9][a-z0-9-]*$": 'a word of a–z, digits and -, in quotes, such as "2027-1"',
    r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$": "a language tag (BCP 47), such as sv or en",
    r"^[a-z0-9_-]+\.sql$": "the name of an SQL file in the campaign's folder, such as audience.sql",
    r"^[a-z_]+=.+$": "column=value, such as language=en",
    r"^([01]\d|2[0-3]):[0-5]\d$": 'a local time in quotes, such as "08:00"',
    r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$": 'a local time in quotes, up to "24:00"',
}
PAGES: dict[Path_, str] = {
    ("landing_page",): "https://start.stockholm/avfall",
    ("insight_page",): "https://start.stockholm/personuppgifter",
}
LIMITS = {
    "ge": "at least {}",
    "le": "at most {}",
    "min_length": "at least {} in the list",
    "max_length": "at most {} in the list",
}


def allowed_at(path: Path_) -> str:
    """Say in words what the field that a path leads to may hold."""
    if listed := listed_at(path):
        names = ", ".join(listed)
        return names if len(path) > 1 or path[0] == "overall_message" else f"a list of {names}"
    if path and path[-1] in {"manager", "communicator"}:
        return "the id the person has in the approvers' directory, such as manager_waste"
    if path in PAGES:
        return f"a full address, such as {PAGES[path]}"
    return describe(annotation_at(path))


def listed_at(path: Path_) -> list[str]:
    """Return the values that other data than the model lists for a field, such as the programme's; empty for none."""
    programme = load_programme()
    listed = {
        "overall_message": programme.overall_messages,
        "challenges": [challenge.id for challenge in programme.challenges],
        "channels": load_channels(),
    }
    return list(listed.get(str(path[0]), ())) if path else []


def annotation_at(path: Path_) -> Any:
    """Return the annotation of the field that a path leads to; the brief itself for an empty path."""
    here: Any = Brief
    for step in path:
        model = model_of(here)
        if isinstance(step, int):
            here = next((get_args(part)[0] for part in parts(here) if get_origin(part) is tuple), None)
        elif model is not None:
            named = {field.alias or name: field for name, field in model.model_fields.items()}
            here = named[step].rebuild_annotation() if step in named else None
        else:
            here = str
    return here


def parts(annotation: Any) -> Iterator[Any]:
    """Yield the alternatives of an annotation without its decorations."""
    if get_origin(annotation) is Annotated and annotation != AwareDatetime:
        yield from parts(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from parts(part)
    else:
        yield annotation


def model_of(annotation: Any) -> type[Part] | None:
    """Return the block that an annotation allows; None where it allows none."""
    return next((part for part in parts(annotation) if isinstance(part, type) and issubclass(part, Part)), None)


def describe(annotation: Any) -> str:
    """Say in words what a field of this annotation may hold."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in EXAMPLES:
        words = EXAMPLES[annotation]
    elif origin is Annotated:
        words = _describe_limited(arguments[0], arguments[1:])
    elif origin is Literal:
        words = ", ".join(str(word) for word in arguments)
    elif origin is tuple:
        words = f"a list; each: {describe(arguments[0])}"
    elif origin is dict:
        words = "one text per language, such as {sv: …, en: …}"
    elif origin in (Union, UnionType):
        words = ", or ".join(describe(part) for part in arguments if part is not NoneType)
    else:
        words = f"a block with the keys {', '.join(known_keys(annotation))}"
    return words


def known_keys(annotation: Any) -> list[str]:
    """Return the keys of the block that an annotation allows."""
    model = model_of(annotation)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _describe_limited(inner: Any, decorations: tuple[Any, ...]) -> str:
    limits = []
    for part in decorations:
        for rule in getattr(part, "metadata", None) or [part]:
            if pattern := getattr(rule, "pattern", None):
                return PATTERNS.get(str(pattern), describe(inner))
            limits += [
                words.format(getattr(rule, name))
                for name, words in LIMITS.items()
                if getattr(rule, name, None) is not None and (inner is not str or name != "min_length")
            ]
    return ", ".join([describe(inner), *limits])
