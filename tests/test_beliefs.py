"""Beliefs about channels: evidence from contrasts, partial pooling, forgetting, and what stands in the store."""

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy
import pytest
from evaluation_city import city, deliver_to_treated, drawn_households, observe
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks import runs, store
from tasks.beliefs import (
    Belief,
    Beliefs,
    Contrast,
    Evidence,
    Observation,
    observations,
    priors,
    remembered,
    standing,
    weigh,
)
from tasks.contrasts import Group, contrasts
from tasks.estimate import Sums
from tasks.learning import learn
from tasks.pooling import pool
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

PRIORS = {"email": Belief(2, 18), "letter": Belief(3, 17), "sms": Belief(1, 9)}
NOTHING_KNOWN = Beliefs({(name, "all"): belief for name, belief in PRIORS.items()})
CALM = settings(max_examples=30, deadline=None)

segments = st.sampled_from(["one", "two", "three", "four"])
amounts = st.floats(0.01, 5000)
evidences = st.dictionaries(
    st.tuples(st.sampled_from(sorted(PRIORS)), segments),
    st.builds(lambda trials, share: Evidence(trials, trials * share), amounts, st.floats(-0.3, 1)),
    max_size=12,
)


def contrast(effect: float, error: float = 0.01, **exposure: float) -> Contrast:
    return Contrast("one", effect, error, exposure or {"email": 1.0})


def people(persons: int, acted: int) -> Sums:
    return Sums(persons, persons, acted, acted, acted, persons)


def test_without_evidence_the_documented_prior_comes_back() -> None:
    beliefs = pool({}, PRIORS)
    for name, prior in PRIORS.items():
        found = beliefs.belief(name, "a segment never seen")
        assert found is not None
        assert (found.alpha, found.beta) == pytest.approx((prior.alpha, prior.beta))


def test_nothing_is_expected_of_a_channel_that_nobody_knows() -> None:
    assert Beliefs({}).share("smoke_signal", "one") == 0.0
    assert Beliefs({}).belief("smoke_signal", "one") is None


def test_a_channel_without_a_belief_has_its_documented_prior() -> None:
    assert Beliefs({}).belief("letter", "one") == priors()["letter"]


def test_a_new_segment_has_what_is_believed_of_its_channel() -> None:
    beliefs = pool({("email", name): Evidence(400, 120) for name in ("one", "two")}, PRIORS)
    assert beliefs.share("email", "new") == beliefs.share("email", "all") > 0.15
    assert beliefs.share("letter", "new") == pytest.approx(0.15, abs=0.05)


def test_evidence_about_a_channel_without_a_prior_is_left_out() -> None:
    assert pool({("web", "one"): Evidence(100, 50)}, PRIORS).by_cell == pool({}, PRIORS).by_cell


@CALM
@given(evidences)
def test_a_belief_is_always_a_distribution(evidence: dict[tuple[str, str], Evidence]) -> None:
    for belief in pool(evidence, PRIORS).by_cell.values():
        assert belief.alpha > 0
        assert belief.beta > 0
        assert 0 < belief.mean < 1


@CALM
@given(evidences, st.randoms(use_true_random=False))
def test_pooling_never_depends_on_the_order_of_the_evidence(
    evidence: dict[tuple[str, str], Evidence], shuffler: random.Random
) -> None:
    cells = list(evidence.items())
    shuffler.shuffle(cells)
    assert pool(dict(cells), dict(sorted(PRIORS.items(), reverse=True))) == pool(evidence, PRIORS)


@CALM
@given(st.floats(0.0, 1.0), amounts, st.floats(1.1, 50))
def test_more_evidence_never_moves_a_belief_away_from_what_was_seen(share: float, trials: float, more: float) -> None:
    def distance(trials: float) -> float:
        beliefs = pool({("email", "one"): Evidence(trials, trials * share)}, PRIORS)
        return abs(beliefs.share("email", "one") - share)

    assert distance(trials * more) <= distance(trials) + 0.005


@CALM
@given(st.floats(0.01, 0.6), st.floats(0.01, 0.6), amounts)
def test_a_pooled_share_never_leaves_the_span_of_what_was_seen_and_what_the_others_say(
    mine: float, others: float, trials: float
) -> None:
    evidence = {("email", name): Evidence(500, 500 * others) for name in ("two", "three", "four")}
    centre = pool(evidence, {"email": PRIORS["email"]}).share("email", "all")
    found = pool({**evidence, ("email", "one"): Evidence(trials, trials * mine)}, {"email": PRIORS["email"]})
    low, high = sorted((mine, centre))
    assert low - 0.03 <= found.share("email", "one") <= high + 0.03


def test_a_segment_that_answers_well_to_one_channel_is_believed_to_answer_to_another() -> None:
    evidence = {("email", name): Evidence(2000, 2000 * share) for name, share in (("one", 0.3), ("two", 0.1))}
    evidence[("letter", "two")] = Evidence(2000, 300)
    beliefs = pool(evidence, PRIORS)
    assert beliefs.share("letter", "one") > beliefs.share("letter", "two")


