"""A small city for the tests of evaluation: audience rows written directly, vectorised, without the stages before."""

from pathlib import Path

import numpy
import pandas
from ruamel.yaml import YAML

from campaigns import brief as briefs
from campaigns.brief import Brief
from tasks import runs, store
from tasks.workplace import Workplace, pseudonym

FOLDER = Path(briefs.__file__).parent / "matavfall"
SEGMENTS = ("needs_bin|sv|email", "needs_bin|en|email", "has_bin|sv|letter", "has_bin|sv|email")


def brief(**changes: object) -> Brief:
    raw = YAML(typ="safe").load((FOLDER / "campaign.yaml").read_text(encoding="utf-8"))
    return Brief.model_validate({**raw, **changes})


def city(workplace: Workplace, households: int, seed: int, share: float = 0.1, **changes: object) -> str:
    """Write a run whose audience has the given number of households, a share of them held out in every segment."""
    run = runs.begin(workplace, brief(**changes), FOLDER)
    random = numpy.random.default_rng(seed)
    segment = random.integers(0, len(SEGMENTS), households)
    rank = random.random(households)
    order = pandas.Series(rank).groupby(segment).rank()
    size = pandas.Series(segment).groupby(segment).transform("size")
    arm = numpy.where(order <= (share * size).round(), "holdout", "treated")
    members = random.choice([1, 2, 3], households, p=[0.45, 0.4, 0.15])
    number = numpy.repeat(numpy.arange(households), members)
    people = pandas.DataFrame(
        {
            "household": [f"H{index:06d}" for index in number],
            "personal_number": [f"19700101{index:04d}" for index in range(len(number))],
            "segment": numpy.array(SEGMENTS)[segment[number]],
            "arm": arm[number],
            "district": numpy.array(["Södermalm", "Farsta", "Järva"])[number % 3],
        }
    )
    write_audience(workplace, run, people)
    return run


def write_audience(workplace: Workplace, run: str, people: pandas.DataFrame) -> None:
    """Write audience and register rows for people with the columns household, personal_number, segment, arm."""
    with store.writing(workplace) as connection:
        connection.register("people", people)
        connection.execute(
            "INSERT INTO audience BY NAME SELECT ? AS run, 'external' AS wave, "
            "keyed_hash('person', personal_number) AS person_key, keyed_hash('household', household) AS household_key, "
            "'population' AS kind, segment, split_part(segment, '|', 2) AS language, MAP {'housing': 'flat'} AS facts, "
            "arm, NULL AS excluded_reason FROM people",
            [run],
        )
        connection.execute(
            "INSERT INTO person BY NAME SELECT 'population' AS kind, keyed_hash('person', personal_number) AS "
            "person_key, keyed_hash('household', household) AS household_key, district, '116' AS area FROM people "
            "WHERE keyed_hash('person', personal_number) NOT IN (SELECT person_key FROM person)"
        )


def household_key(workplace: Workplace, household: str) -> str:
    return pseudonym(workplace.key, "household", household)


def observe(
    workplace: Workplace, run: str, values: dict[str, float], day: str = "2027-02-17", unit: str = "household"
) -> None:
    """Write outcomes directly: one per household (or person), by the raw identity."""
    frame = pandas.DataFrame({"unit": list(values), "value": [float(value) for value in values.values()]})
    with store.writing(workplace) as connection:
        connection.register("frame", frame)
        connection.execute(
            "INSERT INTO outcome BY NAME SELECT $run AS run, $unit AS unit, keyed_hash($unit, unit) AS unit_key, "
            "'sorts_food_waste' AS outcome, value, CAST($day AS DATE) AS observed_on, now() AS imported_at FROM frame",
            {"run": run, "unit": unit, "day": day},
        )


def drawn_households(workplace: Workplace, run: str, households: int) -> dict[str, tuple[str, str, int]]:
    """Return arm, segment and size of every household, by its raw identity."""
    raw = {household_key(workplace, f"H{index:06d}"): f"H{index:06d}" for index in range(households)}
    with store.writing(workplace) as connection:
        rows = connection.execute(
            "SELECT household_key, arm, segment, count(*) FROM audience WHERE run = ? GROUP BY ALL ORDER BY ALL", [run]
        ).fetchall()
    return {raw[key]: (arm, segment, size) for key, arm, segment, size in rows}


def population_file(workplace: Workplace, households: int) -> Path:
    """Write the columns of a population file that the simulated world reads."""
    path = workplace.home / "population.csv"
    frame = pandas.DataFrame({"personal_number": "", "household_id": [f"H{index:06d}" for index in range(households)]})
    frame.to_csv(path, index=False)
    return path


def deliver_to_treated(workplace: Workplace, run: str) -> None:
    """Assign and accept one message per treated person, by the last part of the segment's name."""
    with store.writing(workplace) as connection:
        connection.execute(
            "INSERT INTO assignment BY NAME SELECT run, wave, person_key, split_part(segment, '|', 3) AS channel, "
            "'text' AS variant, keyed_hash('message', person_key) AS message_id FROM audience "
            "WHERE run = ? AND arm = 'treated'",
            [run],
        )
        connection.execute(
            "INSERT INTO message BY NAME SELECT run, message_id, wave, channel, variant, person_key, '0' AS shard, "
            "CASE channel WHEN 'letter' THEN 9.5 ELSE 0.02 END AS cost_sek, "
            "CASE channel WHEN 'letter' THEN 0.02 ELSE 0.0003 END AS co2_kg, now() AS planned_at "
            "FROM assignment WHERE run = ?",
            [run],
        )
        connection.execute(
            "INSERT INTO delivery_event BY NAME SELECT run, message_id, '0.1' AS segment, "
            'row_number() OVER () AS "offset", now() AS happened_at, '
            "CASE WHEN starts_with(message_id, '0') THEN 'rejected' ELSE 'accepted' END AS status, 1 AS attempt "
            "FROM message WHERE run = ?",
            [run],
        )
