import math
import re
from datetime import UTC, datetime

import numpy
import pytest
from evaluation_city import city, drawn_households, observe
from hypothesis import given
from hypothesis import strategies as any_of

from campaigns.errors import InputError, OutcomesMissing, Refused
from tasks import estimate, evaluation_history, store, verdicts
from tasks.disclosure import SMALLEST_CELL, hidden_groups
from tasks.estimate import Sums
from tasks.estimation.sample_ratio import sample_ratio_p
from tasks.estimation.shrinkage import Shrunken
from tasks.evaluation import coming_looks, due_looks, evaluate, plan_looks
from tasks.evaluation_record import stored_evaluation
from tasks.reports import write_report
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

HOUSEHOLDS = 1200


def sums(y: numpy.ndarray, m: numpy.ndarray) -> Sums:
    return Sums(len(y), m.sum(), y.sum(), (y * y).sum(), (y * m).sum(), (m * m).sum())


def act(workplace: Workplace, run: str, chance: dict[str, float], seed: int, households: int = HOUSEHOLDS) -> None:
    random = numpy.random.default_rng(seed)
    drawn = drawn_households(workplace, run, households)
    observe(workplace, run, {unit: float(random.random() < chance[drawn[unit][0]]) for unit in sorted(drawn)})


@pytest.fixture
def run(workplace: Workplace) -> str:
    return city(workplace, HOUSEHOLDS, seed=1)


def test_the_interval_is_that_of_statsmodels_with_clustered_errors() -> None:
    """Per arm statsmodels multiplies by G/(G − 1), as we do; jointly, without any correction, the rest is the same."""
    from statsmodels.api import OLS

    random = numpy.random.default_rng(7)
    arms = []
    for level, clusters in ((0.3, 400), (0.1, 90)):
        size = random.integers(1, 5, clusters)
        lean = random.beta(2, 2 / level - 2, clusters)
        arms.append([(random.random(count) < chance).astype(float) for count, chance in zip(size, lean, strict=True)])
    ours = [sums(numpy.array([h.sum() for h in arm]), numpy.array([len(h) for h in arm])) for arm in arms]
    for arm, our in zip(arms, ours, strict=True):
        groups = numpy.repeat(numpy.arange(len(arm)), [len(household) for household in arm])
        values = numpy.concatenate(arm)
        fit = OLS(values, numpy.ones_like(values)).fit(cov_type="cluster", cov_kwds={"groups": groups})
        assert our.mean == pytest.approx(fit.params[0], abs=1e-9)
        assert math.sqrt(our.variance) == pytest.approx(fit.bse[0], abs=1e-9)
    households = [household for arm in arms for household in arm]
    groups = numpy.repeat(numpy.arange(len(households)), [len(household) for household in households])
    treated = numpy.repeat([1.0, 0.0], [sum(len(h) for h in arm) for arm in arms])
    design = numpy.column_stack([numpy.ones_like(treated), treated])
    joint = OLS(numpy.concatenate(households), design).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    found = estimate.difference({"all": ours[0]}, {"all": ours[1]})
    uncorrected = math.sqrt(sum(arm.variance * (arm.clusters - 1) / arm.clusters for arm in ours))
    assert found.estimate == pytest.approx(joint.params[1], abs=1e-9)
    assert uncorrected == pytest.approx(joint.bse[1], abs=1e-9)
    assert found.standard_error == pytest.approx(math.sqrt(ours[0].variance + ours[1].variance), abs=1e-12)


@pytest.mark.parametrize(
    ("size", "rate", "effect", "low", "high"),
    [(21307, 0.18276, 0.0766, 0.0700, 0.0832), (21387, 0.1514, 0.0452, 0.0389, 0.0516)],
    ids=["men's e-mail", "women's e-mail"],
)
def test_a_published_experiment_gives_its_published_effect(
    size: int, rate: float, effect: float, low: float, high: float
) -> None:
    """Hillstrom's e-mail experiment (2008): share of customers who visited the shop."""

    def arm(units: int, share: float) -> dict[str, Sums]:
        visits = round(units * share)
        return {"all": Sums(units, units, visits, visits, visits, units)}

    found = estimate.difference(arm(size, rate), arm(21306, 0.10617))
    assert (found.estimate, found.low, found.high) == pytest.approx((effect, low, high), abs=0.00006)


