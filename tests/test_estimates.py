"""What `evaluate` finds beyond the difference: counted claims, planned looks, groups, channels, surveys."""

from typing import Any

import numpy
import pytest
from evaluation_city import city, deliver_to_treated, drawn_households, observe
from hypothesis import given, settings
from hypothesis import strategies as some

from campaigns.errors import Refused
from tasks import store
from tasks.arm_effects import ArmEffect, Observed
from tasks.disclosure import SMALLEST_CELL
from tasks.estimation.intervals import Level, Part, between
from tasks.estimation.raking import Margin, rake
from tasks.evaluation import evaluate
from tasks.lessons import draw_lessons
from tasks.planned_looks import anytime_interval, look_interval, look_level
from tasks.reports import write_report
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

HOUSEHOLDS = 600
# Those who answer most act least; both go by digits of the person's key.
ANSWERS = """
INSERT INTO outcome BY NAME
SELECT
    ? AS run, 'person' AS unit, person_key AS unit_key, 'sorts_food_waste' AS outcome, DATE '2027-02-17' AS observed_on,
    CAST(act < map_extract_value(MAP {'Järva': 0.8, 'Farsta': 0.5, 'Södermalm': 0.2}, district) AS DOUBLE) AS value,
    now() AS imported_at
FROM (
    SELECT DISTINCT
        audience.person_key, district, CAST('0x' || audience.person_key[1:7] AS INTEGER) / 16 ** 7 AS answer,
        CAST('0x' || audience.person_key[9:15] AS INTEGER) / 16 ** 7 AS act
    FROM audience INNER JOIN person USING (person_key)
)
WHERE answer < map_extract_value(MAP {'Järva': 0.1, 'Farsta': 0.3, 'Södermalm': 0.9}, district)
"""


def act(
    workplace: Workplace,
    run: str,
    chance: dict[str, float],
    seed: int,
    *,
    before: bool = False,
    days: tuple[str, ...] = ("2027-02-17",),
) -> float:
    """Households act by the chance of their arm and a lean that may be known before; returns the true effect."""
    random = numpy.random.default_rng(seed)
    drawn = drawn_households(workplace, run, HOUSEHOLDS)
    lean = {unit: float(random.random()) for unit in sorted(drawn)}
    if before:
        observe(workplace, run, lean, "2027-01-10")
    for day in days:
        observe(workplace, run, {unit: float(lean[unit] < chance[drawn[unit][0]]) for unit in sorted(drawn)}, day)
    return float(numpy.mean([chance.get("holdout", 0) <= value < chance["treated"] for value in lean.values()]))


def kpi_rows(workplace: Workplace, run: str, outcome: str) -> None:
    with store.writing(workplace) as connection:
        connection.execute(
            "INSERT INTO outcome SELECT * REPLACE (? AS outcome) FROM outcome WHERE run = ?", [outcome, run]
        )


def test_what_was_known_before_makes_the_effect_more_certain(workplace: Workplace) -> None:
    run = city(workplace, HOUSEHOLDS, seed=1, share=0.3, holdout={"share": 0.3, "by": "household"})
    act(workplace, run, {"treated": 0.45, "holdout": 0.3}, seed=2, before=True)
    plain = evaluate(workplace, run, 1)
    second = city(
        workplace, HOUSEHOLDS, seed=1, share=0.3, edition="2027-9", holdout={"share": 0.3, "by": "household"},
        covariates=["observed_before", "district"],
    )  # fmt: skip
    truth = act(workplace, second, {"treated": 0.45, "holdout": 0.3}, seed=2, before=True)
    adjusted = evaluate(workplace, second, 1)
    assert adjusted["covariates"] == ["observed_before", "district"]
    assert adjusted["arms"][0]["standard_error"] < 0.8 * plain["arms"][0]["standard_error"]
    assert adjusted["arms"][0]["ci_low"] < truth < adjusted["arms"][0]["ci_high"]
    assert adjusted["balance_p"] > 0.001


