"""Publish under every kind of fault and recount from the sinks' own stores: one JSON line per kind.

    python benchmarks/torture.py [--short] [--seed 1] [--messages 20000] [--kills 200] [--only NAME]

Exits with 1 when a message was lost, doubled, told as accepted or as not sent against what the sink has, or when more
are unknown than the fault allows: 16 per worker killed, one per fault of a gateway that leaves doubt.
docs/reliability.md explains each line.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parents[1] / "tests"))

import torture_commands as commands
import torture_gateways as gateways
import torture_processes as processes
import torture_storage as storage
import torture_time as clocks
from torture_scene import passes

Rows = Iterable[dict[str, Any]]


class Doses(NamedTuple):
    """How much of each fault."""

    messages: int = 20_000
    kills: int = 200
    medium: int = 2_000
    points: int = 20
    stops: int = 6
    restores: int = 5
    starts: int = 5
    smtp: int = 400
    share: float = 0.1
    sms: int = 60
    times: int = 10
    only: tuple[str, ...] = ()


FEWEST_PEOPLE = 1000  # so that in every group that the mission names, and in the next edition, there is somebody
SHORT = Doses(400, 4, 200, 2, 2, 1, 5, 60, 0.1, 12, 2)


def scenarios(doses: Doses, seed: int) -> dict[str, Callable[[Path], Rows]]:
    """Return every kind of fault by the name that --only takes."""
    some = doses.medium
    return {
        "kills": lambda at: [processes.kills(at, doses.messages, doses.kills, seed)],
        "stopped": lambda at: [processes.stopped_worker(at, some, doses.stops, seed)],
        "at_once": lambda at: [processes.started_at_once(at, some, doses.starts, seed)],
        "commands": lambda at: [commands.commands_at_once(at, max(some, FEWEST_PEOPLE), doses.starts, seed)],
        "torn": lambda at: [storage.torn_journals(at, some, doses.points, seed)],
        "full": lambda at: [storage.full_disk(at, some, doses.points, seed)],
        "database": lambda at: [storage.damaged_database(at, some, doses.points, seed)],
        "restored": lambda at: [
            storage.restored_backup(at / str(number), some // doses.restores, 1, seed + number)
            for number in range(doses.restores)
        ],
        "smtp": lambda at: gateways.smtp(at, doses.smtp, doses.share, seed, doses.only),
        "sms": lambda at: gateways.text_messages(at, doses.sms, doses.times, doses.only),
        "cms": lambda at: gateways.pages(at, 1, doses.only),
        "clock": lambda at: [
            clocks.clock_jumps(at / "far", some, seed, hours_left=1000),
            clocks.clock_jumps(at / "near", some, seed, hours_left=12),
            clocks.daylight_saving(at / "dst"),
            clocks.late_start(at / "late"),
        ],
    }


def suffer(doses: Doses, seed: int, only: str = "") -> Iterator[dict[str, Any]]:
    """Yield a row for every kind of fault."""
    for name, scenario in scenarios(doses, seed).items():
        if only in ("", name):
            with tempfile.TemporaryDirectory(prefix="budkavle-torture-") as folder:
                yield from scenario(Path(folder) / name)


def main() -> int:
    """Print the rows and return the exit code."""
    parser = argparse.ArgumentParser(prog="torture", description="Publish under every kind of fault.")
    parser.add_argument("--short", action="store_true", help="small doses: about two minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--messages", type=int, help="e-mails that are sent while processes are killed")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--only", default="", choices=["", *scenarios(SHORT, 1)])
    options = parser.parse_args()
    doses = SHORT if options.short else Doses()
    doses = doses._replace(messages=options.messages or doses.messages, kills=options.kills or doses.kills)
    sound = True
    for row in suffer(doses, options.seed, options.only):
        print(json.dumps({**row, "passes": passes(row)}), flush=True)
        sound = sound and passes(row)
    return 0 if sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
