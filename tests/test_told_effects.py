"""Whoever tries all counts against an effect that is told finds many pairs, where few acted or did not."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.effect_steps import FEWEST_COUNTS, FEWEST_PAIRS, NOTHING, blurred, step_of
from tasks.estimate import Sums, difference
from tasks.told_effects import answered, coarse, family_steps, told

Pair = tuple[int, int]


@lru_cache(maxsize=200_000)
def estimated(acted: int, units: int, control_acted: int, control_units: int) -> dict[str, Any]:
    """The figures of everybody in an answer: households of one person in one stratum."""
    arms = [{"": Sums(n, n, y, y, y, n)} for n, y in ((units, acted), (control_units, control_acted))]
    found = difference(*arms, share=True)
    figures = {"effect": found.estimate, "standard_error": found.standard_error, "ci_low": found.low}
    return figures | {"ci_high": found.high, "p": found.p, "p_adjusted": found.p, "look_low": found.low, "ratio": 1.0}


def seen(acted: int, units: int, control_acted: int, control_units: int) -> tuple[Any, ...]:
    """All that a reader sees of a pair of counts: figures, the claim, and the step that they are told in."""
    row = estimated(acted, units, control_acted, control_units)
    step = step_of((acted, units), (control_acted, control_units))
    return (step, row["p"] < 0.05, *(coarse(row, step).get(name) for name in row))


def few_pairs_beside(acted: int, units: int, control_acted: int, control_units: int) -> Iterator[Pair]:
    """All pairs of which one count is few, those with nearly the same effect first."""
    gap = acted / units - control_acted / control_units
    pairs = [
        (one, other)
        for one in range(units + 1)
        for other in range(control_units + 1)
        if min(one, units - one, other, control_units - other) < 10
    ]
    pairs.sort(key=lambda pair: abs(pair[0] / units - pair[1] / control_units - gap))
    yield from pairs


@settings(deadline=None, max_examples=25)
@given(st.data(), st.integers(10, 400), st.integers(10, 60))
@example((140, 7), 900, 100).via("140 of 900 against 7 of 100: one pair had this p")
@example((82, 0), 214, 20).via("hardly any other pair was told nothing")
def test_no_few_who_acted_are_found_by_trying_all_counts(data: Any, units: int, control_units: int) -> None:
    acted, control_acted = (
        data if isinstance(data, tuple) else (data.draw(st.integers(0, units)), data.draw(st.integers(0, 9)))
    )
    sizes = (acted, units, control_acted, control_units)
    shown, alike = seen(*sizes), []
    for pair in few_pairs_beside(*sizes):
        if seen(pair[0], units, pair[1], control_units) == shown:
            alike.append(pair)
        if len(alike) >= FEWEST_PAIRS and all(len(set(side)) >= FEWEST_COUNTS for side in zip(*alike, strict=True)):
            return
    pytest.fail(f"only {alike} of {units} and {control_units} look like {shown}")


@settings(deadline=None, max_examples=60)
@given(st.integers(10, 10**6), st.integers(10, 10**6), st.integers(0, 9))
def test_large_arms_get_a_step_that_holds_many_counts(units: int, control_units: int, few: int) -> None:
    if units + control_units > 10_000:
        step = step_of((units / 5, units), (few, control_units))
        assert step == NOTHING or step * min(units, control_units) >= 40 - 1e-6


def test_where_ten_acted_and_did_not_figures_are_told_as_they_are() -> None:
    row = estimated(100, 900, 10, 100)
    assert step_of((100, 900), (10, 100)) == 0
    assert coarse(row, 0) is row


def test_of_few_neither_error_nor_ratio_nor_other_intervals_are_told_and_p_is_a_bound() -> None:
    row = coarse(estimated(140, 900, 7, 100), 0.02)
    assert (row["effect"], row["ci_low"], row["ci_high"]) == (0.08, 0.0, 0.14)
    assert row["p"] == 0.05
    assert {row[name] for name in ("standard_error", "p_adjusted", "ratio", "look_low")} == {None}
    assert coarse(estimated(140, 900, 15, 100), 0.02)["p"] == 1.0
    assert coarse(estimated(140, 900, 7, 100), NOTHING)["effect"] is None


def test_a_large_group_is_blurred_beside_one_of_which_few_acted_so_that_nobody_subtracts_it() -> None:
    large, few = ((150.0, 900.0), (60.0, 300.0)), ((40.0, 200.0), (3.0, 60.0))
    assert family_steps([large, large]) == [0, 0]
    steps = family_steps([large, few])
    assert steps[0] >= blurred(900, 300) == 0.05
    assert steps[1] > 0
    whole = (190.0, 1100.0), (63.0, 360.0)
    assert family_steps([large], whole)[0] >= 0.05, "who is in no group is a group too"


def an_answer(step: float | None) -> dict[str, Any]:
    arm = {"arm": "treated", "few": False, "level": 140 / 900, "verdict": "better", "complier_effect": {"effect": 0.1}}
    sizes = dict.fromkeys(("clusters", "households", "persons", "observed_households", "observed_persons"), 100)
    treated = arm | sizes | estimated(140, 900, 7, 100) | ({} if step is None else {"step": step})
    group = {"shrunken": 0.0812, "shrunken_low": 0.0234, "shrunken_high": 0.1392, "gap": 0.01, "step": step}
    return {
        "share": True,
        "unit": "household",
        "arms": [treated, arm | sizes | {"arm": "holdout", "few": True, "level": 0.07, "households": 104}],
        "objective": {"reached": 0.147, "target": 0.2, "baseline": 0.1, "achieved": False, "few": False},
        "kpis": [],
        "segments": [group | {"segment": "a", "level": 0.1, "effect": 0.0812}],
        "groups": [group | {"dimension": "need"}],
        "channels": [group | {"channels": "email", "sek_per_result": 3.3}],
        "equity": [{"dimension": "need", "index": 0.43}],
        "trend": [{"units": 1000, "level": 0.003}, {"units": 1000, "level": 0.147}],
        "doubts": [{"code": "little_power", "power": 0.4321}],
        "power": 0.4321,
        "minimum_detectable_effect": 0.0777,
        "balance_p": 0.777,
    }


def test_no_part_of_an_answer_tells_more_than_the_effect_does() -> None:
    shown = told(an_answer(0.02))
    assert [arm["level"] for arm in shown["arms"]] == [None, None]
    assert shown["objective"]["reached"] is None
    assert (shown["power"], shown["minimum_detectable_effect"], shown["balance_p"]) == (None, None, None)
    assert shown["doubts"] == [{"code": "little_power_of_few"}]
    assert [row["level"] for row in shown["trend"]] == [0.147]
    assert shown["equity"] == [{"dimension": "need", "index": None}]
    for name in ("segments", "groups", "channels"):
        (row,) = shown[name]
        assert (row["shrunken"], row["shrunken_low"], row["shrunken_high"]) == (0.08, 0.02, 0.14)
        assert {row.get(figure) for figure in ("effect", "gap", "level", "sek_per_result")} == {None}


def test_an_answer_that_was_kept_before_steps_were_tells_nothing_of_few() -> None:
    shown = told(an_answer(None))
    assert shown["arms"][0]["effect"] is None
    assert shown["segments"][0]["shrunken"] is None


def test_what_the_command_prints_counts_no_few_who_have_no_result() -> None:
    holdout = answered(an_answer(0.02))["arms"][1]
    assert holdout["households"] == 104
    assert holdout["observed_households"] is None


@pytest.mark.parametrize(
    ("lost", "codes"),
    [
        ((3, 4), ["missing_of_few", "differential_attrition_of_few"]),
        ((30, 4), ["missing", "differential_attrition_of_few"]),
        ((30, 40), ["missing", "differential_attrition"]),
    ],
)
def test_how_few_have_no_result_is_not_told(lost: tuple[int, int], codes: list[str]) -> None:
    answer = an_answer(0)
    for arm, missing in zip(answer["arms"], lost, strict=True):
        arm |= {"households": 100 + missing, "observed_households": 100}
    answer["doubts"] = [{"code": "missing", "share": 0.03}, {"code": "differential_attrition", "treated": 0.1}]
    shown = told(answer)["doubts"]
    assert [each["code"] for each in shown] == codes
    assert not any(len(each) > 1 for each in shown if each["code"].endswith("_of_few"))


@given(st.integers(10, 300), st.integers(10, 300), st.floats(0, 1), st.floats(0, 1))
@example(530, 102, 173 / 530, 9.947291105121293 / 102)
@settings(max_examples=30, deadline=None)
def test_sums_that_are_no_whole_numbers_never_tell_more_than_a_step(
    units: int, control_units: int, share: float, control_share: float
) -> None:
    step = step_of((share * units, units), (control_share * control_units, control_units))
    few = any(not 10 <= round(n * part, 6) <= n - 10 for n, part in ((units, share), (control_units, control_share)))
    assert (step > 0) is few