def test_where_few_act_nothing_is_adjusted_for(workplace: Workplace) -> None:
    run = city(
        workplace, HOUSEHOLDS, seed=1, share=0.5, holdout={"share": 0.5, "by": "household"},
        covariates=["observed_before"],
    )  # fmt: skip
    act(workplace, run, {"treated": 0.03, "holdout": 0.01}, seed=2, before=True)
    found = evaluate(workplace, run, 1)
    assert found["covariates"] == []
    assert found["balance_p"] is not None
    assert found["arms"][0]["ci_low"] > -0.05


def test_arms_that_differ_in_what_was_known_before_are_refused(workplace: Workplace) -> None:
    half = {"share": 0.5, "by": "household"}
    run = city(workplace, HOUSEHOLDS, seed=1, share=0.5, holdout=half, covariates=["observed_before"])
    drawn = drawn_households(workplace, run, HOUSEHOLDS)
    observe(workplace, run, {unit: float(drawn[unit][0] == "treated") + len(unit) / 9 for unit in drawn}, "2027-01-10")
    observe(workplace, run, {unit: float(number % 2) for number, unit in enumerate(sorted(drawn))})
    with pytest.raises(Refused, match="known before"):
        evaluate(workplace, run, 1)


def test_several_measures_are_several_claims(workplace: Workplace) -> None:
    kpis = [
        {"name": "Sorterar", "stage": "outcome"},
        {"name": "Hämtar påsar", "stage": "outcome", "outcome": "fetches_bags"},
    ]
    run = city(workplace, HOUSEHOLDS, seed=1, kpis=kpis)
    act(workplace, run, {"treated": 0.4, "holdout": 0.1}, seed=2)
    kpi_rows(workplace, run, "fetches_bags")
    found = evaluate(workplace, run, 1)
    (kpi,) = found["kpis"]
    arm, control = found["arms"]
    assert kpi["outcome"] == "fetches_bags"
    assert kpi["few"] is control["few"] is True, "six households of the control group acted"
    assert (kpi["households"], kpi["control_persons"]) == (arm["observed_households"], control["observed_persons"])
    assert kpi["p"] == pytest.approx(arm["p"])
    assert arm["p_adjusted"] == pytest.approx(2 * arm["p"])
    assert arm["ratio_low"] < arm["level"] / found["arms"][1]["level"] == pytest.approx(arm["ratio"])
    with store.writing(workplace) as connection:
        rows = connection.execute("SELECT outcome, verdict FROM effect WHERE segment = 'all' ORDER BY 1").fetchall()
    assert rows == [("fetches_bags", "better"), ("sorts_food_waste", "better")]


@pytest.mark.parametrize(
    ("share", "acted", "few"), [(True, 10, False), (True, 9, True), (True, 51, True), (False, 9, False)]
)
def test_a_measure_tells_of_few_where_fewer_than_ten_of_an_arm_did_or_did_not_act(
    share: bool, acted: float, few: bool
) -> None:
    arms = {"treated": Observed(400, 120, 800, 400), "holdout": Observed(60, acted, 110, 60)}
    assert ArmEffect("fetches_bags", share, 460, observed=arms).few is few


def test_an_early_look_needs_more_than_the_last_and_a_dashboard_more_than_both(workplace: Workplace) -> None:
    run = city(workplace, HOUSEHOLDS, seed=1, share=0.5, holdout={"share": 0.5, "by": "household"}, looks=[30, 90])
    act(workplace, run, {"treated": 0.44, "holdout": 0.27}, seed=2, days=("2027-02-17", "2027-04-18"))
    early, last = (evaluate(workplace, run, look) for look in (1, 2))
    assert early["look_level"] < 0.001
    assert 0.045 < last["look_level"] < 0.05
    one, other = early["arms"][0], last["arms"][0]
    assert one["ci_low"] > 0
    assert one["verdict"] == "not_shown"
    assert early["claim"] == "no_effect_shown"
    assert other["verdict"] == "better"
    assert one["look_low"] < 0 < other["look_low"] < other["ci_low"]
    assert other["anytime_low"] < other["look_low"]
    assert "för tidigt" in early["summary"][1]
    draw_lessons(workplace, run, 1)
    with store.writing(workplace) as connection:
        said = connection.execute("SELECT lesson FROM lesson WHERE look = 1 ORDER BY rowid").fetchall()
    assert said[0][0] == early["summary"][1]
    assert not [lesson for (lesson,) in said if "så liten effekt" in lesson], "the difference is large, only early"
    store.take_snapshot(workplace)
    page = write_report(workplace, run, 1).read_text(encoding="utf-8")
    assert "Skillnad hittills, inte visad" in page
    assert "det kampanjen ledde till" not in page


