"""`budkavle study`: experiments run elsewhere, with any labels, get statsmodels' numbers or a refusal."""

import gzip
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from typer.testing import CliRunner

from flows.cli import app
from tasks.estimation import looks_spending, matched_pairs
from tasks.estimation.holm import holm
from tasks.estimation.sample_ratio import shares_p
from tasks.estimation.shrinkage import shrink

ARMS = ("ingen", "brev, lila", "å/SMS 2")


def experiment(seed: int = 3, households: int = 400) -> dict[str, numpy.ndarray]:
    """Persons in households, three arms with awkward names, weights, strata, covariates in numbers and words."""
    random = numpy.random.default_rng(seed)
    household = numpy.repeat(numpy.arange(households), random.integers(1, 5, households))
    arm = random.integers(0, 3, households)[household]
    place = random.integers(0, 2, households)[household]
    before = random.normal(size=len(household)) + random.normal(size=households)[household]
    word = random.choice(["hyr", "äger", "bor hos"], len(household))
    received = ((arm > 0) & (random.random(len(household)) < 0.7)).astype(int)
    y = before + 0.8 * received + (word == "äger") + random.normal(size=households)[household] + 50
    weight = random.integers(1, 6, len(household)) / 2
    names = numpy.array(ARMS)[arm]
    columns = {"person": numpy.arange(len(household)), "household": household, "arm": names, "place": place}
    return columns | {"before": before, "word": word, "received": received, "y": y, "weight": weight}


def write(file: Path, columns: dict[str, Any]) -> Path:
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(f'"{cell}"' for cell in row) for row in rows)]
    data = ("\n".join(lines) + "\n").encode()
    file.write_bytes(gzip.compress(data) if file.suffix == ".gz" else data)
    return file


def ask(file: Path, *options: str, code: int = 0) -> dict[str, Any]:
    given = ["study", str(file), "--arm", "arm", "--outcome", "y", *options, "--json"]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == code, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def levels(columns: dict[str, Any], design: numpy.ndarray | None = None, weighted: bool = False) -> dict[str, Any]:
    """Each arm's level and its clustered error by statsmodels, regressed on a constant and the design."""
    from statsmodels.api import WLS

    found = {}
    for arm in ARMS:
        rows = columns["arm"] == arm
        x = numpy.ones((int(rows.sum()), 1))
        x = x if design is None else numpy.column_stack([x, design[rows]])
        weights = columns["weight"][rows] if weighted else 1.0
        groups = {"groups": columns["household"][rows]}
        fit = WLS(columns["y"][rows], x, weights=weights).fit(cov_type="cluster", cov_kwds=groups)
        found[arm] = fit.params[0], fit.bse[0]
    return found


@pytest.mark.parametrize("name", ["e[1].csv", "e*.csv", "e?.csv", "y=1/e.csv", "arm=other/e.csv"])
def test_the_file_that_is_named_is_read_and_nothing_of_its_name(tmp_path: Path, name: str) -> None:
    """DuckDB takes signs of a path for other files, and folders for columns."""
    columns = {"arm": ["c", "t"] * 4, "y": [0, 1, 0, 1, 0, 0, 1, 1]}
    (tmp_path / name).parent.mkdir(exist_ok=True)
    for other in ("e1.csv", "ex.csv"):
        write(tmp_path / other, {"arm": ["c", "t"] * 9, "y": [0, 5] * 9})
    file, parquet = write(tmp_path / name, columns), (tmp_path / name).with_suffix(".parquet")
    pyarrow.parquet.write_table(pyarrow.table(columns), parquet)
    for each in (file, parquet):
        answer = ask(each, "--control", "c")
        assert (answer["n"], [arm["arm"] for arm in answer["arms"]]) == (8, ["t"])
        assert answer["arms"][0]["mean"] == 0.75


def test_a_file_without_a_header_is_refused_and_its_first_row_not_repeated(tmp_path: Path) -> None:
    file = tmp_path / "e.csv"
    file.write_text("19121212-1212,Prov Provsson,letter,1\n")
    refused = CliRunner().invoke(app, ["study", str(file), "--arm", "arm", "--outcome", "y"])
    assert refused.exit_code == 2
    assert "the first line is no header" in refused.output
    assert "1212" not in refused.output
    assert "Prov" not in refused.output


