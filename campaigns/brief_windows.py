"""The rule on starts and sending windows: what starts outside them waits, and who waits may be told with others."""

from datetime import datetime
from typing import Any

from campaigns.brief_subject import Found, Subject, rule
from campaigns.brief_timing import START, time_zone
from campaigns.sending_hours import opens_next, told


@rule
def start_in_window(subject: Subject) -> Found:
    """P5c: a wave that starts outside the sending windows waits, and may then go out together with the next one."""
    windows, zone = _windows(subject), time_zone(subject)
    if not windows or zone is None:
        return
    paths = (START, *(("waves", number, "start") for number, _ in subject.rows("waves")))
    firsts = {path: (time.astimezone(zone), opens_next(windows, time.astimezone(zone))) for path in paths
              if (time := subject.instant(*path))}  # fmt: skip
    internal = {("waves", number, "start") for number in subject.internal_waves}
    public = {first for path, (_, first) in firsts.items() if path[0] == "waves" and path not in internal}
    for path, (start, first) in firsts.items():
        if first is None or first == start:
            continue
        name = f"`waves[{int(path[1]) + 1}].start`" if path[0] == "waves" else "`schedule.start`"
        message = f"{name} is outside the windows: the first moment is {told(first)}"
        remedy = "Move the start into a window, or widen `schedule.windows`."
        if path in internal and first in public:
            message += ", when the public is told too"
            remedy = "Move the start into a window before the public one: employees know first (P3a)."
        yield path, message, remedy


def _windows(subject: Subject) -> list[dict[str, Any]]:
    """Return the windows that are written whole."""
    rows = [row for _, row in subject.rows("schedule", "windows")]
    return [
        row for row in rows
        if isinstance(row.get("days"), list) and all(_is_clock(row.get(key)) for key in ("opens", "closes"))
    ]  # fmt: skip


def _is_clock(written: object) -> bool:
    if written == "24:00":
        return True
    try:
        return isinstance(written, str) and bool(datetime.strptime(written, "%H:%M"))
    except ValueError:
        return False