def test_one_look_spends_everything_and_all_looks_together_no_more() -> None:
    from datetime import UTC, datetime, timedelta

    start = datetime(2027, 1, 1, tzinfo=UTC)
    times = tuple(start + timedelta(days=day) for day in (30, 30, 90))
    assert look_level(start, times[2:], 1) == pytest.approx(0.05, abs=1e-6)
    levels = [look_level(start, times, look) for look in (1, 2, 3)]
    assert 0 < levels[0] < levels[1] < levels[2] < 0.05


@pytest.mark.parametrize(("acted", "of"), [(5, 40), (0, 25), (14, 200), (300, 900)])
def test_an_interval_over_all_looks_holds_the_plain_one_and_claims_what_the_look_does(acted: int, of: int) -> None:
    def level(share: float, units: int) -> Level:
        return Level(share, units, (Part(share * (1 - share) / units, units - 1),))

    arms = level(0.35, 400), level(acted / of, of)
    found = between(*arms, [part for arm in arms for part in arm.parts], share=True, from_levels=True)
    before = found.low, found.high
    for chance in (0.049, 0.01, 2e-4):
        low, high = look_interval(found, chance)
        assert low < before[0] < found.estimate < before[1] < high
        assert (found.p < chance) is not (low <= 0 <= high)
        before = low, high
    low, high = anytime_interval(found, 400, 440)
    assert low < found.low < found.high < high


def test_those_who_were_reached_are_told_apart_from_those_meant(workplace: Workplace) -> None:
    run = city(workplace, HOUSEHOLDS, seed=1, share=0.3, holdout={"share": 0.3, "by": "household"})
    deliver_to_treated(workplace, run)
    act(workplace, run, {"treated": 0.5, "holdout": 0.1}, seed=2)
    found = evaluate(workplace, run, 1)
    arm = found["arms"][0]
    assert 1.0 < arm["complier_effect"]["effect"] / arm["effect"] < 1.15
    everybody = [row for row in found["channels"] if row["segment"] == "all"]
    assert {row["channels"] for row in everybody} == {"email", "letter"}
    for row in everybody:
        assert row["cost_sek"] > 0
        assert row["sek_per_result"] > 0
        assert row["shrunken_low"] < 0.4 < row["shrunken_high"]
    dear, cheap = (next(row for row in everybody if row["channels"] == name) for name in ("letter", "email"))
    assert dear["sek_per_result"] > 20 * cheap["sek_per_result"]


def test_who_was_left_out_is_told_and_no_small_group_is(workplace: Workplace) -> None:
    run = city(workplace, 1500, seed=1, share=0.4, holdout={"share": 0.4, "by": "household"})
    with store.writing(workplace) as connection:
        connection.execute(
            "UPDATE person SET district = 'Skarpnäck' WHERE person_key IN (SELECT person_key FROM audience "
            "WHERE arm = 'treated' ORDER BY person_key LIMIT 6)"
        )
        places = dict(connection.execute("SELECT household_key, min(district) FROM person GROUP BY 1").fetchall())
    keys = drawn_households(workplace, run, 1500)
    random = numpy.random.default_rng(4)
    from evaluation_city import household_key

    def chance(unit: str) -> float:
        gain = 0.02 if places[household_key(workplace, unit)] == "Järva" else 0.35
        return 0.1 + gain * (keys[unit][0] == "treated")

    observe(workplace, run, {unit: float(random.random() < chance(unit)) for unit in sorted(keys)})
    found = evaluate(workplace, run, 1)
    districts = {row["group"]: row for row in found["groups"] if row["dimension"] == "district"}
    assert "Skarpnäck" not in districts
    assert all(min(row["persons"], row["control_persons"]) >= SMALLEST_CELL for row in found["groups"])
    (equity,) = (row for row in found["equity"] if row["dimension"] == "district")
    assert (equity["least"], districts["Järva"]["standing"]) == ("Järva", "left_out")
    assert 0 <= equity["index"] < 0.6
    raw = districts["Järva"]
    assert raw["effect"] < raw["shrunken"]
    with store.writing(workplace) as connection:
        kept = connection.execute(
            "SELECT DISTINCT group_name FROM report_equity WHERE dimension = 'district'"
        ).fetchall()
    assert ("Skarpnäck",) not in kept


