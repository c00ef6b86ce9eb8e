"""The form of the brief: what the model forbids, in words that say what is allowed."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, ValidationError
from pydantic_core import ErrorDetails

from campaigns.brief import Brief
from campaigns.brief_meant import hint, near
from campaigns.brief_source import Fault, Path_, name_key, name_path
from campaigns.brief_words import EXAMPLES, allowed_at, annotation_at, known_keys, listed_at
from campaigns.channels import channel_meant
from campaigns.language import tag_meant
from campaigns.values_meant import day_meant, is_easy_read, list_meant, number_meant, word_meant

WHOLE = 100
PERCENTAGE = re.compile(r"(\d{1,9})(?:[.,](\d{1,9}))?\s*(%|procent|percent)?")
DAYS = {"mån": "mon", "man": "mon", "tis": "tue", "ons": "wed", "tor": "thu", "fre": "fri", "lör": "sat", "sön": "sun"}
"""How the names of the days begin in Swedish."""


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
        holder: Any = value_at(copy, fault.path[:-1])
        if fault.path and _holds(holder, fault.path[-1]):
            holder[fault.path[-1]] = None
    return copy


def value_at(data: Any, path: Path_) -> Any:
    """Return the value that a path leads to; None where it leads nowhere."""
    for step in path:
        if not _holds(data, step):
            return None
        data = data[step]
    return data


def _holds(holder: Any, step: str | int) -> bool:
    if isinstance(holder, list):
        return isinstance(step, int) and step < len(holder)
    return isinstance(holder, dict) and step in holder


ADVICE: dict[Path_, str] = {
    ("holdout",): " Write `{share: 0.1, by: household}` so that the effect can be shown, or "
    "`{share: 0, by: household}` where nobody may be left out, as in a crisis: then the "
    "report cannot tell what the campaign caused."
}
"""What to write where a whole part is missing, beside what it may hold."""


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
    key = near(str(path[-1]), _known_keys(path[:-1]))
    return (*path[:-1], key) if key and value_at(data, (*path[:-1], key)) is None else None


def _real_path(error: ErrorDetails, data: Any) -> Path_:
    """Drop the steps that name a branch of a union rather than a key of the file."""
    path: Path_ = ()
    here = data
    for step in error["loc"]:
        if _holds(here, step):
            here, path = here[step], (*path, step)
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
    allowed = f"Allowed: {allowed_at(path)}.{ADVICE.get(path, '')}"
    if kind == "missing":
        return f"{field} is missing", allowed
    if given is None or given in ("", [], {}):
        return f"{field} is empty", allowed
    if kind == "literal_error" and isinstance(given, str):
        choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        meant = DAYS.get(given.strip().lower()[:3]) if "mon" in choices else None
        said = f"Did you mean `{meant}`? " if meant else hint(given, choices)
        return f"{field} is none of the allowed words", f"{said}{allowed}"
    said = _hint_of(path, given) or _form_meant(error, given) or _share_meant(error, given)
    return f"{field} has a value that is not allowed", f"{said}{allowed}"


def _form_meant(error: ErrorDetails, given: object) -> str:
    """Return a sentence with the value of the right form that another stands for; empty for none."""
    kind = error["type"]
    if kind == "literal_error":
        return word_meant(given, re.findall(r"'([^']*)'", error["ctx"]["expected"]))
    if kind == "tuple_type":
        return list_meant(given)
    if not isinstance(given, str):
        return ""
    return day_meant(given) if kind.startswith("date") else number_meant(given) if kind.startswith("float") else ""


def _share_meant(error: ErrorDetails, given: object) -> str:
    """Return a sentence with the number that a percentage or a number with a comma stands for; empty for none."""
    written = PERCENTAGE.fullmatch(str(given).strip())
    if not written or isinstance(given, bool):
        return ""
    value = float(f"{written[1]}.{written[2] or 0}")
    is_percentage = bool(written[3]) or error.get("ctx", {}).get("le", WHOLE) <= 1
    if is_percentage and value <= WHOLE:
        return f"Did you mean `{value / WHOLE:g}`? "
    comma = isinstance(given, str) and "," in given and not is_percentage
    return f"Did you mean `{value:g}`, with a decimal point? " if comma else ""


def _hint_of(path: Path_, given: object) -> str:
    """Return a sentence with the listed value, language or channel that a value stands for; empty for none."""
    if not path or not isinstance(given, str):
        return ""
    if path[0] == "languages" and is_easy_read(given):
        return "Easy-read Swedish is no language here: declare the fact `easy_read` (docs/add-a-campaign.md). "
    meaning = {"languages": tag_meant, "channels": channel_meant}.get(str(path[0]))
    meant = (meaning(given) if meaning else "") or near(given, listed_at(path))
    return f"Did you mean `{meant}`? " if meant else ""


def _explain_unknown_key(path: Path_) -> tuple[str, str]:
    shown = path if name_key(path[-1]) != "a key" else (*path[:-1], "…")
    known = _known_keys(path[:-1])
    return f"{name_path(shown)} is not a known key", f"{hint(str(path[-1]), known)}Allowed here: {', '.join(known)}."


def _known_keys(path: Path_) -> list[str]:
    return known_keys(annotation_at(path))


def explain_naive(given: object, zone_name: str) -> str:
    """Say which offset a clock time has in a zone: one, none (summer time begins) or two (summer time ends)."""
    try:
        naive, zone = datetime.fromisoformat(str(given)).replace(tzinfo=None), ZoneInfo(zone_name)
        instants = {naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        real = [local for time in instants if (local := time.astimezone(zone)).replace(tzinfo=None) == naive]
    except (KeyError, ValueError, OSError, OverflowError):
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