def test_spaces_are_no_part_of_a_label_and_what_may_be_a_slip_is_told(tmp_path: Path) -> None:
    columns = {"id": [1, 2, "", 4, 5, 6, 7, ""], "arm": ["c", "t ", " c", "t", "T", "c", "c", "t"], "y": [0, 1] * 4}
    answer = ask(write(tmp_path / "e.csv", columns), "--control", "c", "--unit", "id")
    assert (answer["control_n"], [arm["arm"] for arm in answer["arms"]]) == (4, ["T", "t"])
    assert "2 rows do not say whose they are; each counts as a unit of its own" in answer["warnings"]
    assert "arms that differ only in capital letters are arms of their own: T, t" in answer["warnings"]


@pytest.mark.parametrize(
    ("place", "said"), [(".", "no file but a folder"), ("x" * 300, "cannot be read"), ("none.csv", "no such file")]
)
def test_a_place_that_holds_no_file_is_named_for_what_it_is(tmp_path: Path, place: str, said: str) -> None:
    refused = CliRunner().invoke(app, ["study", str(tmp_path / place), "--arm", "arm", "--outcome", "y"])
    assert (refused.exit_code, said in refused.output) == (2, True)


@pytest.mark.parametrize("shares", ["c=1e400,t=1", "c=1e10000000,t=1"])
def test_a_share_beyond_every_number_is_refused_at_once(tmp_path: Path, shares: str) -> None:
    file = write(tmp_path / "e.csv", {"arm": ["c", "t"] * 4, "y": [0, 1] * 4})
    refused = CliRunner().invoke(app, ["study", str(file), "--arm", "arm", "--outcome", "y", "--shares", shares])
    assert (refused.exit_code, "--shares" in refused.output) == (2, True)


@pytest.mark.parametrize("way", ["plain", "weights", "covariates", "strata"])
def test_effect_and_error_are_those_of_statsmodels(tmp_path: Path, way: str) -> None:
    """One regression per arm, clustered, with its usual correction; the difference adds the two variances."""
    columns = experiment()
    file = write(tmp_path / "e.csv.gz", columns)
    words = numpy.column_stack([columns["before"], columns["word"] == "äger", columns["word"] == "hyr"])
    options = {
        "plain": [],
        "weights": ["--weight", "weight"],
        "covariates": ["--covariates", "before,word"],
        "strata": ["--strata", "place"],
    }[way]
    design = (words - words.mean(axis=0)) if way == "covariates" else None
    if way == "strata":
        design = (columns["place"] - columns["place"].mean())[:, None]
    expected = levels(columns, design, way == "weights")
    answer = ask(file, "--unit", "person", "--cluster", "household", "--control", "ingen", *options)
    for arm in answer["arms"]:
        (level, error), (base, base_error) = expected[arm["arm"]], expected["ingen"]
        assert arm["effect"] == pytest.approx(level - base, abs=1e-9)
        tolerance = 5e-3 if way == "strata" else 1e-9  # statsmodels corrects once, we per stratum
        assert arm["se"] == pytest.approx(math.hypot(error, base_error), rel=tolerance, abs=1e-9)
        assert arm["ratio"] == pytest.approx(level / base, abs=1e-9)


def test_units_drawn_within_clusters_are_compared_with_the_clusters_joint_scores(tmp_path: Path) -> None:
    from statsmodels.api import OLS

    columns = experiment()
    columns["arm"] = numpy.array(ARMS)[numpy.random.default_rng(5).integers(0, 2, len(columns["y"]))]
    file = write(tmp_path / "e.csv", columns)
    found = ask(file, "--cluster", "household", "--control", "ingen")["arms"][0]
    design = numpy.column_stack([numpy.ones(len(columns["y"])), columns["arm"] == ARMS[1]])
    clusters = len(set(columns["household"]))
    groups = {"groups": columns["household"], "use_correction": False}
    fit = OLS(columns["y"], design).fit(cov_type="cluster", cov_kwds=groups)
    assert found["effect"] == pytest.approx(fit.params[1], abs=1e-9)
    assert found["se"] == pytest.approx(fit.bse[1] * math.sqrt(clusters / (clusters - 1)), abs=1e-9)


