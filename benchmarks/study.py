"""How long `budkavle study` takes: an experiment of 350,000 voters in 180,000 households, and a million rows' sums.

    .venv/bin/python benchmarks/study.py

The first is the whole command, start included, on a CSV file with five arms; the second only what is asked of DuckDB.
Prints one JSON line each; exits 1 where one is slower than 10 or 2 seconds.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from tasks import store
from tasks.study_comparison import Outcome, compare_arms, sum_clusters

ROWS, HOUSEHOLDS, MILLION = 350_000, 180_000, 1_000_000
# A household's arm and its members' acts from hashes: only their spread matters here, and reading is the same.
VOTERS = """
COPY (SELECT i AS id, i % {households} AS household, 'arm ' || (hash(i % {households}) % 5) AS arm,
CAST(hash(i * 7 + 1) % 10 < 3 AS INTEGER) AS voted, hash(i * 3) % 60 AS age FROM range({rows}) AS t(i)) TO '{file}'
"""


def main() -> int:
    """Print both times; return 1 where one is too long."""
    command, query = _command(), _query()
    for name, seconds, most in (("study, 350,000 rows in clusters", command, 10), ("a million rows' query", query, 2)):
        print(json.dumps({"benchmark": name, "seconds": round(seconds, 2), "most": most, "held": seconds <= most}))
    return int(command > 10 or query > 2)


def _command() -> float:
    with tempfile.TemporaryDirectory(prefix="budkavle-study-") as folder:
        file = Path(folder) / "voters.csv"
        duckdb.connect().execute(VOTERS.format(households=HOUSEHOLDS, rows=ROWS, file=file))
        named = {"unit": "id", "arm": "arm", "control": "arm 0", "outcome": "voted", "cluster": "household"}
        options = [part for name, value in (named | {"covariates": "age"}).items() for part in (f"--{name}", value)]
        budkavle = str(Path(sys.executable).parent / "budkavle")
        begun = time.perf_counter()
        subprocess.run([budkavle, "study", str(file), *options, "--json"], check=True, capture_output=True)
        return time.perf_counter() - begun


def _query() -> float:
    with duckdb.connect() as connection:
        connection.execute(store.statement("study/macros"))
        connection.execute(
            "CREATE TEMP TABLE study_row AS SELECT i AS row, i AS unit, i % 480000 AS cluster, "
            "CASE WHEN hash(i % 480000) % 10 = 0 THEN 'b' ELSE 'a' END AS arm, '' AS stratum, 1.0::DOUBLE AS weight, "
            f"0.0::DOUBLE AS received, (hash(i * 7) % 2)::DOUBLE AS outcome_0 FROM range({MILLION}) AS t(i)"
        )
        begun = time.perf_counter()
        outcome = Outcome(0, True, 0.0, 0)
        compare_arms(connection, outcome, ("a", "b"), sum_clusters(connection, outcome), None, received=False)
        return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
