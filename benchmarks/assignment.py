"""A million synthetic people through audience, holdout, plan and assignment, each stage in a process of its own.

    .venv/bin/python benchmarks/assignment.py [--people 1000000] [--home DIR] [--once]

The stages are those of `budkavle prepare` with the campaign matavfall, without Prefect and the checks between them.
Prints one JSON line per stage: seconds by the clock and of the processor (both cores together), and the highest
resident memory in MB of any process. The plan's line says what its parts took: `assignment` is all the work from ranks
of cells to the tables planned_contact and assignment. Then everything is done again on one thread, once more with the
rows of the register in another order, where the digest of the assignments must be the same, and for an audience of
everybody in the register instead of the 47 % whom the campaign is about.

Exits 1 where a target is missed: all stages within 60 s and 4 GB, assignment within 5 s, the explanation within 5 s, no
cell of the plan off by more than one person, every digest the same. `--home DIR` keeps the city there, or uses the one
that is there; `--once` leaves the repetitions and everybody out.
"""

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from ruamel.yaml import YAML

from campaigns.brief_loading import find_campaign, load_brief
from tasks import audience, channels, plan_explained, quota, runs, slot_values, store
from tasks.contact_plan import Cell
from tasks.planned_units import PlannedUnits
from tasks.register import import_register
from tasks.synthesis import synthesise
from tasks.workplace import Workplace

CAMPAIGN, KEY = "matavfall", b"a key for benchmarks only"
MOST_SECONDS, MOST_MB, MOST_ASSIGNMENT, MOST_EXPLANATION, MOST_OFF = 60.0, 4096.0, 5.0, 5.0, 1
STAGES = ("audience", "holdout", "plan")
EVERYBODY = """
SELECT
    person_key,
    CASE WHEN age % 2 = 0 THEN 'has_bin' ELSE 'needs_bin' END AS need,
    CASE WHEN age >= 80 THEN 'over_80' WHEN age >= 65 THEN 'senior' ELSE 'adults' END AS life_situation,
    'flat' AS housing,
    district AS pickup_place
FROM register_population
"""
SHUFFLED = ("person", "contact_point", "identity")
Line = dict[str, Any]


def prepare_city(place: Workplace, people: int) -> None:
    """Synthesise a city and import the registers that the campaign asks."""
    folder = place.home / "city"
    files = synthesise(people, 1, folder)
    for kind in ("population", "customers", "employees"):
        import_register(place, files[kind], kind, date.today())
    shutil.rmtree(folder)


def begin(place: Workplace, query: str | None = None) -> str:
    """Begin a run of the campaign with every date a month ahead, of another audience if asked; returns its id."""
    folder = place.home / "campaigns" / CAMPAIGN
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(find_campaign(CAMPAIGN), folder)
    yaml, start = YAML(), datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    brief = yaml.load(folder / "campaign.yaml")
    brief["objective"]["by"], brief["feedback_by"] = ((start + timedelta(days=days)).date() for days in (90, 150))
    brief["waves"][0]["start"] = (start - timedelta(days=1)).isoformat()
    brief["waves"][1]["start"] = brief["schedule"]["start"] = start.isoformat()
    brief["schedule"]["valid_until"] = (start + timedelta(days=160)).isoformat()
    yaml.dump(brief, folder / "campaign.yaml")
    if query:
        (folder / "audience.sql").write_text(query, encoding="utf-8")
    return runs.begin(place, load_brief(folder), folder)


def measure(place: Workplace, run: str, stage: str, threads: int | None = None) -> Line:
    """Run one stage in this process and tell what it took."""
    held = duckdb.connect(place.database) if threads else None
    if held:
        held.execute("SET threads = ?", [threads])
    clock, used = time.monotonic(), processor_seconds()
    told = _work(place, run, stage)
    line = {
        "stage": stage,
        "seconds": time.monotonic() - clock,
        "cpu_seconds": processor_seconds() - used,
        "peak_mb": peak_memory(),
    }
    return {key: round(value, 2) if isinstance(value, float) else value for key, value in (line | told).items()}


def _work(place: Workplace, run: str, stage: str) -> Line:
    if stage == "plan":
        return _plan(place, run)
    {"audience": audience.select_audience, "holdout": audience.draw_holdout}[stage](place, run)
    return {}


def _plan(place: Workplace, run: str) -> Line:
    """Plan with a clock around the parts of the stage, and compare the assignments with the plan's whole units."""
    parts, off = Counter[str](), list[float]()
    for module, name, part in (
        (channels, "list_candidates", "cells"),
        (channels, "plan_units", "optimum"),
        (quota, "assign", "assignment"),
        (quota, "leave_out", "left_out"),
        (slot_values, "fill", "slots"),
        (plan_explained, "explain", "explanation"),
    ):
        check = (lambda *given: off.append(_worst(*given))) if part == "assignment" else None
        setattr(module, name, _timed(getattr(module, name), parts, part, check))
    channels.plan_channels(place, run)
    return {**parts, "off_by_persons": max(off)}


def _timed(
    work: Callable[..., Any], parts: Counter[str], part: str, check: Callable[..., None] | None
) -> Callable[..., Any]:
    def timed(*given: Any) -> Any:
        clock = time.monotonic()
        found = work(*given)
        parts[part] += time.monotonic() - clock  # type: ignore[assignment]
        if check:
            check(*given)
        return found

    return timed


