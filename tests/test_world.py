from dataclasses import replace
from pathlib import Path

import pandas
import pytest
from evaluation_city import city, deliver_to_treated, population_file

from tasks import store
from tasks.evaluation import evaluate
from tasks.experiment_design import half_width
from tasks.outcomes import import_outcomes
from tasks.workplace import Workplace
from tasks.world import simulate_outcomes

pytestmark = pytest.mark.usefixtures("kept_open")

HOUSEHOLDS = 800


def prepared(workplace: Workplace, seed: int, share: float = 0.1) -> tuple[str, Path]:
    run = city(workplace, HOUSEHOLDS, seed, share)
    deliver_to_treated(workplace, run)
    return run, population_file(workplace, HOUSEHOLDS).parent


def test_the_same_seed_gives_the_same_world(workplace: Workplace, tmp_path: Path) -> None:
    run, folder = prepared(workplace, seed=1)
    files = [simulate_outcomes(workplace, run, folder, seed, tmp_path / f"{number}.csv").outcomes_file
             for number, seed in enumerate((5, 5, 6))]  # fmt: skip
    same, again, other = (file.read_bytes() for file in files)
    assert same == again
    assert same != other


def test_every_household_of_the_experiment_is_observed_at_every_look(workplace: Workplace, tmp_path: Path) -> None:
    run, folder = prepared(workplace, seed=1)
    world = simulate_outcomes(workplace, run, folder, 1, tmp_path / "outcomes.csv")
    rows = pandas.read_csv(world.outcomes_file)
    assert list(rows.columns) == ["household_id", "outcome", "value", "observed_on"]
    assert rows.groupby("observed_on").household_id.nunique().to_dict() == {
        "2027-02-17": HOUSEHOLDS,
        "2027-04-18": HOUSEHOLDS,
    }
    assert 0.12 < world.true_effect < 0.30
    assert world.true_effects[1] > world.true_effects[0]
    counts = import_outcomes(workplace, run, world.outcomes_file)
    assert (counts.stored, counts.rejected) == (2 * HOUSEHOLDS, {})


def test_households_that_were_not_reached_hardly_change(workplace: Workplace, tmp_path: Path) -> None:
    run = city(workplace, HOUSEHOLDS, 1)
    world = simulate_outcomes(
        workplace, run, population_file(workplace, HOUSEHOLDS).parent, 1, tmp_path / "outcomes.csv"
    )
    assert 0 <= world.true_effect < 0.05


@pytest.mark.slow
def test_the_true_effect_lies_in_the_interval_and_the_interval_is_as_narrow_as_designed(
    workplace: Workplace, tmp_path: Path
) -> None:
    inside, widths = 0, []
    for seed in range(6):
        place = replace(workplace, home=tmp_path / f"home-{seed}")
        run, folder = prepared(place, seed)
        world = simulate_outcomes(place, run, folder, seed, tmp_path / "outcomes.csv")
        import_outcomes(place, run, world.outcomes_file)
        arm = evaluate(place, run, 1)["arms"][0]
        inside += arm["ci_low"] <= world.true_effect <= arm["ci_high"]
        widths.append((arm["ci_high"] - arm["ci_low"]) / 2)
    with store.writing(place) as connection:
        rows = connection.execute(
            "SELECT arm, count(DISTINCT household_key) FROM audience GROUP BY arm ORDER BY arm"
        ).fetchall()
    held_out, treated = (count for _, count in rows)
    assert inside >= 5
    assert max(widths) <= 1.2 * half_width(0.31, treated, held_out)
