"""The demo's simulated world: what each household does with and without the campaign, so that the truth is known."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tasks import looks, runs, store
from tasks.workplace import Workplace

GAIN = {"email": 0.22, "letter": 0.28, "unreached": 0.02}
"""Share of households that act because of the campaign, by how it reached them; the rest may see the city's page."""
LATER = 0.01
"""How many more act at every further look, with and without the campaign."""


@dataclass(frozen=True)
class World:
    """A simulated world: ``true_effect`` is what an evaluation of look 1 should find, in the unit of the outcome."""

    outcomes_file: Path
    true_effect: float
    true_effects: tuple[float, ...]
    designed_half_width: float | None
    households: int


def simulate_outcomes(workplace: Workplace, run: str, register_folder: Path, seed: int, out: Path) -> World:
    """Write an outcomes file for every look of a run, with raw household ids from ``population.csv``.

    Both potential outcomes of a household come from one seeded uniform number: it acts without the campaign with a
    chance of 8 to 12 per cent by life situation, and with it by ``GAIN`` more. The file shows the one that belongs to
    the arm. The true effect is the mean of the differences over all households of the experiment (over their persons,
    where those are the unit), which is how the estimator weighs its strata.
    """
    with store.writing(workplace) as connection:
        known = runs.load_within(connection, run)
        windows = [looks.window(known, look + 1) for look in range(len(known.brief.looks))]
        _read_households(connection, register_folder / "population.csv")
        connection.execute(
            store.statement("evaluation/world"),
            {
                "run": known.run,
                "seed": str(seed),
                "looks": list(range(1, len(windows) + 1)),
                "days": [window.due_on for window in windows],
                "later": [LATER * look for look in range(len(windows))],
                **GAIN,
            },
        )
        effects = _true_effects(connection, known.brief.objective.unit)
        rows = connection.execute(
            "SELECT household_id, ? AS outcome, CAST(CASE arm WHEN 'treated' THEN y1 ELSE y0 END AS INTEGER) AS value, "
            "observed_on FROM world ORDER BY look, household_id",
            [known.brief.objective.outcome],
        ).fetchall()
    _write(out, rows)
    width = known.design.get("designed_half_width")
    return World(out, effects[0], effects, width, len(rows) // len(windows))


def _read_households(connection: duckdb.DuckDBPyConnection, population: Path) -> None:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE raw_household AS "
        "SELECT household_id, keyed_hash('household', household_id) AS household_key FROM "
        "(SELECT DISTINCT trim(household_id) AS household_id FROM read_csv(?, all_varchar=true, header=true)) "
        "WHERE household_id <> ''",
        [str(population)],
    )


def _true_effects(connection: duckdb.DuckDBPyConnection, unit: str) -> tuple[float, ...]:
    weight = "persons" if unit == "person" else "1"
    rows = connection.execute(
        f"SELECT sum((y1 - y0) * {weight}) / sum({weight}) FROM world GROUP BY look ORDER BY look"
    ).fetchall()
    return tuple(float(effect) for (effect,) in rows) or (0.0,)


def _write(out: Path, rows: list[tuple[object, ...]]) -> None:
    out.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = out.with_suffix(".draft")
    with draft.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["household_id", "outcome", "value", "observed_on"])
        writer.writerows(rows)
    os.replace(draft, out)