def test_strata_too_small_for_a_variance_are_joined_and_nobody_is_dropped() -> None:
    def arm(clusters: int) -> Sums:
        return Sums(clusters, clusters, clusters // 2, clusters // 2, clusters // 2, clusters)

    treated = {"large": arm(500), "middle": arm(90), "tiny": arm(9), "only treated": arm(4)}
    control = {"large": arm(60), "middle": arm(12), "tiny": arm(1)}
    strata = estimate.collapse(treated, control)
    assert [(one.clusters, other.clusters) for one, other in strata] == [(500, 60), (103, 13)]


def test_an_arm_where_nobody_acts_still_has_an_interval() -> None:
    nobody = Sums(50, 50, 0, 0, 0, 50)
    found = estimate.difference({"all": nobody}, {"all": nobody}, share=True)
    assert found.estimate == 0
    assert found.low < -0.01
    assert found.high > 0.01


@pytest.mark.parametrize(("share", "low"), [(True, -1.0), (False, -1.049)])
def test_no_shrunken_interval_of_a_share_leaves_what_shares_can_differ_by(share: bool, low: float) -> None:
    found = verdicts.shrunken(Shrunken(-0.7, 0.15, -1.049, -0.351), share=share)
    assert (found["shrunken_low"], found["shrunken_high"]) == (low, -0.351)


def test_the_effect_is_written_and_compared_with_the_objective(workplace: Workplace, run: str) -> None:
    act(workplace, run, {"treated": 0.4, "holdout": 0.1}, seed=2)
    found = evaluate(workplace, run, 1)
    arm = found["arms"][0]
    assert arm["ci_low"] < 0.3 < arm["ci_high"]
    assert arm["verdict"] == "better"
    assert found["objective"]["achieved"] is True
    assert found["observed_on"] == "2027-02-17"
    with store.writing(workplace) as connection:
        rows = connection.execute(
            "SELECT segment, estimate, households, verdict FROM effect ORDER BY segment"
        ).fetchall()
        looks = connection.execute("SELECT look, state FROM look ORDER BY look").fetchall()
    assert ("all", arm["effect"], arm["observed_households"], "better") in rows
    assert len(rows) == 5
    assert looks == [(1, "done"), (2, "due")]
    assert stored_evaluation(workplace, run, 1)["arms"] == found["arms"]


def test_evaluating_again_replaces_the_rows_of_the_look(workplace: Workplace, run: str) -> None:
    act(workplace, run, {"treated": 0.4, "holdout": 0.1}, seed=2)
    first, second = (evaluate(workplace, run, 1) for _ in range(2))
    assert {**second, "evaluated_at": ""} == {**first, "evaluated_at": ""}
    with store.writing(workplace) as connection:
        assert connection.execute("SELECT count(*) FROM effect WHERE segment = 'all'").fetchall() == [(1,)]


def test_everybody_drawn_counts_reached_or_not(workplace: Workplace, run: str) -> None:
    act(workplace, run, {"treated": 0.4, "holdout": 0.1}, seed=2)
    before = evaluate(workplace, run, 1)["arms"][0]["effect"]
    with store.writing(workplace) as connection:
        connection.execute("UPDATE audience SET excluded_reason = 'unreachable' WHERE starts_with(person_key, 'a')")
    assert evaluate(workplace, run, 1)["arms"][0]["effect"] == before


def test_persons_of_one_household_are_not_counted_as_independent(workplace: Workplace) -> None:
    objective = {"outcome": "sorts_food_waste", "group": "alla", "baseline": 0, "target": 0.3, "by": "2027-04-18"}
    run = city(workplace, 600, seed=3, objective={**objective, "unit": "person"})
    act(workplace, run, {"treated": 0.4, "holdout": 0.1}, seed=4, households=600)
    arm = evaluate(workplace, run, 1)["arms"][0]
    persons, level = arm["observed_persons"], arm["level"]
    assert persons > arm["observed_households"]
    naive = math.sqrt(level * (1 - level) / persons)
    assert arm["standard_error"] > 1.2 * naive


def test_households_drawn_as_one_are_not_counted_as_independent(workplace: Workplace) -> None:
    """Ten households that share an address and do the same are one observation, not ten."""
    run = city(workplace, 600, seed=3)
    act(workplace, run, {"treated": 0.4, "holdout": 0.4}, seed=4, households=600)
    apart = evaluate(workplace, run, 1)["arms"]
    with store.writing(workplace) as connection:
        connection.execute(
            "UPDATE audience SET cluster_key = place.cluster FROM (SELECT household_key, arm || segment || "
            "(row_number() OVER (PARTITION BY arm, segment ORDER BY household_key) - 1) // 10 AS cluster "
            "FROM (SELECT DISTINCT household_key, arm, segment FROM audience)) AS place "
            "WHERE audience.household_key = place.household_key"
        )
        connection.execute(
            "UPDATE outcome SET value = told.value FROM (SELECT household_key, first(outcome.value ORDER BY "
            "household_key) OVER (PARTITION BY cluster_key) AS value FROM audience INNER JOIN outcome ON "
            "household_key = unit_key) AS told WHERE unit_key = told.household_key"
        )
    together = evaluate(workplace, run, 1)["arms"]
    assert [arm["households"] for arm in together] == [arm["households"] for arm in apart]
    assert together[0]["clusters"] < apart[0]["clusters"] / 8
    assert together[0]["standard_error"] > 2 * apart[0]["standard_error"]


def test_households_without_an_observation_are_missing_not_zero(workplace: Workplace, run: str) -> None:
    drawn = drawn_households(workplace, run, HOUSEHOLDS)
    seen = [unit for number, unit in enumerate(sorted(drawn)) if drawn[unit][0] == "treated" or number % 2]
    observe(workplace, run, {unit: float(number % 3 == 0) for number, unit in enumerate(seen)})
    found = evaluate(workplace, run, 1)
    treated, holdout = found["arms"]
    assert treated["missing_share"] == 0
    assert 0.35 < holdout["missing_share"] < 0.65
    assert holdout["level"] > 0.2
    assert len(found["warnings"]) == 2


@pytest.mark.parametrize("share", [0.1, 0])
def test_an_objective_of_persons_counts_persons_as_missing_though_households_were_drawn(
    workplace: Workplace, share: float
) -> None:
    objective = {"outcome": "sorts_food_waste", "group": "alla", "baseline": 0, "target": 0.3, "by": "2027-04-18"}
    drawn = {"share": share, "by": "household"}
    run = city(workplace, 600, seed=3, share=share, holdout=drawn, objective={**objective, "unit": "person"})
    with store.writing(workplace) as connection:
        connection.execute(
            "INSERT INTO outcome BY NAME SELECT run, 'person' AS unit, min(person_key) AS unit_key, 'sorts_food_waste' "
            "AS outcome, 1.0 AS value, DATE '2027-02-17' AS observed_on, now() AS imported_at FROM audience "
            "GROUP BY run, household_key"
        )
        persons = connection.execute("SELECT count(*) FROM audience").fetchall()[0][0]
    found = evaluate(workplace, run, 1)
    (missing,) = [each for each in found["doubts"] if each["code"] == "missing"]
    assert missing["share"] == pytest.approx(1 - 600 / persons)
    assert found["arms"][0]["missing_share"] > 0.3
    store.take_snapshot(workplace)
    page = write_report(workplace, run, 1).read_text(encoding="utf-8")
    assert "av alla personer saknas resultat" in page
    assert "Hushåll med känt resultat" not in page


def test_the_report_counts_what_its_heading_names(workplace: Workplace) -> None:
    objective = {"outcome": "sorts_food_waste", "group": "alla", "baseline": 0, "target": 0.3, "by": "2027-04-18"}
    run = city(workplace, 600, seed=3, objective={**objective, "unit": "person"})
    act(workplace, run, {"treated": 0.5, "holdout": 0.4}, seed=4, households=600)
    treated, holdout = evaluate(workplace, run, 1)["arms"]
    store.take_snapshot(workplace)
    page = write_report(workplace, run, 1).read_text(encoding="utf-8")
    counts = re.findall(r'<th scope="row">(?:Budskapet[^<]*|Kontrollgrupp)</th><td class="number">([^<]*)</td>', page)
    assert [int("".join(filter(str.isdigit, each))) for each in counts] == [
        treated["observed_persons"], holdout["observed_persons"],
    ]  # fmt: skip
    assert "personer med känt resultat" in page


def test_arms_that_were_not_drawn_as_the_brief_says_are_refused(workplace: Workplace, run: str) -> None:
    act(workplace, run, {"treated": 0.4, "holdout": 0.1}, seed=2)
    with store.writing(workplace) as connection:
        connection.execute("UPDATE audience SET arm = 'treated' WHERE arm = 'holdout' AND household_key < '8'")
    with pytest.raises(Refused, match="control group"):
        evaluate(workplace, run, 1)
    with store.writing(workplace) as connection:
        assert connection.execute("SELECT count(*) FROM effect").fetchall() == [(0,)]


def test_without_a_control_group_no_effect_is_claimed(workplace: Workplace) -> None:
    run = city(workplace, 300, seed=1, share=0, holdout={"share": 0, "by": "household"})
    act(workplace, run, {"treated": 0.4}, seed=2, households=300)
    found = evaluate(workplace, run, 1)
    assert found["arms"][0]["effect"] is None
    assert found["arms"][0]["verdict"] == "not_shown"
    assert len(found["warnings"]) == 1
    assert 0.3 < found["objective"]["reached"] < 0.5


def test_areas_give_a_level_but_no_claim(workplace: Workplace, run: str) -> None:
    with store.writing(workplace) as connection:
        connection.execute(
            "INSERT INTO outcome VALUES (?, 'area', 'Farsta', 'sorts_food_waste', 0.2, DATE '2027-02-17', now())", [run]
        )
    found = evaluate(workplace, run, 1)
    assert found["arms"][0]["effect"] is None
    assert found["objective"]["reached"] == 0.2


def test_each_look_uses_the_newest_observation_of_its_own_time(workplace: Workplace, run: str) -> None:
    drawn = drawn_households(workplace, run, HOUSEHOLDS)
    for day, value in (("2027-01-10", 0.9), ("2027-02-01", 0.1), ("2027-02-16", 0.2), ("2027-04-18", 0.6)):
        observe(workplace, run, dict.fromkeys(drawn, value), day)
    assert evaluate(workplace, run, 1)["objective"]["reached"] == pytest.approx(0.2)
    assert evaluate(workplace, run, 2)["objective"]["reached"] == pytest.approx(0.6)


def test_what_is_observed_after_a_look_changes_nothing_of_its_answer(workplace: Workplace, run: str) -> None:
    drawn = drawn_households(workplace, run, HOUSEHOLDS)
    for day, value in (("2027-02-01", 0.1), ("2027-02-17", 0.2)):
        observe(workplace, run, dict.fromkeys(drawn, value), day)
    before = evaluate(workplace, run, 1)
    assert [each["observed_on"] for each in before["trend"]] == ["2027-02-01", "2027-02-17"]
    assert evaluation_history.keep(workplace, run, 1)
    observe(workplace, run, dict.fromkeys(drawn, 0.6), "2027-04-18")
    assert evaluate(workplace, run, 1)["trend"] == before["trend"]
    assert not evaluation_history.keep(workplace, run, 1)
    assert len(evaluate(workplace, run, 2)["trend"]) == 3


def test_a_look_without_outcomes_waits(workplace: Workplace, run: str) -> None:
    observe(workplace, run, dict.fromkeys(drawn_households(workplace, run, HOUSEHOLDS), 0.2), "2027-02-17")
    with pytest.raises(OutcomesMissing):
        evaluate(workplace, run, 2)
    with pytest.raises(InputError, match="no look 3"):
        evaluate(workplace, run, 3)
    with store.writing(workplace) as connection:
        looks = connection.execute("SELECT look, state FROM look ORDER BY look").fetchall()
    assert looks == [(1, "due"), (2, "waiting")]


def test_looks_are_planned_once_and_are_due_at_their_time(workplace: Workplace, run: str) -> None:
    plan_looks(workplace, run)
    plan_looks(workplace, run)
    times = dict(coming_looks(workplace, run))
    assert [moment.astimezone(UTC) for moment in times.values()] == [
        datetime(2027, 2, 17, 7, tzinfo=UTC),
        datetime(2027, 4, 18, 6, tzinfo=UTC),
    ]
    assert due_looks(workplace, datetime(2027, 2, 17, 6, 59, tzinfo=UTC)) == []
    assert due_looks(workplace, datetime(2027, 2, 17, 7, tzinfo=UTC)) == [(run, 1)]
    act(workplace, run, {"treated": 0.4, "holdout": 0.1}, seed=2)
    evaluate(workplace, run, 1)
    assert due_looks(workplace, datetime(2027, 5, 1, tzinfo=UTC)) == [(run, 2)]


def test_no_segment_with_fewer_than_ten_persons_in_an_arm_is_written(workplace: Workplace) -> None:
    run = city(workplace, 150, seed=5)
    act(workplace, run, {"treated": 0.4, "holdout": 0.1}, seed=2, households=150)
    evaluate(workplace, run, 1)
    with store.writing(workplace) as connection:
        rows = connection.execute("SELECT persons, control_persons FROM effect WHERE segment <> 'all'").fetchall()
        everywhere = connection.execute(
            "SELECT min(n) FROM (SELECT count(*) AS n FROM audience WHERE arm = 'holdout' GROUP BY segment)"
        ).fetchall()
    assert everywhere[0][0] < SMALLEST_CELL
    assert all(min(row) >= SMALLEST_CELL for row in rows)


cells = any_of.lists(any_of.tuples(any_of.integers(0, 40), any_of.integers(0, 40)), max_size=9)


@given(cells)
def test_no_small_cell_shows_and_none_is_found_by_subtraction(table: list[tuple[int, int]]) -> None:
    hidden = hidden_groups(table)
    shown = [row for number, row in enumerate(table) if number not in hidden]
    assert all(count >= SMALLEST_CELL for row in shown for count in row)
    if hidden and shown:
        rest = [sum(table[row][column] for row in hidden) for column in (0, 1)]
        assert len(hidden) > 1
        assert min(rest) >= SMALLEST_CELL


@pytest.mark.slow
def test_the_true_effect_lies_inside_the_interval_as_often_as_it_says() -> None:
    """2,000 clustered campaigns: households of several persons that decide alike, four unequal segments."""
    random = numpy.random.default_rng(11)
    inside = 0
    base, gain = numpy.array([0.05, 0.1, 0.2, 0.3]), numpy.array([0.1, 0.2, 0.1, 0.25])
    share = numpy.array([0.5, 0.3, 0.15, 0.05])
    households = 1500
    for _ in range(2000):
        segment = random.choice(4, households, p=share)
        order = numpy.lexsort((random.random(households), segment))
        rank = numpy.empty(households)
        for name in range(4):
            members = order[segment[order] == name]
            rank[members] = (numpy.arange(len(members)) + 0.5) / len(members)
        treated = rank > 0.1
        act_without = random.random(households) < base[segment]
        act_because = act_without | (random.random(households) < gain[segment] / (1 - base[segment]))
        y = numpy.where(treated, act_because, act_without).astype(float)
        truth = (act_because.astype(float) - act_without).mean()
        arms = [
            {str(name): sums(y[(segment == name) & arm], numpy.ones(int(((segment == name) & arm).sum())))
             for name in range(4)}
            for arm in (treated, ~treated)
        ]  # fmt: skip
        found = estimate.difference(*arms)
        inside += found.low <= truth <= found.high
    assert 0.94 <= inside / 2000 <= 0.975


def test_a_lopsided_draw_is_told_from_chance() -> None:
    from scipy.stats import chisquare

    expected = chisquare([870, 130], [900, 100]).pvalue
    assert sample_ratio_p(870, 130, 0.1) == pytest.approx(expected, abs=1e-12)
