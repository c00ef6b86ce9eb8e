"""Clocks that jump while messages are sent, both changes of daylight saving time, and a run that starts too late."""

import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from unittest import mock

from torture_scene import judge_mails, planted, scene

from campaigns.errors import Refused
from campaigns.sendings import Sending
from flows.publication import publish_sending
from tasks import orders, worker
from tasks.gateways.smtp import running_gateway

JUMPS = tuple(timedelta(hours=hours) for hours in (-24, -1, 0, 1, 24))
CHANGES = {datetime(2026, 10, 25, 1, tzinfo=UTC): (2, 1), datetime(2027, 3, 28, 1, tzinfo=UTC): (1, 2)}
TERMS = {
    "valid_until": "2030-01-01T00:00:00+01:00", "time_zone": "Europe/Stockholm", "purposes": [], "on_unknown": "hold",
    "windows": [{"days": ["sat", "sun"], "opens": "01:30", "closes": "04:00"}],
    "quiet_hours": {"sms": ["03:15", "03:45"]},
}  # fmt: skip


@contextmanager
def jumping_clock(seed: int) -> Iterator[None]:
    """Let the wall clock jump by hours and days at each look; the monotonic clock is the kernel's and never does."""
    draw, true_now, true_ns = random.Random(seed), datetime.now, time.time_ns
    jump = [timedelta(0)]

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            if draw.random() < 0.2:
                jump[0] = draw.choice(JUMPS)
            return true_now(tz) + jump[0]

    def time_ns() -> int:
        return true_ns() + int(jump[0].total_seconds()) * 10**9

    with mock.patch.object(orders, "datetime", Jumping), mock.patch.object(time, "time_ns", time_ns):
        yield


def clock_jumps(folder: Path, messages: int, seed: int, *, hours_left: float) -> dict[str, Any]:
    """Publish while the clock jumps; with ``hours_left`` below a day, a jump ends the run's time and expires the rest.

    The worker runs in this process, for the sake of its clock.
    """
    valid_until = (datetime.now(UTC) + timedelta(hours=hours_left)).isoformat()
    each, began = scene(folder, messages, schedule={"valid_until": valid_until}), time.monotonic()
    with running_gateway(each.sink, planted(folder, delay_ms=8)) as url:
        given = {"smtp_url": url, "sender_address": "budkavle@example.se", "fence": str(folder / "notes")}
        with jumping_clock(seed):
            for name in each.names:
                worker.publish(each.place.home, each.run, name, given, lambda: False)
        for name in each.names:
            worker.publish(each.place.home, each.run, name, given, lambda: False)
    fault = "clock jumps" if hours_left > 48 else "clock jumps past valid_until"
    return judge_mails(each, fault, len(JUMPS), began=began, unknown_limit=0)


def daylight_saving(folder: Path) -> dict[str, Any]:
    """Ask for each minute around both changes whether sending is allowed, and compare with offsets counted by hand."""
    began, wrong, asked = time.monotonic(), 0, 0
    folder.mkdir(parents=True)
    (folder / orders.TERMS).write_text(json.dumps(TERMS))
    control = {channel: orders.Control(folder, channel) for channel in ("email", "sms")}
    for change, (before, after) in CHANGES.items():
        for minute in range(-36 * 60, 36 * 60):
            moment = change + timedelta(minutes=minute)
            local = moment + timedelta(hours=before if moment < change else after)
            clock = local.strftime("%H:%M")
            inside = local.weekday() >= 5 and "01:30" <= clock < "04:00"
            for channel, one in control.items():
                expected = inside and not (channel == "sms" and "03:15" <= clock < "03:45")
                asked += 1
                wrong += (one.refresh(moment) == "go") != expected
    return _row("both changes of daylight saving time", asked, wrong, began)


def late_start(folder: Path) -> dict[str, Any]:
    """Start a wave that should have started 25 days ago: refused, and nothing is written or sent."""
    began, each = time.monotonic(), scene(folder, 1)
    sending = Sending("late", datetime.now(UTC) - timedelta(days=25))
    try:
        publish_sending(each.place, each.run, sending, late=False, last=True)
        wrong = 1
    except Refused:
        wrong = int((each.place.run_folder(each.run, "shards") / "late.json").exists())
    return _row("started 25 days late", 1, wrong, began)


def _row(fault: str, asked: int, wrong: int, began: float) -> dict[str, Any]:
    zero = dict.fromkeys(("lost", "duplicated", "falsely_accepted", "unknown", "unknown_limit"), 0)
    seconds = round(time.monotonic() - began, 1)
    return {"fault": fault, "dose": asked, "planned": asked, **zero, "falsely_unsent": wrong, "seconds": seconds}
