"""Measures select_audience, draw_holdout and write_profile on a synthetic city, each in a process of its own.

Prints one JSON object per line: stage, seconds, peak memory in MB of the stage with the processes that it starts.
`python benchmarks/audience.py --people 1000000` makes and imports the city first; `--home DIR` uses one that is there.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

STAGES = ("select_audience", "draw_holdout", "write_profile")
KEY = "a key for benchmarks only"


def main() -> None:
    """Make the city where there is none, then run and print each stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, help="an installation whose registers are imported")
    parser.add_argument("--key", default=KEY, help="the key of that installation")
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        measure(given.home, given.key, given.stage, given.run)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or make_city(Path(folder), given.people, given.key)
        run = begin(home, given.key)
        for stage in STAGES:
            which = ["--home", str(home), "--key", given.key, "--stage", stage, "--run", run]
            environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
            subprocess.run([sys.executable, __file__, *which], check=True, env=environment)


def make_city(folder: Path, people: int, key: str) -> Path:
    """Synthesise and import the registers that the campaign reads; prints a line for each import."""
    from tasks.register import import_register
    from tasks.synthesis import synthesise
    from tasks.workplace import Workplace

    place = Workplace(home=folder / "home", key=key.encode())
    files = synthesise(people, 1, folder / "registers")
    for kind in ("population", "customers", "employees"):
        began = time.monotonic()
        import_register(place, files[kind], kind, date.today())
        tell(f"import {kind}", began)
    return place.home


def begin(home: Path, key: str) -> str:
    """Begin the run of the food-waste campaign and return its id."""
    from campaigns.brief_loading import find_campaign, load_brief
    from tasks import runs
    from tasks.workplace import Workplace

    folder = find_campaign("matavfall")
    return runs.begin(Workplace(home=home, key=key.encode()), load_brief(folder), folder)


def measure(home: Path, key: str, stage: str, run: str) -> None:
    """Run one stage and print its time and memory."""
    from tasks import audience, audience_profile
    from tasks.workplace import Workplace

    work = {
        "select_audience": audience.select_audience,
        "draw_holdout": audience.draw_holdout,
        "write_profile": audience_profile.write_profile,
    }
    began = time.monotonic()
    work[stage](Workplace(home=home, key=key.encode()), run)
    tell(stage, began)


def tell(stage: str, began: float) -> None:
    """Print one stage; the memory of children counts where it was higher."""
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    seconds = time.monotonic() - began
    print(json.dumps({"stage": stage, "seconds": round(seconds, 2), "peak_mb": round(peak)}), flush=True)


if __name__ == "__main__":
    main()