def _worst(
    connection: duckdb.DuckDBPyConnection, run: str, brief: object, cells: Sequence[Cell], planned: PlannedUnits
) -> float:
    """Return the most persons by which a sequence of a cell misses the plan: as assigned, or as the optimum has it."""
    sizes, programme = {cell.name: cell.size for cell in cells}, planned.programme
    wanted = Counter[tuple[str, str, bool]]()
    for given in planned.given:
        persons = sizes[given.cell] * (given.last - given.first + 1)
        wanted[given.cell, quota.named(given.sequence), given.explored] += persons
    rows = connection.execute(
        "SELECT DISTINCT ON (person_key) cell, sequence, explored, person_key FROM planned_contact "
        "INNER JOIN person_cell USING (person_key) INNER JOIN ranked_unit USING (unit)"
    )
    got = Counter[tuple[str, str, bool]]()
    while some := rows.fetchmany(100_000):
        got.update(row[:3] for row in some)
    units = planned.optimum.units
    exact = {(programme.cells[c].name, programme.contacts(c, s)): n for (c, s), n in planned.solution.units.items()}
    rounded = max((abs(units.get(key, 0) - exact.get(key, 0.0)) for key in units.keys() | exact.keys()), default=0.0)
    return max([rounded, *(abs(got[key] - wanted[key]) for key in got.keys() | wanted.keys())])


def processor_seconds() -> float:
    """Return what this process and those that it started have used of the processor."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in (own, children))


def peak_memory() -> float:
    """Return the most memory in MB of this process or of one that it started."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def digest(place: Workplace, run: str) -> str:
    """Return one hash over every assignment of the run, in the order of waves and persons."""
    query = (
        "SELECT sha256(string_agg(sha256(row_to_json(assignment)::VARCHAR), '' ORDER BY wave, person_key)) "
        "FROM assignment WHERE run = ?"
    )
    with store.writing(place) as connection:
        row = connection.execute(query, [run]).fetchone()
    return str(row[0]) if row else ""


def shuffle(place: Workplace) -> None:
    """Put the rows of the register in another order, which means nothing to anybody."""
    with store.writing(place) as connection:
        for table in SHUFFLED:
            connection.execute(f"CREATE TEMP TABLE shuffled_{table} AS FROM {table} ORDER BY md5(person_key || kind)")
            connection.execute(f"DELETE FROM {table}")
            connection.execute(f"INSERT INTO {table} FROM shuffled_{table}")


def alone(work: Callable[..., Any], *given: Any) -> Any:
    """Run a function in a new process, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as process:
        return process.submit(work, *given).result()


def whole_way(
    place: Workplace, how: str, threads: int | None = None, query: str | None = None
) -> tuple[list[Line], str]:
    """Begin a run, measure and print every stage, and return the lines and the digest of the assignments."""
    run, lines = alone(begin, place, query), list[Line]()
    for stage in STAGES:
        lines.append({"how": how} | alone(measure, place, run, stage, threads))
        print(json.dumps(lines[-1]), flush=True)
    found = alone(digest, place, run)
    persons, messages = alone(size, place, run)
    total = {"seconds": round(sum(line["seconds"] for line in lines), 1), "audience": persons, "assigned": messages}
    print(json.dumps({"how": how, "stage": "all"} | total | {"digest": found[:16]}), flush=True)
    return lines, found


def size(place: Workplace, run: str) -> tuple[int, int]:
    """Return the persons of the audience and those who are assigned, over all waves."""
    query = (
        "SELECT (SELECT count(*) FROM audience WHERE run = $run), (SELECT count(*) FROM assignment WHERE run = $run)"
    )
    with store.writing(place) as connection:
        row = connection.execute(query, {"run": run}).fetchone()
    return row or (0, 0)


def missed(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the targets that a whole way missed."""
    plan, total = lines[-1], sum(line["seconds"] for line in lines)
    found = {
        f"all stages took {total:.1f} s, more than {MOST_SECONDS:.0f}": total > MOST_SECONDS,
        f"assignment took {plan['assignment']} s, more than {MOST_ASSIGNMENT}": plan["assignment"] > MOST_ASSIGNMENT,
        f"the explanation took {plan['explanation']} s": plan["explanation"] > MOST_EXPLANATION,
        f"a stage took {max(line['peak_mb'] for line in lines)} MB": any(line["peak_mb"] > MOST_MB for line in lines),
        f"a cell is off by {plan['off_by_persons']} persons": plan["off_by_persons"] > MOST_OFF,
    }
    return [text for text, is_missed in found.items() if is_missed]


def main() -> int:
    """Make the city where there is none, go the whole way, repeat it otherwise, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--once", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = Workplace(home=asked.home or Path(temporary), key=KEY)
        if not place.database.exists():
            alone(prepare_city, place, asked.people)
        lines, first = whole_way(place, f"{os.cpu_count()} threads")
        faults = missed(lines)
        if not asked.once:
            others = {"1 thread": whole_way(place, "1 thread", 1)[1]}
            alone(shuffle, place)
            others["shuffled register"] = whole_way(place, "shuffled register")[1]
            faults += [f"{how}: other assignments" for how, found in others.items() if found != first]
            faults += missed(whole_way(place, "everybody", query=EVERYBODY)[0])
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
