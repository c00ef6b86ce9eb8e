"""A brief whose form is broken, mended only so far that its texts can be rendered and judged; it sends nothing."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaigns.brief import Brief
from campaigns.brief_form import check_form, value_at
from campaigns.brief_source import Path_, read_source

EXAMPLE = Path(__file__).parent / "matavfall" / "campaign.yaml"
"""Whose values stand in for those that are missing: a campaign that ships and is sound."""
MOST_FAULTS = 100
NAMING = frozenset({"facts", "slots"})
"""Keys that give the names of texts their meaning: without one of them a name would look like a fault."""


@dataclass(frozen=True)
class BriefForTexts:
    """A brief mended for its texts; ``names_told`` unless what it says of facts or slots is broken."""

    brief: Brief
    names_told: bool


def brief_for_texts(path: Path) -> BriefForTexts | None:
    """Return a brief with the sound values of a file and stand-ins for the others; None where that says too little."""
    source = read_source(path)
    if not source.readable:
        return None
    data: dict[str, Any] = json.loads(json.dumps(source.data))
    example = read_source(EXAMPLE).data
    names_told = True
    for _ in range(MOST_FAULTS):
        brief, faults = check_form(data)
        if brief is not None:
            return BriefForTexts(brief, names_told)
        if not faults:
            return None
        names_told &= not any(fault.path and fault.path[0] in NAMING for fault in faults)
        _mend(data, max((fault.path for fault in faults), key=len), example)
    return None


def _mend(data: dict[str, Any], path: Path_, example: dict[str, Any]) -> None:
    """Give what a path leads to its value in the example; where it has none, take it away."""
    holder, key = value_at(data, path[:-1]), path[-1]
    known = value_at(example, path)
    if isinstance(holder, list) and isinstance(key, int) and len(holder) > 1:
        del holder[key]
    elif isinstance(holder, dict) and isinstance(key, str) and known is not None and holder.get(key) != known:
        holder[key] = known
    elif isinstance(holder, dict) and key in holder:
        del holder[str(key)]
    elif len(path) > 1:
        _mend(data, path[:-1], example)
