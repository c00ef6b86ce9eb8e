"""The form of the brief: what the model forbids, in words that say what is allowed."""

import difflib
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import NoneType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, ValidationError
from pydantic_core import ErrorDetails

from campaigns.brief import Brief, Part
from campaigns.brief_source import Fault, Path_, name_key, name_path

EXAMPLES = {
    date: "a date such as 2027-04-18",
    AwareDatetime: "a time with its offset, such as 2027-01-18T08:00:00+01:00",
    str: "text (put it in quotes if it is a number, yes or no)",
    float: "a number such as 0.31",
    int: "a whole number",
    bool: "true or false",
}
PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "a word of a–z, digits and _, such as waste_information",
    r"^[a-z0-9][a-z0-9-]*$": 'a word of a–z, digits and -, in quotes, such as "2027-1"',
    r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$": "a language tag (BCP 47), such as sv or en",
    r"^[a-z0-9_-]+\.sql$": "the name of an SQL file in the campaign's folder, such as audience.sql",
    r"^[a-z_]+=.+$": "column=value, such as language=en",
    r"^([01]\d|2[0-3]):[0-5]\d$": 'a local time in quotes, such as "08:00"',
    r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$": 'a local time in quotes, up to "24:00"',
}
LIMITS = {"ge": "at least {}", "le": "at most {}", "min_length": "at least {} of them", "max_length": "at most {}"}


def check_form(data: dict[str, Any]) -> tuple[Brief | None, list[Fault]]:
    """Validate the whole brief at once; returns the brief, or None with every fault of form."""
    data = {key: value for key, value in data.items() if value is not None or not _may_be_left_out(key)}
    try:
        return Brief.model_validate_json(json.dumps(data), strict=True), []
    except ValidationError as error:
        return None, list(_faults(error.errors(include_url=False), data))