def test_answers_of_a_survey_are_weighted_to_everybody(workplace: Workplace) -> None:
    objective = {"outcome": "sorts_food_waste", "group": "alla", "baseline": 0, "target": 0.3, "by": "2027-04-18"}
    asked = {**objective, "unit": "person", "survey": True}
    half = {"share": 0.5, "by": "household"}
    run = city(workplace, 1500, seed=1, share=0.5, holdout=half, objective=asked)
    with store.writing(workplace) as connection:
        connection.execute(ANSWERS, [run])
    found = evaluate(workplace, run, 1)
    assert found["raked"]
    plain = found["objective"]["reached"]
    assert plain < 0.36
    assert 0.42 < found["arms"][0]["level"] < 0.58
    assert found["arms"][0]["ci_low"] < 0 < found["arms"][0]["ci_high"]


def test_without_a_control_group_reach_and_trend_come_with_a_warning(workplace: Workplace) -> None:
    run = city(workplace, HOUSEHOLDS, seed=1, share=0, holdout={"share": 0, "by": "household"})
    act(workplace, run, {"treated": 0.4}, seed=2, days=("2027-02-01", "2027-02-17"))
    found = evaluate(workplace, run, 1)
    assert found["claim"] == "no_control"
    assert [row["observed_on"] for row in found["trend"]] == ["2027-02-01", "2027-02-17"]
    assert found["arms"][0]["effect"] is None
    assert "trend" in found["warnings"][-1]


shares = some.lists(some.floats(0.05, 1), min_size=2, max_size=4)


@settings(max_examples=50)
@given(shares, shares, some.integers(0, 10_000))
def test_raked_weights_have_the_margins_or_are_trimmed(first: list[float], second: list[float], seed: int) -> None:
    random = numpy.random.default_rng(seed)
    wanted: list[Any] = [numpy.array(share) / sum(share) for share in (first, second)]
    groups = [numpy.concatenate([numpy.arange(len(w)), random.integers(0, len(w), 200)])[:200] for w in wanted]
    weights = numpy.ones(200)
    found = rake([Margin(group, share) for group, share in zip(groups, wanted, strict=True)], weights)
    assert found.sum() == pytest.approx(200)
    assert (found > 0).all()
    if found.max() < 4.9:
        for group, share in zip(groups, wanted, strict=True):
            assert numpy.bincount(group, found, len(share)) / 200 == pytest.approx(share, abs=0.01)


def test_a_person_of_several_waves_counts_once_and_as_treated_where_any_wave_treats(workplace: Workplace) -> None:
    run = city(workplace, HOUSEHOLDS, seed=31)
    act(workplace, run, {"treated": 0.3, "holdout": 0.15}, seed=32)
    once = evaluate(workplace, run, 1)
    with store.writing(workplace) as connection:
        connection.execute(
            "INSERT INTO audience BY NAME SELECT * REPLACE ('later' AS wave, 'later' AS segment) FROM audience "
            "WHERE person_key < '9'"
        )
    assert evaluate(workplace, run, 1)["arms"] == once["arms"]
    with store.writing(workplace) as connection:
        connection.execute("UPDATE audience SET arm = 'treated' WHERE wave = 'later'")
    after = evaluate(workplace, run, 1)["arms"][0]
    assert after["persons"] > once["arms"][0]["persons"]
