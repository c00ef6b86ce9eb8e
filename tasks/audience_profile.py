"""Who the audience is, beside the city and whom earlier campaigns missed: ``audience_profile``, ``audience_overlap``.

Rows are counted in SQL and protected before they are written: nothing stored here tells of fewer than ten people.
"""

from dataclasses import astuple, replace
from typing import Any

import duckdb

from campaigns.brief import Wave
from campaigns.programme import load_programme
from tasks import audience, runs, store
from tasks.audience_query import KNOWLEDGE
from tasks.audience_words import AudienceWords
from tasks.disclosure import SMALLEST_CELL
from tasks.holdout import public_waves
from tasks.profile_cells import APPROACHED, Cell, profile_rows, standing_rows
from tasks.shown_design import shown_design
from tasks.shown_figures import standing_counts
from tasks.workplace import Workplace

OF_EMPLOYEES = ("everybody", "reachability", "language", "contacts_left", *KNOWLEDGE)
OF_PUBLIC = (*OF_EMPLOYEES, "easy_read", "district", "age")
PROFILE, OVERLAP = "audience_profile", "audience_overlap"


def write_profile(workplace: Workplace, run: str) -> None:
    """Replace the run's rows of both tables, from the audience as it was selected and drawn."""
    with store.writing(workplace) as connection:
        this = runs.load_within(connection, run)
        store.replace_rows(connection, this.run, [PROFILE, OVERLAP])
        store.run_each(connection, "audience/macros", {})
        kinds = {"address_kinds": audience.address_kinds(this.brief)}
        connection.execute(store.statement("audience/reach"), kinds)
        languages = list(this.brief.languages)
        store.run_each(connection, "audience/surroundings", {"run": this.run, "languages": languages})
        # Employees are not compared with the city: they are not a part of its people.
        public = set() if this.brief.is_internal else public_waves(connection, this.run, this.brief)
        for wave in this.brief.waves:
            _write_wave(connection, workplace, this, wave, public=wave.name in public)
        store.keep_evidence(connection, workplace, this.run, [PROFILE, OVERLAP])


def warnings_of(workplace: Workplace, run: str) -> list[str]:
    """Return what a communicator should know before going on: a design too small, and checks that warn."""
    with store.writing(workplace) as connection:
        this = runs.load_within(connection, run)
        query = (
            "SELECT message FROM check_result WHERE run = ? AND stage = 'audience' AND NOT success ORDER BY check_name"
        )
        failed = [message for (message,) in connection.execute(query, [this.run]).fetchall()]
        told = AudienceWords("en", this.brief.labels).warning(shown_design(connection, this))
    return [told, *failed] if told else failed


def shown_standings(workplace: Workplace, run: str) -> list[dict[str, Any]]:
    """Return the persons of each wave by standing as the table shows them; None where they are hidden."""
    with store.writing(workplace) as connection:
        query = "SELECT wave, value, persons FROM audience_profile WHERE run = ? AND dimension = 'standing'"
        waves: dict[str, dict[str, int | None]] = {}
        for wave, standing, persons in connection.execute(query, [run]).fetchall():
            waves.setdefault(wave, {})[standing] = persons
    return [{"wave": wave, "persons": persons} for wave, persons in waves.items()]


def _write_wave(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, this: runs.Run, wave: Wave, *, public: bool
) -> None:
    answer = str(audience.answer_file(workplace, this.run, wave.name))
    where = {"run": this.run, "wave": wave.name}
    knowledge = _knowledge(connection, answer)
    connection.execute(store.statement("audience/approached"), where | {"answer": answer, "knowledge": knowledge})
    counts = standing_counts(connection, this.run).get(wave.name)
    if counts is None:
        return
    dimensions = list(OF_PUBLIC if public else OF_EMPLOYEES)
    found = connection.execute(store.statement("audience/cells"), {"knowledge": knowledge, "dimensions": dimensions})
    cells = [Cell(*row) for row in found.fetchall()]
    if not public:
        cells = [replace(cell, city=None, outside=None, meant=0, missed=0) for cell in cells if cell.persons]
    rows = [(*where.values(), *astuple(row)) for row in [*standing_rows(counts), *profile_rows(cells)]]
    connection.executemany(f"INSERT INTO {PROFILE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    _write_overlap(connection, where, wave, counts.get(APPROACHED, 0))


def _write_overlap(connection: duckdb.DuckDBPyConnection, where: dict[str, str], wave: Wave, approached: int) -> None:
    values = {"run": where["run"], "start": wave.start.isoformat(), "days": load_programme().contact_budget.days}
    rows: list[tuple[Any, ...]] = []
    for *other, persons, contacted in connection.execute(store.statement("audience/overlap"), values).fetchall():
        apart = (persons, approached - persons, contacted - persons)
        told = persons if not any(0 < count < SMALLEST_CELL for count in apart) else None
        rows.append((*where.values(), *other, told, told / approached if told is not None else None))
    if rows:
        connection.executemany(f"INSERT INTO {OVERLAP} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _knowledge(connection: duckdb.DuckDBPyConnection, answer: str) -> list[str]:
    row = connection.execute("SELECT map_keys(traits) FROM read_parquet(?) LIMIT 1", [answer]).fetchone()
    return [name for name in KNOWLEDGE if row is not None and name in row[0]]