def test_pooling_errs_less_than_raw_shares() -> None:
    chance = numpy.random.default_rng(7)
    raw_error = pooled_error = 0.0
    for _ in range(20):
        truth = numpy.clip(0.1 * numpy.exp(chance.normal(0, 0.4, (3, 12))), 0, 0.9)
        hits = chance.binomial(60, truth)
        names = sorted(PRIORS)
        cells = {
            (names[row], f"{column:02}"): Evidence(60, float(hits[row, column]))
            for row in range(3) for column in range(12)
        }  # fmt: skip
        beliefs = pool(cells, PRIORS)
        for (name, segment), seen in cells.items():
            actual = truth[names.index(name), int(segment)]
            raw_error += (seen.successes / seen.trials - actual) ** 2
            pooled_error += (beliefs.share(name, segment) - actual) ** 2
    assert pooled_error < 0.75 * raw_error


def test_one_channel_is_told_its_effect_per_contact() -> None:
    told = weigh(contrast(0.06, 0.01, email=0.5), NOTHING_KNOWN)["email"]
    assert told.successes / told.trials == pytest.approx(0.12)
    assert told.trials == pytest.approx(0.1 * 0.9 / 0.02**2)


def test_of_two_channels_each_is_told_what_the_other_leaves() -> None:
    told = weigh(contrast(0.20, 0.001, email=1.0, letter=1.0), NOTHING_KNOWN)
    alone = weigh(contrast(0.20, 0.001), NOTHING_KNOWN)["email"]
    assert told["email"].successes / told["email"].trials == pytest.approx(0.20 - 0.15)
    assert told["letter"].successes / told["letter"].trials == pytest.approx(0.20 - 0.10)
    assert told["email"].trials < alone.trials / 100, "what is not known of the letter makes it uncertain"


def test_a_harmful_channel_is_believed_to_do_about_nothing() -> None:
    seen = observations("r", date(2027, 1, 1), [contrast(-0.05)], NOTHING_KNOWN)
    assert seen[0].evidence.successes < 0
    found = pool(remembered(seen, 0.9), PRIORS)
    assert found.share("email", "one") < 0.005
    assert found.share("email", "another") < PRIORS["email"].mean


def test_chance_errors_of_a_channel_without_effect_do_not_add_up_to_one() -> None:
    chance, beliefs, seen = numpy.random.default_rng(3), NOTHING_KNOWN, list[Observation]()
    names = [f"{number:02}" for number in range(30)]
    for campaign in range(10):
        new = [Contrast(name, float(chance.normal(0, 0.05)), 0.05, {"email": 1.0}) for name in names]
        seen += observations(f"{campaign:02}", date(2027, 1, 1 + campaign), new, beliefs)
        beliefs = pool(remembered(seen, 0.9), PRIORS)
    assert sum(beliefs.share("email", name) for name in names) / len(names) < 0.01


def test_each_later_campaign_keeps_nine_tenths_of_the_earlier_ones_or_all() -> None:
    seen = [
        Observation(run, date(2027, month, 1), "email", "one", Evidence(100, 10))
        for run, month in (("c", 3), ("a", 1), ("b", 2))
    ]
    assert remembered(seen, 0.9)["email", "one"].trials == pytest.approx(100 + 90 + 81)
    assert remembered(seen, 1)["email", "one"] == Evidence(300, 30)
    assert remembered(list(reversed(seen)), 0.9) == remembered(seen, 0.9)


def test_groups_are_compared_with_those_held_out_of_their_segment_and_size() -> None:
    treated = [
        Group("one", 1, {"email": 1.0}, people(1000, 200)),
        Group("one", 2, {"letter": 0.5}, people(1000, 400)),
        Group("one", 3, {"letter": 1.0}, people(100, 100)),
        Group("two", 1, {"email": 0.0}, people(100, 50)),
    ]
    held = [
        Group("one", 1, {}, people(100, 10)),
        Group("one", 2, {}, people(100, 30)),
        Group("two", 1, {}, people(9, 0)),
    ]
    found = contrasts(treated, held)
    assert [(one.segment, dict(one.exposure)) for one in found] == [("one", {"email": 1.0}), ("one", {"letter": 0.5})]
    assert [one.estimate for one in found] == pytest.approx([0.1, 0.1])
    assert [one.estimate for one in contrasts(treated, held, direction=-1)] == pytest.approx([-0.1, -0.1])


def test_a_few_who_all_did_nothing_are_not_taken_for_certainty() -> None:
    held = [Group("one", 1, {}, people(200, 20))]
    (few,) = contrasts([Group("one", 1, {"email": 1.0}, people(4, 0))], held)
    assert few.standard_error > 0.1
    (none,) = contrasts([Group("one", 1, {"email": 1.0}, people(4, 0))], [Group("one", 1, {}, people(4, 0))])
    assert none.standard_error > 0


