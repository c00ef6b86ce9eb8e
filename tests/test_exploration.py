"""Who gets a random plan: how many, which plans, at what cost and with which propensity."""

import random
from collections import Counter
from math import floor, inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.exploration import Crowd, Exploration, Offer, explore, propensity

CALM = settings(max_examples=60, deadline=None)
PLANS = [("email",), ("letter",), ("sms", "letter"), (None, "email"), (), (None, None)]

offers = st.builds(Offer, st.sampled_from(PLANS), st.floats(0, 30), st.floats(0, 0.1))
crowds = st.lists(
    st.builds(
        Crowd,
        st.text("abcdefgh", min_size=1, max_size=4),
        st.integers(0, 300),
        st.lists(offers, max_size=6, unique_by=lambda offer: offer.plan).map(tuple),
    ),
    max_size=12,
    unique_by=lambda crowd: crowd.name,
)


def crowd(name: str, units: int, *plans: tuple[str | None, ...], sek: float = 0.0) -> Crowd:
    return Crowd(name, units, tuple(Offer(plan, sek, 0.0) for plan in plans))


def total(found: Exploration) -> int:
    return sum(count for plans in found.plans.values() for _, count in plans)


@CALM
@given(crowds, st.floats(0, 1), st.text(max_size=5))
def test_the_share_of_all_who_can_be_reached_explores_to_the_nearest_one(
    crowds: list[Crowd], share: float, salt: str
) -> None:
    reached = sum(crowd.units for crowd in crowds if crowd.choices)
    found = explore(crowds, share, salt)
    explorers = floor(share * reached + 0.5)
    assert total(found) == explorers
    for each in crowds:
        even = explorers * each.units / reached if each.choices and reached else 0
        assert abs(found.explored(each.name) - even) <= 1
        assert found.explored(each.name) <= each.units


@CALM
@given(crowds, st.floats(0, 1), st.floats(0, 5000), st.floats(0, 20), st.text(max_size=5))
def test_exploring_never_costs_more_than_its_share_of_kronor_and_carbon(
    crowds: list[Crowd], share: float, sek: float, co2_kg: float, salt: str
) -> None:
    found = explore(crowds, share, salt, sek, co2_kg)
    prices = {(crowd.name, offer.plan): offer for crowd in crowds for offer in crowd.offers}
    given = [(prices[name, plan], count) for name, plans in found.plans.items() for plan, count in plans]
    assert sum(offer.cost_sek * count for offer, count in given) <= share * sek + 1e-9
    assert sum(offer.co2_kg * count for offer, count in given) <= share * co2_kg + 1e-9
    assert found.cost_sek == pytest.approx(sum(offer.cost_sek * count for offer, count in given))
    assert found.co2_kg == pytest.approx(sum(offer.co2_kg * count for offer, count in given))


@CALM
@given(crowds, st.floats(0, 1), st.floats(0, 5000), st.text(max_size=5), st.randoms(use_true_random=False))
def test_who_explores_never_depends_on_the_order(
    crowds: list[Crowd], share: float, sek: float, salt: str, shuffler: random.Random
) -> None:
    shuffled = [Crowd(one.name, one.units, tuple(shuffler.sample(one.offers, len(one.offers)))) for one in crowds]
    shuffler.shuffle(shuffled)
    assert explore(shuffled, share, salt, sek) == explore(crowds, share, salt, sek)


@CALM
@given(crowds, st.floats(0, 1), st.text(max_size=5))
def test_plans_of_a_crowd_differ_by_one_unit_at_most_and_nobody_is_never_left_out_to_try(
    crowds: list[Crowd], share: float, salt: str
) -> None:
    found = explore(crowds, share, salt)
    for each in crowds:
        counts = dict(found.plans.get(each.name, ()))
        assert all(any(plan) for plan in counts)
        dealt = [counts.get(offer.plan, 0) for offer in each.choices]
        assert not dealt or max(dealt) - min(dealt) <= 1


def test_too_dear_an_exploration_is_scaled_down_and_not_given_up() -> None:
    dear = [crowd(f"{number:02}", 1000, ("letter",), sek=10) for number in range(10)]
    assert total(explore(dear, 0.05, "s")) == 500
    assert total(explore(dear, 0.05, "s", sek=20_000)) == 100
    assert total(explore(dear, 0.05, "s", sek=0)) == 0
    assert total(explore(dear, 0.05, "s", sek=inf, co2_kg=0)) == 500


def test_every_plan_has_the_same_chance_over_salts() -> None:
    counts: Counter[object] = Counter()
    for salt in range(600):
        for plans in explore([crowd("one", 20, ("a",), ("b",), ("c",))], 0.05, str(salt)).plans.values():
            counts.update({plan: count for plan, count in plans})
    assert sum(counts.values()) == 600
    assert all(150 < counts[plan] < 250 for plan in (("a",), ("b",), ("c",)))


def test_every_small_crowd_has_the_same_chance_over_salts() -> None:
    small = [crowd(f"{number}", 4, ("email",)) for number in range(10)]
    counts: Counter[str] = Counter(name for salt in range(1000) for name in explore(small, 0.05, str(salt)).plans)
    assert sum(counts.values()) == 2000
    assert all(140 < counts[one.name] < 260 for one in small)


@CALM
@given(st.integers(1, 500), st.floats(0, 1), st.lists(st.integers(0, 100), min_size=1, max_size=6))
def test_the_propensities_of_a_crowd_add_up_to_one(units: int, share: float, weights: list[int]) -> None:
    explored = round(share * units)
    planned = [(units - explored) * weight // max(sum(weights), 1) for weight in weights]
    nobody = units - explored - sum(planned)
    chances = [propensity(units, explored, len(weights), count) for count in planned]
    assert sum(chances) + propensity(units, explored, len(weights), nobody, reaches=False) == pytest.approx(1)


def test_the_propensity_is_that_of_exploring_plus_that_of_the_plan() -> None:
    units, explored, planned = 200, 10, 95
    by_hand = (10 / 200) * (1 / 4) + (1 - 10 / 200) * 95 / (200 - 10)
    assert propensity(units, explored, 4, planned) == pytest.approx(by_hand)
