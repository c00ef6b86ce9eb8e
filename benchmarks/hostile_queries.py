"""Ask every bomb of tests/hostile_queries.py over a small city, an honest query over a large one: a JSON line each.

    python benchmarks/hostile_queries.py

A line gives the seconds by the clock, the start of the process included, and the highest resident memory in MB of any
process so far. Exits with 1 when a bomb is not refused within five seconds, or the honest query is refused.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from campaigns.brief import Brief
from campaigns.brief_loading import find_campaign, load_brief
from campaigns.errors import BriefInvalid
from tasks import audience_query
from tasks.audience_limits import limits_for
from tasks.audience_query import Question

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
MOST_SECONDS = 5
HONEST = """
COPY (
    SELECT
        'p' || i AS person_key, 'h' || i // {share} AS household_key, 1930 + i % 90 AS birth_year, i % 90 AS age,
        MAP {{'sorts_food_waste': CASE WHEN i % 5 < 3 THEN 'no' ELSE 'yes' END, 'housing': 'flat',
              'food_waste_bin': 'yes', 'pickup_place': 'place ' || i % 11}} AS attributes
    FROM range({people}) AS t(i)
) TO '{file}' (FORMAT parquet)
"""


def main() -> int:
    """Print a line for every query; return the exit code."""
    from hostile_queries import BOMBS

    folder = find_campaign("matavfall")
    brief = load_brief(folder)
    with tempfile.TemporaryDirectory(prefix="budkavle-queries-") as temporary:
        place = Path(temporary)
        small = _registers(place / "small", 10_000)
        lines = [_asked(name, text, brief, small, place) for name, text in BOMBS.items()]
        faults = [line for line in lines if not line["refused"] or line["seconds"] > MOST_SECONDS]
        large = _registers(place / "large", 1_000_000)
        honest = (folder / "audience.sql").read_text(encoding="utf-8")
        line = _asked("honest, 1,500,000 rows", honest, brief, large, place)
        print(json.dumps({"allowed_seconds": limits_for(1_500_000).seconds}), flush=True)
    return 1 if faults or line["refused"] else 0


def _registers(folder: Path, people: int) -> dict[str, Path]:
    folder.mkdir()
    files = {"population": folder / "population.parquet", "customers": folder / "customers.parquet"}
    duckdb.connect().sql(HONEST.format(people=people, share=2, file=files["population"]))
    duckdb.connect().sql(HONEST.format(people=people // 2, share=1, file=files["customers"]))
    return files


def _asked(name: str, text: str, brief: Brief, copies: dict[str, Path], place: Path) -> dict[str, Any]:
    started = time.monotonic()
    try:
        audience_query.ask(Question("external", name, text, tuple(copies)), brief, copies, place / "answer")
        refused = ""
    except BriefInvalid as refusal:
        refused = refusal.findings[0].message
    seconds = round(time.monotonic() - started, 2)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    line = {"query": name, "refused": refused, "seconds": seconds, "peak_mb": round(peak)}
    print(json.dumps(line), flush=True)
    return line


if __name__ == "__main__":
    sys.exit(main())