def without(data: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """Return a copy of the data where every faulty value is None, so that the rules see only what is sound."""
    copy: dict[str, Any] = json.loads(json.dumps(data))
    for fault in faults:
        holder = value_at(copy, fault.path[:-1]) if fault.path else None
        if isinstance(holder, dict) and fault.path[-1] in holder:
            holder[fault.path[-1]] = None
        elif isinstance(holder, list) and isinstance(fault.path[-1], int):
            holder[fault.path[-1]] = None
    return copy


def value_at(data: Any, path: Path_) -> Any:
    """Return the value that a path leads to; None where it leads nowhere."""
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def _may_be_left_out(key: str) -> bool:
    return key in Brief.model_fields and not Brief.model_fields[key].is_required()


def _faults(errors: list[ErrorDetails], data: dict[str, Any]) -> Iterator[Fault]:
    found: dict[Path_, Fault] = {}
    for error in errors:
        path = _real_path(error, data)
        # A union reports one fault per alternative, and a misspelt key is both unknown and missing: each is told once.
        found.setdefault(path, Fault("brief", path, *_explain(error, path, data)))
    misspelt = {meant for error in errors if (meant := _meant(error, data))}
    parents = {path[:length] for path in found for length in range(len(path))}
    return (fault for path, fault in found.items() if path not in parents and path not in misspelt)


def _meant(error: ErrorDetails, data: dict[str, Any]) -> Path_ | None:
    """Return the path of the known key that an unknown one probably stands for."""
    if error["type"] != "extra_forbidden":
        return None
    path = _real_path(error, data)
    near = _near(str(path[-1]), _known_keys(path[:-1]))
    return (*path[:-1], near) if near and value_at(data, (*path[:-1], near)) is None else None


def _real_path(error: ErrorDetails, data: Any) -> Path_:
    """Drop the steps that name a branch of a union rather than a key of the file."""
    path: Path_ = ()
    here = data
    for step in error["loc"]:
        inside = isinstance(here, dict) and step in here or isinstance(here, list) and isinstance(step, int)
        if inside:
            here, path = here[step], (*path, step)  # type: ignore[index]
        elif error["type"] == "missing" and isinstance(here, dict):
            path = (*path, step)
    return path


def _explain(error: ErrorDetails, path: Path_, data: dict[str, Any]) -> tuple[str, str]:
    field, kind = name_path(path), error["type"]
    if kind == "extra_forbidden":
        return _explain_unknown_key(path)
    given = value_at(data, path)
    if kind == "timezone_aware":
        zone = value_at(data, ("schedule", "time_zone"))
        return f"{field} has no offset", explain_naive(given, zone if isinstance(zone, str) else "Europe/Stockholm")
    allowed = f"Allowed: {describe(annotation_at(path))}."
    if kind == "missing":
        return f"{field} is missing", allowed
    if given is None or given in ("", [], {}):
        return f"{field} is empty", allowed
    if kind == "literal_error" and isinstance(given, str):
        choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        return f"{field} is none of the allowed words", f"{hint(given, choices)}{allowed}"
    return f"{field} has a value that is not allowed", allowed


def _explain_unknown_key(path: Path_) -> tuple[str, str]:
    shown = path if name_key(path[-1]) != "a key" else (*path[:-1], "…")
    known = _known_keys(path[:-1])
    return f"{name_path(shown)} is not a known key", f"{hint(str(path[-1]), known)}Allowed here: {', '.join(known)}."


def _known_keys(path: Path_) -> list[str]:
    model = _model_of(annotation_at(path))
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _near(given: str, known: list[str]) -> str:
    return next(iter(difflib.get_close_matches(given.lower(), known, n=1, cutoff=0.6)), "")


def hint(given: str, known: list[str]) -> str:
    """Return a sentence with the nearest known word; empty where none is near."""
    near = _near(given, known)
    return f"Did you mean `{near}`? " if near else ""


def explain_naive(given: object, zone_name: str) -> str:
    """Say which offset a clock time has in a zone: one, none (summer time begins) or two (summer time ends)."""
    try:
        naive, zone = datetime.fromisoformat(str(given)).replace(tzinfo=None), ZoneInfo(zone_name)
        instants = {naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        real = [local for time in instants if (local := time.astimezone(zone)).replace(tzinfo=None) == naive]
    except (ValueError, OSError, OverflowError):
        return f"Allowed: {EXAMPLES[AwareDatetime]}."
    offsets = sorted({time.utcoffset() or timedelta() for time in real}, reverse=True)
    written = [naive.isoformat() + _offset(offset) for offset in offsets]
    if not written:
        return "That clock time does not exist: summer time begins that night. Choose another hour, with its offset."
    if len(written) == 2:
        return f"That clock time comes twice, as summer time ends. Write {written[0]} or {written[1]}."
    return f"Write {written[0]}."


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def annotation_at(path: Path_) -> Any:
    """Return the annotation of the field that a path leads to; the brief itself for an empty path."""
    here: Any = Brief
    for step in path:
        model = _model_of(here)
        if isinstance(step, int):
            here = next((get_args(part)[0] for part in _parts(here) if get_origin(part) is tuple), None)
        elif model is not None:
            named = {field.alias or name: field for name, field in model.model_fields.items()}
            here = named[step].rebuild_annotation() if step in named else None
        else:
            here = str
    return here


def _parts(annotation: Any) -> Iterator[Any]:
    """Yield the alternatives of an annotation without its decorations."""
    if get_origin(annotation) is Annotated and annotation != AwareDatetime:
        yield from _parts(get_args(annotation)[0])
    elif get_origin(annotation) is Union or type(annotation).__name__ == "UnionType":
        for part in get_args(annotation):
            yield from _parts(part)
    else:
        yield annotation


def _model_of(annotation: Any) -> type[Part] | None:
    return next((part for part in _parts(annotation) if isinstance(part, type) and issubclass(part, Part)), None)


def describe(annotation: Any) -> str:
    """Say in words what a field of this annotation may hold."""
    if annotation in EXAMPLES:
        return EXAMPLES[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _describe_limited(arguments[0], arguments[1:])
    if origin is Literal:
        return ", ".join(str(word) for word in arguments)
    if origin is tuple:
        return f"a list; each: {describe(arguments[0])}"
    if origin is dict:
        return "one text per language, such as {sv: …, en: …}"
    if origin is Union or type(annotation).__name__ == "UnionType":
        return ", or ".join(describe(part) for part in arguments if part is not NoneType)
    if model := _model_of(annotation):
        return f"the keys {', '.join(field.alias or name for name, field in model.model_fields.items())}"
    return "text"


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
