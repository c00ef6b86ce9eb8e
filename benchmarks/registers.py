"""Synthesise a city and import its five registers, each in a process of its own: one JSON line per step.

    python benchmarks/registers.py --people 1000000

A line gives the kind, the rows read, accepted, rejected and merged, the seconds by the clock, and the highest resident
memory of the process in MB. An import is what the command does: judging, checks of the boundary, snapshot.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

EXTRACTED_ON = date(2026, 1, 2)
KINDS = ("population", "guardians", "employees", "customers", "subscribers")


def main(arguments: Sequence[str]) -> None:
    """Run every step, or in the process of one step that step alone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="keep files and database here; a temporary folder otherwise")
    parser.add_argument("--step", choices=("synthesise", *KINDS), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.step:
        print(json.dumps(_measured(given.step, given.folder, given.people)), flush=True)
        return
    with tempfile.TemporaryDirectory(prefix="budkavle-registers-") as temporary:
        folder = given.folder or Path(temporary)
        for step in ("synthesise", *KINDS):
            command = [sys.executable, __file__, "--step", step, "--folder", str(folder), "--people", str(given.people)]
            subprocess.run(command, check=True, env=os.environ | {"DO_NOT_TRACK": "1"})


def _measured(step: str, folder: Path, people: int) -> dict[str, Any]:
    started = time.monotonic()
    counts = _synthesise(folder, people) if step == "synthesise" else _import(step, folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"step": step, **counts, "seconds": round(time.monotonic() - started, 1), "peak_mb": round(peak)}


def _synthesise(folder: Path, people: int) -> dict[str, int]:
    from tasks.synthesis import synthesise

    synthesise(people, 1, folder / "city")
    return {"people": people}


def _import(kind: str, folder: Path) -> dict[str, int]:
    from flows.registers import import_and_verify
    from tasks.workplace import Workplace

    place = Workplace(home=folder / "home", key=b"a key for benchmarks only")
    counts = import_and_verify(place, folder / "city" / f"{kind}.csv", kind, EXTRACTED_ON)
    return {"rows": counts.read, "accepted": counts.accepted, "rejected": counts.rejected, "merged": counts.merged}


if __name__ == "__main__":
    main(sys.argv[1:])