@given(st.integers(2, 400), st.integers(50, 400), st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_the_standard_error_is_that_of_two_shares(treated: int, held: int, seed: int) -> None:
    chance = numpy.random.default_rng(seed)
    x, y = int(chance.binomial(treated, 0.3)), int(chance.binomial(held, 0.3))
    (found,) = contrasts([Group("one", 1, {"email": 1.0}, people(treated, x))], [Group("one", 1, {}, people(held, y))])
    assert found.standard_error == pytest.approx((0.3 * 0.7 * (1 / treated + 1 / held)) ** 0.5, rel=0.35)


def evaluated(workplace: Workplace, edition: str, seed: int, share: float, day: str) -> str:
    """A run in which the given share of treated households acts, and a tenth of those held out."""
    run = city(workplace, 400, seed, edition=edition)
    deliver_to_treated(workplace, run)
    act(workplace, run, seed, share, day)
    return run


def act(workplace: Workplace, run: str, seed: int, share: float, day: str) -> None:
    chance = numpy.random.default_rng(seed)
    observe(
        workplace,
        run,
        {
            name: float(chance.random() < (share if arm == "treated" else 0.1))
            for name, (arm, _, _) in sorted(drawn_households(workplace, run, 400).items())
        },
        day,
    )


def learnt(workplace: Workplace, run: str, look: int = 1) -> tuple[list[tuple[object, ...]], dict[object, object]]:
    with store.writing(workplace) as connection:
        learn(connection, workplace, runs.load_within(connection, run), look)
        evidence = connection.execute("SELECT * FROM response_evidence ORDER BY ALL").fetchall()
        return evidence, {cell: belief for cell, belief in standing(connection).by_cell.items()}


def test_the_same_look_twice_and_a_later_look_count_the_same_people_once(workplace: Workplace) -> None:
    run = evaluated(workplace, "2027-1", 1, 0.4, "2027-02-17")
    first = learnt(workplace, run)
    assert {row[1] for row in first[0]} == {"email", "letter"}
    assert learnt(workplace, run) == first
    act(workplace, run, 2, 0.15, "2027-04-20")
    evidence, beliefs = learnt(workplace, run, 2)
    assert len(evidence) == len(first[0])
    assert beliefs.keys() == first[1].keys()
    assert sum(row[4] for row in evidence) < sum(row[4] for row in first[0])  # type: ignore[misc]


def test_evaluating_an_earlier_campaign_again_changes_nothing(workplace: Workplace) -> None:
    earlier = evaluated(workplace, "2027-1", 1, 0.4, "2027-02-17")
    later = evaluated(workplace, "2027-2", 2, 0.2, "2027-02-18")
    learnt(workplace, earlier)
    before = learnt(workplace, later)
    assert learnt(workplace, earlier) == before


def test_the_setting_switches_forgetting_off(workplace: Workplace, tmp_path: Path) -> None:
    weights = []
    for forgetting in (0.9, 1.0):
        place = replace(workplace, home=tmp_path / str(forgetting), forgetting=forgetting)
        for edition, day in (("2027-1", "2027-02-17"), ("2027-2", "2027-02-18")):
            evidence, beliefs = learnt(place, evaluated(place, edition, 1, 0.4, day))
        weights.append(sum(belief.alpha + belief.beta for belief in beliefs.values()))
        assert len(evidence) > 4
    assert weights[1] > weights[0]


def test_an_outcome_that_is_no_share_teaches_nothing(workplace: Workplace) -> None:
    objective = {"outcome": "sorts_food_waste", "group": "Alla", "baseline": 10, "target": 20}
    run = city(workplace, 100, 1, objective={**objective, "unit": "household", "by": "2027-05-31"})
    deliver_to_treated(workplace, run)
    act(workplace, run, 1, 0.4, "2027-02-17")
    assert learnt(workplace, run)[0] == []


def test_groups_that_differ_in_nothing_but_their_channels_stay_apart() -> None:
    connection = duckdb.connect(":memory:")
    connection.execute(
        "CREATE TABLE contact AS SELECT *, number AS cluster, 'treated' AS arm, number AS message, true AS reached, "
        "now() AS accepted_at, channel AS message_start FROM (VALUES (0, 0, 'email'), (1, 1, 'letter')) "
        "AS people (number, place, channel);"
        "CREATE TABLE cluster_sum AS SELECT cluster, arm, 'one' AS segment, 1 AS persons, 1 << place AS channels, "
        "1 AS m, 1.0 AS y FROM contact"
    )
    values = {"later": 0.8, "repeated": 0.7}
    found = connection.execute(store.statement("lessons/groups"), values).fetchall()
    assert [row[3] for row in found] == [{"email": 1.0}, {"letter": 1.0}]