def test_the_effect_on_compliers_is_two_stage_least_squares(tmp_path: Path) -> None:
    columns = experiment()
    file = write(tmp_path / "e.csv", columns)
    answer = ask(file, "--cluster", "household", "--control", "ingen", "--received", "received")
    y, d = columns["y"], columns["received"]
    for arm in answer["arms"]:
        one, other = columns["arm"] == arm["arm"], columns["arm"] == "ingen"
        slope = (y[one].mean() - y[other].mean()) / (d[one].mean() - d[other].mean())
        left = levels(columns | {"y": y - slope * d})
        error = math.hypot(left[arm["arm"]][1], left["ingen"][1]) / abs(d[one].mean() - d[other].mean())
        assert arm["complier_effect"]["effect"] == pytest.approx(slope, abs=1e-9)
        assert arm["complier_effect"]["se"] == pytest.approx(error, abs=1e-9)


def test_matched_pairs_are_compared_within_pairs(tmp_path: Path) -> None:
    """The variance is that of the paired t test; p comes from flipping signs."""
    from scipy.stats import ttest_rel

    random = numpy.random.default_rng(2)
    level = numpy.repeat(random.normal(10, 5, 12), 2)
    arm = numpy.tile([0, 1], 12)
    y = level + arm + random.normal(0, 0.5, 24)
    file = write(tmp_path / "e.csv", {"arm": arm, "pair": numpy.repeat(numpy.arange(12), 2), "y": y})
    found = ask(file, "--control", "0", "--strata", "pair")["arms"][0]
    paired = ttest_rel(y[arm == 1], y[arm == 0])
    assert found["effect"] / found["se"] == pytest.approx(paired.statistic, abs=1e-9)
    assert found["p"] < 0.01
    assert found["p"] == matched_pairs.sign_flip_p(y[arm == 1] - y[arm == 0])


@pytest.mark.parametrize(
    ("labels", "control"),
    [
        ([0, 1], "0"),
        (["0.0", "1.0"], "0"),
        (["None", "Mail"], "None"),
        (["", "Mail"], "none"),
        (["no e-mail ", "Mail"], "No E-mail"),
        (["false", "true"], "no"),
        (["ingen 'åtgärd'", 'brev "A"'], "ingen 'åtgärd'"),
    ],
)
def test_a_label_is_found_however_it_is_written(tmp_path: Path, labels: list[Any], control: str) -> None:
    file = tmp_path / "e.parquet"
    rows = [(labels[place % 2], float(place % 2) + place % 3) for place in range(60)]
    with duckdb.connect() as connection:
        kind = "INTEGER" if isinstance(labels[0], int) else "VARCHAR"
        connection.execute(f"CREATE TABLE e (arm {kind}, y DOUBLE)")
        connection.executemany("INSERT INTO e VALUES (?, ?)", rows)
        connection.execute(f"COPY e TO '{file}'")
    answer = ask(file, "--control", control)
    assert [arm["arm"] for arm in answer["arms"]] == [str(labels[1])]
    assert answer["arms"][0]["effect"] == pytest.approx(1)
    assert (answer["claim"], answer["arms"][0]["verdict"], answer["n"]) == ("effect", "better", 60)


