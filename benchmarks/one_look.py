"""One look at a campaign of a million people: what the questions to DuckDB take, and what everything takes.

    .venv/bin/python benchmarks/one_look.py [--people 1000000] [--home DIR] [--slowest 5]

Audience, messages, deliveries and outcomes are written directly: households of two, 60 segments, e-mail to most and
letters to the rest, one in five told twice, one message in sixteen refused, two covariates of the brief. Then, in a
process of its own, comes what `budkavle evaluate` does: the estimates, the lessons and the report, without Prefect and
the checks between. `--home DIR` keeps the city there, or uses the one that is there. Prints one JSON line per stage:
seconds in DuckDB, seconds in all and of the processor, the highest memory in MB; and the slowest questions. Exits 1
where the estimates' questions take more than 2 seconds or the memory passes 1 GB.
"""

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import duckdb

from campaigns.brief_loading import find_campaign, load_brief
from tasks import evaluation, lessons, reports, runs, store
from tasks.workplace import Workplace

CAMPAIGN, KEY = "matavfall", b"a key for benchmarks only"
MOST_QUERY_SECONDS, MOST_MB = 2.0, 1024.0
CITY = Path(__file__).with_suffix(".sql")


class Timed:
    """A connection that counts the seconds spent in it, by the first words of what was asked."""

    spent: ClassVar[Counter[str]] = Counter()
    worked: ClassVar[Counter[str]] = Counter()

    def __init__(self, connection: Any, asked: str = "") -> None:
        self._connection, self._asked = connection, asked

    def __enter__(self) -> "Timed":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._connection, name)
        return self._counted(name, found) if callable(found) else found

    def _counted(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            asked = _shortened(given[0]) if name == "execute" else self._asked
            begun, processor = time.perf_counter(), time.process_time()
            found = method(*given, **named)
            Timed.spent[asked or name] += time.perf_counter() - begun
            Timed.worked[asked or name] += time.process_time() - processor
            return Timed(found, asked) if isinstance(found, duckdb.DuckDBPyConnection) else found

        return call


def main() -> int:
    """Print every line; return 1 where a bound is passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--slowest", type=int, default=12)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="budkavle-look-") as folder:
        place = Workplace(given.home or Path(folder), KEY)
        if not place.database.exists():
            _apart(_write_city, place, given.people)
        lines = _apart(_look, place, given.slowest)
    for line in lines:
        print(json.dumps(line), flush=True)
    return 0 if all(line.get("held", True) for line in lines) else 1


def _apart(work: Callable[..., Any], *given: Any) -> Any:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _write_city(place: Workplace, people: int) -> None:
    folder = find_campaign(CAMPAIGN)
    known = load_brief(folder)
    brief = known.model_copy(update={"covariates": ("observed_before", "life_situation")})
    run = runs.begin(place, brief, folder)
    answers = place.run_folder(run, "answers")
    answers.mkdir(parents=True)
    with store.writing(place) as connection:
        values = {"run": run, "people": people}
        for part in connection.extract_statements(CITY.read_text(encoding="utf-8")):
            connection.execute(part, {name: values[name] for name in part.named_parameters})
        store.keep_rows(connection, "FROM trait", [], answers / "external.parquet")
        connection.execute("UPDATE run SET state = 'evaluating'")


def _look(place: Workplace, slowest: int) -> list[dict[str, Any]]:
    opened = duckdb.connect

    def connect(*given: Any, **named: Any) -> Timed:
        connection = opened(*given, **named)
        # A spawned process looks interactive to DuckDB, which then draws bars on the output.
        connection.execute("SET enable_progress_bar = false")
        return Timed(connection)

    duckdb.connect = connect  # type: ignore[assignment]
    run = f"{CAMPAIGN}-2027-1"
    lines = [_stage("estimates", lambda: evaluation.evaluate(place, run, 1), slowest)]
    lines[0]["most"] = MOST_QUERY_SECONDS
    lines[0]["held"] = lines[0]["query_seconds"] <= MOST_QUERY_SECONDS and lines[0]["peak_mb"] <= MOST_MB
    lines.append(_stage("lessons", lambda: lessons.draw_lessons(place, run, 1), slowest))
    lines.append(_stage("snapshot", lambda: store.take_snapshot(place), slowest))
    lines.append(_stage("report", lambda: reports.write_report(place, run, 1), slowest))
    return lines


def _stage(name: str, work: Callable[[], Any], slowest: int) -> dict[str, Any]:
    Timed.spent.clear()
    Timed.worked.clear()
    begun, processor = time.perf_counter(), time.process_time()
    work()
    return {
        "stage": name,
        "query_seconds": round(sum(Timed.spent.values()), 2),
        "query_processor_seconds": round(sum(Timed.worked.values()), 2),
        "seconds": round(time.perf_counter() - begun, 2),
        "processor_seconds": round(time.process_time() - processor, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "slowest": {asked: round(seconds, 2) for asked, seconds in Timed.worked.most_common(slowest)},
    }


@cache
def _named() -> dict[str, str]:
    return {path.read_text(encoding="utf-8"): f"{path.parent.name}/{path.stem}" for path in store.SQL.glob("*/*.sql")}


def _shortened(asked: object) -> str:
    text = asked if isinstance(asked, str) else getattr(asked, "query", "")
    return _named().get(text) or " ".join(text.replace("CREATE OR REPLACE TEMP", "").split())[:60]


if __name__ == "__main__":
    sys.exit(main())
