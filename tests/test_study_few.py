"""`budkavle study` claims nothing where little is known: few events, few units, uneven weights, columns misnamed."""

from pathlib import Path
from typing import Any

import numpy
import pytest
from test_study import ask, write
from typer.testing import CliRunner

from flows.cli import app
from tasks.estimate import OwnVariance, Sums, compare
from tasks.estimation.intervals import Part


def few(no: int, of_control: int, yes: int, of_treated: int) -> dict[str, Any]:
    """Single units: so many of each arm act, in two-person households that cross two ages."""
    sizes = (("c", no, of_control), ("t", yes, of_treated))
    columns: dict[str, Any] = {"arm": [arm for arm, _, size in sizes for _ in range(size)]}
    columns["y"] = [int(place < acts * 9 and place % 9 == 0) for _, acts, size in sizes for place in range(size)]
    rows = len(columns["y"])
    return columns | {"id": range(rows), "hh": [place // 2 for place in range(rows)], "age": [0, 1] * (rows // 2)}


def test_few_events_are_no_effect_also_where_households_cross_strata(tmp_path: Path) -> None:
    file = write(tmp_path / "e.csv", few(0, 120, 7, 120))
    given = ["--unit", "id", "--control", "c", "--cluster", "hh"]
    plain, stratified = ask(file, *given), ask(file, *given, "--strata", "age")
    assert stratified["claim"] == plain["claim"]
    assert stratified["arms"][0]["p"] == pytest.approx(plain["arms"][0]["p"], rel=0.2)


def test_few_events_in_households_that_cross_strata_raise_few_false_alarms() -> None:
    random, alarms = numpy.random.default_rng(3), 0
    households, treated = 220, numpy.arange(220) < 200
    for _ in range(200):
        household = numpy.repeat(numpy.arange(households), random.integers(1, 5, households))
        acts = (random.random(len(household)) < 0.03).astype(float)
        age, arm = random.integers(0, 2, len(household)), treated[household]
        pairs, weights, scores = [], [], numpy.zeros(len(household))
        for stratum in (0, 1):
            sides = [(age == stratum) & (arm == side) for side in (True, False)]
            weights.append(float((age == stratum).mean()))
            pairs.append(tuple(Sums(2, m := side.sum(), y := acts[side].sum(), y, 0, m) for side in sides))
            for side in sides:
                scores[side] = weights[-1] / side.sum() * (acts[side] - acts[side].mean())
        squares = numpy.bincount(household, scores) ** 2
        own = [
            OwnVariance((Part(float(squares[side].sum()) * size / (size - 1), size - 1),), size)
            for side, size in ((treated, 200), (~treated, 20))
        ]
        alarms += compare(pairs, weights, own=own, share=True).p < 0.05
    assert alarms <= 16  # 5 % of 200 and twice its Monte Carlo error


def test_members_of_a_household_in_both_arms_do_not_make_few_events_an_effect(tmp_path: Path) -> None:
    columns = few(0, 120, 7, 120)
    file = write(tmp_path / "e.csv", columns | {"hh": [place % 120 for place in range(240)]})
    plain, crossed = (ask(file, "--control", "c", *more)["arms"][0] for more in ([], ["--cluster", "hh"]))
    assert crossed["p"] >= plain["p"] * 0.9
    assert crossed["ci_low"] <= plain["ci_low"] + 1e-3


def test_clusters_that_share_a_unit_count_as_one(tmp_path: Path) -> None:
    random = numpy.random.default_rng(4)
    level = numpy.repeat(random.normal(size=40), 10)
    columns = {"arm": numpy.repeat(["c", "t"] * 20, 10), "y": level + random.normal(size=400) / 9}
    columns |= {"who": numpy.repeat(numpy.arange(40), 10), "visit": numpy.arange(400)}
    file = write(tmp_path / "e.csv", columns)
    of_unit, finer = (ask(file, "--unit", "who", "--control", "c", *more) for more in ([], ["--cluster", "visit"]))
    assert finer["clusters"] == of_unit["clusters"] == 40
    assert finer["arms"][0]["se"] == pytest.approx(of_unit["arms"][0]["se"])
    assert any("40 units stand in several clusters" in told for told in finer["warnings"])


def test_a_weight_beside_which_the_others_are_nothing_leaves_nothing_to_compare(tmp_path: Path) -> None:
    columns = {"arm": ["c", "t"] * 200, "y": [1, *[0, 0, 1] * 133], "w": [1000, *[1] * 399]}
    found = ask(write(tmp_path / "e.csv", columns), "--control", "c", "--weight", "w", code=1)
    assert (found["claim"], found["reason"], found["arms"][0]["effect"]) == ("refused", "too_few", None)
    assert any("'c' are so uneven that its 200 rows tell as little as 1.4" in told for told in found["warnings"])


def test_uneven_weights_widen_the_interval_and_are_told_of(tmp_path: Path) -> None:
    random = numpy.random.default_rng(6)
    columns = {"arm": ["c", "t"] * 200, "y": random.normal(size=400), "w": random.lognormal(0, 1.2, 400)}
    file = write(tmp_path / "e.csv", columns)
    found = ask(file, "--control", "c", "--weight", "w")
    arm = found["arms"][0]
    assert any("so uneven that" in told for told in found["warnings"])
    assert (arm["ci_high"] - arm["ci_low"]) / arm["se"] > 2 * 1.975


def covariates(units: int, known: int) -> dict[str, Any]:
    random = numpy.random.default_rng(units + known)
    columns: dict[str, Any] = {"arm": ["c", "t"] * units, "y": random.normal(size=2 * units)}
    return columns | {f"x{place}": random.normal(size=2 * units) for place in range(known)}


@pytest.mark.parametrize(("units", "known", "borne"), [(20, 6, 2), (50, 45, 5), (8, 3, 0), (60, 6, 6)])
def test_covariates_beyond_one_per_ten_clusters_are_left_out_and_told_of(
    tmp_path: Path, units: int, known: int, borne: int
) -> None:
    file = write(tmp_path / "e.csv", covariates(units, known))
    names = [f"x{place}" for place in range(known)]
    given = ["--control", "c", "--covariates"]
    found = ask(file, *given, ",".join(names))
    alone = ask(file, *given, ",".join(names[:borne])) if borne else ask(file, "--control", "c")
    assert found["arms"][0]["p"] == pytest.approx(alone["arms"][0]["p"])
    assert any("few for" in told for told in found["warnings"]) == (borne < known)


def test_noise_that_was_known_before_does_not_make_few_events_an_effect(tmp_path: Path) -> None:
    random = numpy.random.default_rng(1)
    columns = {"arm": ["t"] * 450 + ["c"] * 50, "y": [1] * 36 + [0] * 414 + [1] + [0] * 49}
    file = write(tmp_path / "e.csv", columns | {"x": random.normal(size=500)})
    plain, adjusted = ask(file, "--control", "c"), ask(file, "--control", "c", "--covariates", "x")
    assert adjusted["claim"] == "no_effect_shown"
    assert adjusted["arms"][0]["p"] == pytest.approx(plain["arms"][0]["p"])
    assert any("covariates are left out" in told for told in adjusted["warnings"])


@pytest.mark.parametrize("checked", [["--shares", "c=0.5,t=0.5"], ["--covariates", "x"]])
def test_a_draw_that_nobody_checked_is_told_of(tmp_path: Path, checked: list[str]) -> None:
    file = write(tmp_path / "e.csv", covariates(30, 1) | {"x": range(60)})
    unchecked, known = (ask(file, "--control", "c", *more)["warnings"] for more in ([], checked))
    assert any("nobody has checked that the arms were drawn" in told for told in unchecked)
    assert not any("nobody has checked" in told for told in known)


def test_no_ratio_is_told_where_the_control_group_may_be_at_zero(tmp_path: Path) -> None:
    random = numpy.random.default_rng(2)
    around = {"arm": ["c", "t"] * 50, "y": random.normal(size=100) + [0.05, 1.0] * 50}
    away = around | {"y": [value + 5 for value in around["y"]]}
    zero, five = (ask(write(tmp_path / "e.csv", columns), "--control", "c")["arms"][0] for columns in (around, away))
    assert (zero["ratio"], zero["ratio_low"], zero["ratio_high"]) == (None, None, None)
    assert five["ratio_low"] < five["ratio"] < five["ratio_high"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--outcome", "arm"], "both --arm and --outcome"),
        (["--covariates", "x,Y"], "both --outcome and --covariates"),
        (["--strata", "y"], "both --outcome and --strata"),
        (["--weight", "y"], "both --outcome and --weight"),
        (["--received", "y"], "both --outcome and --received"),
        (["--covariates", "arm"], "both --arm and --covariates"),
        (["--received", "x", "--covariates", "x"], "both --received and --covariates"),
        (["--strata", "arm"], "both --arm and --strata"),
        (["--cluster", "arm"], "both --arm and --cluster"),
    ],
)
def test_a_column_in_two_roles_that_cannot_be_is_refused(tmp_path: Path, options: list[str], told: str) -> None:
    file = write(tmp_path / "e.csv", {"arm": [0, 1] * 20, "y": range(40), "x": [place % 3 for place in range(40)]})
    given = ["study", str(file), "--arm", "arm", "--outcome", "y", "--control", "0", *options]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("column", "cells", "told"),
    [
        ("w", ["1e-200"] * 40, "weight 'w': 40 numbers are not 0 and yet below 1e-30, the first in data row 1"),
        ("w", ["1"] * 39 + ["1e-200"], "weight 'w': 1 numbers"),
        ("y", [f"{place % 7}e-170" for place in range(40)], "outcome 'y': 34 numbers"),
    ],
)
def test_numbers_too_small_to_square_are_refused_in_words(
    tmp_path: Path, column: str, cells: list[str], told: str
) -> None:
    columns = {"arm": [0, 1] * 20, "y": [place % 7 for place in range(40)], "w": [1] * 40, column: cells}
    file = write(tmp_path / "e.csv", columns)
    given = ["study", str(file), "--arm", "arm", "--outcome", "y", "--control", "0", "--weight", "w"]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())