@pytest.mark.parametrize(
    ("change", "options", "reason"),
    [
        ({}, ["--control", "nobody"], "no_control"),
        ({}, [], "no_control"),
        ({"arm": ["a"] * 60}, ["--control", "a"], "no_control"),
        ({}, ["--control", "a", "--shares", "a=0.9,b=0.1"], "srm"),
        ({}, ["--control", "a", "--covariates", "known"], "imbalance"),
        ({"who": list(range(30)) * 2}, ["--control", "a", "--unit", "who"], "unit_in_two_arms"),
        ({"y": [""] * 60}, ["--control", "a"], "too_few"),
        ({}, ["--control", "a", "--shares", "a=40%,b=40%,lost=20%"], "srm"),
        ({}, ["--control", "lost", "--shares", "a=0.495,b=0.495,lost=0.01"], "srm"),
    ],
)
def test_a_broken_experiment_is_refused(
    tmp_path: Path, change: dict[str, Any], options: list[str], reason: str
) -> None:
    columns = {
        "who": list(range(60)),
        "arm": ["a"] * 29 + ["b"] * 31,
        "known": [place // 29 + place % 5 / 10 for place in range(60)],
        "y": [place % 7 for place in range(60)],
    }
    answer = ask(write(tmp_path / "e.csv", columns | change), *options, code=1)
    assert (answer["claim"], answer["reason"]) == ("refused", reason)
    assert [arm["effect"] for arm in answer["arms"]] == [None] * len(answer["arms"])


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("arm,y\na,1\nb,hemligt\n", [], "neither numbers nor yes and no, the first in data row 2"),
        ("arm,x\na,1\n", [], "there is no column 'y'"),
        ("arm,y\n", [], "no row below the header"),
        ("arm,y\na,1\nb,2,3,4\n", [], "cannot be read as CSV"),
        ("arm,y,w\na,1,1\nb,2,-1\n", ["--weight", "w"], "below zero"),
        ("arm,y\na,1\nb,2\n", ["--shares", "a=0.5"], "no share for 'b'"),
        ("arm,y\na,1\nb,2\n", ["--shares", "a=0.5,b=0.6"], "sum to 1.1"),
        ("arm,y\na,1\nb,2\n", ["--shares", "a=0.4,b=half"], "not an arm and its share"),
        ("arm,y\na,1\nb,2\n", ["--shares", "a=0.5,c=0.5"], "no share for 'b'"),
        ("arm,y\na,1\nb,1e200\nb,-1e307\n", [], "2 numbers are beyond 1e+30, the first in data row 2"),
        ("arm,y,w\na,1,1\nb,2,1e307\n", ["--weight", "w"], "weight 'w'"),
        ("arm,y,x\na,1,1\nb,2,1e307\n", ["--covariates", "x"], "covariate 'x'"),
        ("arm,y\na,1\nb,2\n", ["--outcome", ","], "no column is named"),
        (None, [], "no such file"),
    ],
)
def test_bad_input_is_told_without_a_traceback_or_a_cell(
    tmp_path: Path, text: str | None, options: list[str], told: str
) -> None:
    file = tmp_path / "e.csv"
    if text:
        file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["study", str(file), "--arm", "arm", "--outcome", "y", "--control", "a", *options])
    assert result.exit_code == 2
    assert told in result.output
    assert "hemligt" not in result.output


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_read_in_its_encoding_whatever_its_columns_are_called(
    tmp_path: Path, encoding: str, packed: bool
) -> None:
    lines = ['row,arm,"svar, å"', *(f"{place},{'ab'[place % 2]},{place % 2 + place % 3}" for place in range(60))]
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    data = (mark + "\n".join(lines)).encode(encoding)
    file = tmp_path / "e.csv"
    file.write_bytes(gzip.compress(data) if packed else data)
    answer = ask(file, "--outcome", '"svar, å"', "--unit", "row", "--control", "a")
    assert (answer["arms"][0]["outcome"], answer["n"]) == ("svar, å", 60)
    assert answer["arms"][0]["effect"] == pytest.approx(1)


