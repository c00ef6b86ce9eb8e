"""Whole areas as the control group: matched pairs, one of each by lot, and p from flipped signs."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy
import pytest
from pydantic import ValidationError
from small_city import begin, brief, rows, selected

from campaigns.errors import CheckFailed
from tasks import audience, quality, runs, store
from tasks.estimation.matched_pairs import sign_flip_p
from tasks.evaluation import evaluate
from tasks.lessons import draw_lessons
from tasks.reports import write_report
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

OBJECTIVE = {"outcome": "sorts_food_waste", "group": "Alla", "baseline": 0.2, "target": 0.5, "by": "2027-04-18"}
BY_AREA = {"share": 0.5, "by": "area"}
AREAS = 21


def drawn(workplace: Workplace, folder: Path, unit: str = "area", areas: int = AREAS) -> str:
    """A drawn run whose areas 100, 101 … have 6, 7 … persons, and two persons whose area nobody knows."""
    run = begin(workplace, folder, brief(holdout=BY_AREA, objective={**OBJECTIVE, "unit": unit}))
    lives = {f"p{area}-{number}": str(area) for area in range(100, 100 + areas) for number in range(area - 94)}
    traits = {"need": "needs_bin", "life_situation": "adults"}
    people = [{"person": one, "household": f"h{one}", "segment": "a", "traits": traits} for one in (*lives, "q1", "q2")]
    selected(workplace, run, people)
    with store.writing(workplace) as connection:
        connection.execute("UPDATE person SET area = CASE WHEN person_key[1] = 'p' THEN person_key[2:4] END")
    audience.draw_holdout(workplace, run)
    return run


def observe(workplace: Workplace, run: str, value: Callable[[str, bool], float]) -> dict[str, float]:
    """Every area's own result, by its name and whether it was treated."""
    arms = dict(rows(workplace, f"SELECT DISTINCT cluster_key, arm = 'treated' FROM audience WHERE run = '{run}'"))
    values = {area: value(area, arms[area]) for area in sorted(arms) if len(area) == 3}
    with store.writing(workplace) as connection:
        connection.executemany(
            "INSERT INTO outcome VALUES (?, 'area', ?, 'sorts_food_waste', ?, ?, now())",
            [[run, area, figure, date(2027, 2, 17)] for area, figure in values.items()],
        )
    return values


def test_neighbours_in_size_are_a_pair_of_which_one_is_held_out_with_everybody_in_it(
    workplace: Workplace, tmp_path: Path
) -> None:
    run = drawn(workplace, tmp_path)
    pairs = runs.load(workplace, run).design["pairs"]
    assert [set(pair) for pair in pairs] == [{str(area), str(area + 1)} for area in range(100, 120, 2)]
    assert {treated < held_out for treated, held_out in pairs} == {True, False}
    arms = rows(workplace, f"SELECT DISTINCT person_key[2:4], arm FROM audience WHERE run = '{run}'")
    held_out = {area for area, arm in arms if arm == "holdout"}
    assert held_out == {pair[1] for pair in pairs}
    assert max(Counter(area for area, _ in arms).values()) == 1
    assert ("120", "treated") in arms, "the odd one out gets the message"
    before = rows(workplace, "SELECT person_key, arm FROM audience ORDER BY ALL")
    audience.draw_holdout(workplace, run)
    assert rows(workplace, "SELECT person_key, arm FROM audience ORDER BY ALL") == before
    quality.verify(workplace, "audience", run)


def test_fewer_than_twenty_areas_are_refused(workplace: Workplace, tmp_path: Path) -> None:
    with pytest.raises(CheckFailed, match="19 areas"):
        drawn(workplace, tmp_path, areas=19)


def test_another_share_than_one_of_each_pair_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"share: 0\.5, by: area"):
        brief(holdout={"share": 0.1, "by": "area"})


def test_results_of_areas_tell_an_effect_by_flipped_signs(workplace: Workplace, tmp_path: Path) -> None:
    run = drawn(workplace, tmp_path)
    values = observe(workplace, run, lambda area, treated: int(area) % 7 / 20 + (0.3 if treated else 0))
    found = evaluate(workplace, run, 1)
    gaps = [values[treated] - values[held_out] for treated, held_out in runs.load(workplace, run).design["pairs"]]
    arm = found["arms"][0]
    assert arm["effect"] == pytest.approx(numpy.mean(gaps))
    assert arm["p"] == pytest.approx(sign_flip_p(gaps))
    assert arm["ci_low"] < 0.3 < arm["ci_high"]
    assert arm["standard_error"] == pytest.approx(numpy.std(gaps, ddof=1) / len(gaps) ** 0.5)
    assert found["pairs"] == 10
    assert found["claim"] == ("effect" if arm["p"] < found["look_level"] else "no_effect_shown")
    assert (found["segments"], found["groups"], found["channels"]) == ([], [], [])
    draw_lessons(workplace, run, 1)
    assert rows(workplace, "SELECT count(*) FROM response_evidence") == [(0,)]
    store.take_snapshot(workplace)
    assert "matchade par" in write_report(workplace, run, 1).read_text(encoding="utf-8")


def test_results_of_households_are_summed_by_area(workplace: Workplace, tmp_path: Path) -> None:
    run = drawn(workplace, tmp_path, unit="household")
    with store.writing(workplace) as connection:
        connection.execute(
            "INSERT INTO outcome SELECT run, 'household', household_key, 'sorts_food_waste', "
            "(ascii(person_key[-1]) % 3 = 0)::DOUBLE, DATE '2027-02-17', now() FROM audience"
        )
    found = evaluate(workplace, run, 1)
    known = rows(
        workplace,
        "SELECT cluster_key, avg((ascii(person_key[-1]) % 3 = 0)::DOUBLE), count(*) FROM audience GROUP BY 1",
    )
    level, size = ({row[0]: row[place] for row in known} for place in (1, 2))
    pairs = runs.load(workplace, run).design["pairs"]
    weights = [size[one] + size[other] for one, other in pairs]
    gaps = [level[one] - level[other] for one, other in pairs]
    assert found["arms"][0]["effect"] == pytest.approx(numpy.average(gaps, weights=weights))
    assert found["arms"][0]["p"] == pytest.approx(sign_flip_p([g * w for g, w in zip(gaps, weights, strict=True)]))


def test_too_few_areas_observed_are_told_as_too_few_and_not_as_no_control_group(
    workplace: Workplace, tmp_path: Path
) -> None:
    run = drawn(workplace, tmp_path)
    observe(workplace, run, lambda area, treated: 0.4 if treated else 0.1)
    with store.writing(workplace) as connection:
        connection.execute("DELETE FROM outcome WHERE unit_key >= '103'")
    assert evaluate(workplace, run, 1)["claim"] == "too_few"
    draw_lessons(workplace, run, 1)
    ((lesson,),) = rows(workplace, "SELECT lesson FROM lesson ORDER BY lesson LIMIT 1")
    assert "för liten" in lesson