def test_the_largest_numbers_are_computed_without_a_fault(tmp_path: Path) -> None:
    rows = [place % 2 * 2e29 + place % 3 * 1e29 for place in range(60)]
    columns = {
        "arm": ["a", "b"] * 30,
        "y": rows,
        "w": [1e30, 2e29, 1e29] * 20,
        "x": [place // 2 % 3 * 5e29 for place in range(60)],
    }
    file = write(tmp_path / "e.csv", columns)
    for options in (["--weight", "w"], ["--weight", "w", "--covariates", "x"], ["--strata", "x"]):
        found = ask(file, "--control", "a", *options)["arms"][0]
        assert math.isfinite(found["effect"])
        assert math.isfinite(found["p"])


def test_a_control_group_that_is_not_found_tells_what_the_arms_are_called(tmp_path: Path) -> None:
    file = write(tmp_path / "e.csv", {"arm": ["True", "False"] * 30, "y": range(60)})
    assert ask(file, "--control", "0", code=1)["warnings"] == ["the arms are called 'False', 'True'"]


def test_weights_that_one_arm_lacks_more_than_another_are_warned_of(tmp_path: Path) -> None:
    weights = ["" if place % 2 and place % 5 < 2 else 1 for place in range(200)]
    file = write(tmp_path / "e.csv", {"arm": ["a", "b"] * 100, "y": [place % 7 for place in range(200)], "w": weights})
    warnings = ask(file, "--control", "a", "--weight", "w")["warnings"]
    assert any("(a: 0 of 100, b: 40 of 100): the arms lost unlike shares" in told for told in warnings)


def test_a_table_for_people_says_the_claim_and_every_arm(tmp_path: Path) -> None:
    file = write(tmp_path / "e.csv", experiment())
    given = ["study", str(file), "--arm", "arm", "--outcome", "y", "--control", "ingen", "--received", "received"]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == 0
    assert result.stdout.startswith("an effect is shown")
    assert all(arm in result.stdout for arm in ARMS)


def test_few_outcomes_get_an_interval_that_agrees_with_p_and_stays_a_share(tmp_path: Path) -> None:
    columns = {"arm": ["a"] * 100 + ["b"] * 100, "y": [0] * 100 + [1] * 8 + [0] * 92}
    found = ask(write(tmp_path / "e.csv", columns), "--control", "a")["arms"][0]
    assert 0 < found["ci_low"] < 0.08 < found["ci_high"] < 0.16
    assert 0.001 < found["p"] < 0.05


@settings(max_examples=25, deadline=None)
@given(some.lists(some.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels_and_never_below_p(values: list[float]) -> None:
    from statsmodels.stats.multitest import multipletests

    adjusted = holm(values)
    assert adjusted == pytest.approx(multipletests(values, method="holm")[1], abs=1e-12)
    assert all(after >= before for after, before in zip(adjusted, values, strict=True))


@settings(max_examples=50, deadline=None)
@given(some.lists(some.tuples(some.floats(-5, 5), some.floats(0.01, 4)), min_size=2, max_size=8))
def test_shrinking_never_leaves_the_range_nor_favours_the_best(pairs: list[tuple[float, float]]) -> None:
    estimates = [estimate for estimate, _ in pairs]
    shrunken = shrink(estimates, [variance for _, variance in pairs])
    assert max(one.estimate for one in shrunken) <= max(estimates) + 1e-9
    assert min(one.estimate for one in shrunken) >= min(estimates) - 1e-9
    assert all(one.low <= one.estimate <= one.high for one in shrunken)


def test_planned_looks_pass_the_published_boundaries() -> None:
    """Five equal looks, two-sided 0.05, O'Brien–Fleming spending: Jennison and Turnbull (2000), table 7.2's family."""
    assert looks_spending.boundaries([0.2, 0.4, 0.6, 0.8, 1]) == pytest.approx(
        [4.8769, 3.3570, 2.6803, 2.2898, 2.0310], abs=2e-4
    )
    assert looks_spending.boundaries([1.0]) == pytest.approx([1.959964], abs=1e-6)


def test_an_open_dashboard_has_a_wider_interval_than_one_look() -> None:
    assert looks_spending.confidence_sequence(1.0, 20_000, 20_000) > 2.5
    assert looks_spending.confidence_sequence(1.0, 200, 20_000) > 4


def test_households_widen_what_sizes_of_arms_chance_may_give() -> None:
    from scipy.stats import chisquare

    counts, shares = {"a": 520, "b": 480, "c": 100}, {"a": 0.45, "b": 0.45, "c": 0.1}
    expected = chisquare(list(counts.values()), [495, 495, 110])
    assert shares_p(counts, shares) == pytest.approx(expected.pvalue, abs=1e-12)
    assert shares_p(counts, shares, 2.0) > expected.pvalue


def test_five_pairs_of_areas_never_show_an_effect_and_twenty_areas_are_asked_for() -> None:
    assert matched_pairs.sign_flip_p([5.0, 4.0, 6.0, 5.5, 7.0]) == pytest.approx(2 / 32)
    with pytest.raises(ValueError, match="too few"):
        matched_pairs.pair_areas({str(place): 1.0 for place in range(19)})
    assert matched_pairs.pair_areas({str(place): float(place) for place in range(20)})[0] == ("0", "1")


@pytest.mark.parametrize("singles", [1, 2])
def test_strata_with_one_control_each_are_not_joined_with_others_of_another_level(tmp_path: Path, singles: int) -> None:
    random = numpy.random.default_rng(3)
    sizes = [(30, 30, 10.0)] * 3 + [(19, 1, 60.0)] * singles
    rows = [
        (str(place), arm, level + random.normal())
        for place, (treated, control, level) in enumerate(sizes)
        for arm in ["brev"] * treated + ["inget"] * control
    ]
    columns = dict(zip(("place", "arm", "y"), map(list, zip(*rows, strict=True)), strict=True))
    found = ask(write(tmp_path / "e.csv", columns), "--control", "inget", "--strata", "place")
    (arm,) = found["arms"]
    assert found["claim"] == "no_effect_shown"
    assert abs(arm["effect"]) < 1
    assert arm["ci_low"] < 0 < arm["ci_high"]
    assert arm["ci_high"] - arm["ci_low"] < 2


@pytest.mark.parametrize(("no", "yes"), [(0, 100), (1, 2), (-3, 0)])
def test_the_claim_does_not_depend_on_how_yes_and_no_are_written(tmp_path: Path, no: int, yes: int) -> None:
    acts = [0] * 12 + [1] * 4 + [0] * 8
    columns = {"arm": ["a"] * 12 + ["b"] * 12, "y": acts, "other": [no + (yes - no) * act for act in acts]}
    file = write(tmp_path / "e.csv", columns)
    (share,), (coded,) = (ask(file, "--control", "a", "--outcome", name)["arms"] for name in ("y", "other"))
    assert coded["p"] == pytest.approx(share["p"])
    for name in ("effect", "se", "ci_low", "ci_high"):
        assert coded[name] == pytest.approx((yes - no) * share[name])


@pytest.mark.parametrize("values", [(5, 6), (0, 100)])
@pytest.mark.parametrize("covariates", [(), ("--covariates", "x")])
def test_arms_without_any_variation_are_no_proof_of_an_effect(
    tmp_path: Path, values: tuple[int, int], covariates: tuple[str, ...]
) -> None:
    columns = {"arm": ["a"] * 3 + ["b"] * 3, "y": [values[0]] * 3 + [values[1]] * 3, "x": [1, 2, 4, 2, 3, 1]}
    (arm,) = ask(write(tmp_path / "e.csv", columns), "--control", "a", *covariates)["arms"]
    assert arm["effect"] == pytest.approx(values[1] - values[0])
    assert arm["se"] > 0
    assert arm["p"] > 0.001


@pytest.mark.parametrize(
    ("broken", "told"),
    [(lambda value: f"{value:.3f}".replace(".", ","), "decimal comma"),
     (lambda value: "okänd" if value > 12 else f"{value:.3f}", "values that are none")],
)  # fmt: skip
def test_a_column_of_broken_numbers_never_hides_an_imbalance(
    tmp_path: Path, broken: Callable[[float], str], told: str
) -> None:
    random = numpy.random.default_rng(1)
    arm = numpy.repeat(["a", "b"], 200)
    before = random.normal(size=400) + numpy.where(arm == "b", 10, 0)
    columns = {"arm": list(arm), "y": list(random.integers(0, 2, 400)), "x": [broken(value) for value in before]}
    given = ["study", str(write(tmp_path / "e.csv", columns)), "--arm", "arm", "--outcome", "y", "--control", "a"]
    result = CliRunner().invoke(app, [*given, "--covariates", "x"])
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


def test_days_before_the_draw_show_an_imbalance_as_numbers_do(tmp_path: Path) -> None:
    random = numpy.random.default_rng(1)
    days = [f"20{20 + place // 100:02}-{1 + place % 12:02}-{1 + place % 28:02}" for place in range(400)]
    columns = {"arm": ["a"] * 200 + ["b"] * 200, "y": list(random.integers(0, 2, 400)), "x": days}
    found = ask(write(tmp_path / "e.csv", columns), "--control", "a", "--covariates", "x", code=1)
    assert (found["claim"], found["reason"]) == ("refused", "imbalance")


def test_covariates_of_whole_clusters_take_freedom_of_the_clusters(tmp_path: Path) -> None:
    random = numpy.random.default_rng(5)
    cluster, wide = numpy.repeat(numpy.arange(110), 4), []
    values = random.normal(size=(110, 5))
    arm = random.permutation(110) % 2
    outcome = (values.sum(axis=1) + random.normal(size=110))[cluster] + random.normal(size=440)
    columns = {"arm": list(arm[cluster]), "y": list(outcome), "c": list(cluster)}
    columns |= {f"x{place}": list(values[cluster, place]) for place in range(5)}
    file = write(tmp_path / "e.csv", columns)
    for names in ("x0", "x0,x1,x2,x3,x4"):
        (found,) = ask(file, "--control", "0", "--cluster", "c", "--covariates", names)["arms"]
        wide.append((found["ci_high"] - found["ci_low"]) / found["se"])
    assert wide[1] > wide[0]
