"""The contact plan against an independent programme: limits, floors, optimum, prices, contradictions, simpler rules."""

from dataclasses import replace
from itertools import product
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from tasks.contact_plan import Cell, Contacts, Infeasible, Limits, Option, Plan, Setup, demands, solve
from tasks.contact_sequences import shape_of
from tasks.plan_blocks import BUDGET, CARBON, EFFECT
from tasks.plan_contradictions import contradiction, is_possible
from tasks.plan_prices import choices, fairness_curve, price_of
from tasks.plan_programme import Programme
from tasks.plan_rules import adding_greedy, cheapest_first, one_channel_to_everybody, swapping_greedy
from tasks.planned_units import plan_units

COSTS = {"email": (0.02, 0.0003), "letter": (9.5, 0.02), "sms": (0.5, 0.001)}
MIXED_GAP = 2e-4
Column = tuple[Cell, Contacts, float, float, float, dict[tuple[int, str], int]]


@st.composite
def a_cell(draw: st.DrawFn, number: int) -> Cell:
    size = draw(st.integers(1, 3))
    waves = []
    for _ in range(2):
        names = sorted(draw(st.lists(st.sampled_from(sorted(COSTS)), unique=True, max_size=2)))
        waves.append(tuple(option(name, draw(st.floats(0.01, 0.5)), size) for name in names))
    groups = draw(st.sampled_from([{}, {"old": 1}, {"young": size}]))
    language, contacts = draw(st.sampled_from(["sv", "en"])), draw(st.integers(1, 3))
    return Cell(f"c{number}", draw(st.integers(0, 5)), size, groups, tuple(waves), contacts, language)


def option(name: str, rate: float, size: int) -> Option:
    messages = 1 if name == "letter" else size
    sek, co2 = COSTS[name]
    return Option(name, rate, sek * messages, co2 * messages, messages)


cells = st.integers(1, 4).flatmap(lambda number: st.tuples(*(a_cell(each) for each in range(number)))).map(list)
limits = st.builds(
    Limits,
    st.floats(0, 150),
    st.floats(0, 0.3),
    st.dictionaries(st.sampled_from(["old", "young"]), st.floats(0, 1)),
    st.dictionaries(st.sampled_from([(0, "letter"), (1, "sms")]), st.integers(0, 6)),
    st.lists(
        st.builds(
            Setup,
            st.sampled_from(["letter", "sms"]),
            st.sampled_from([None, "sv", "en"]),
            st.floats(0, 30),
            st.just(0.0),
        ),
        max_size=2,
        unique_by=lambda setup: (setup.channel, setup.language),
    ),
)


def columns_of(crowd: list[Cell]) -> list[Column]:
    """Every sequence of every cell, spelt out the slow and plain way."""
    found = []
    for cell in crowd:
        options = cell.options()
        for sequence in product(*([None, *(each.channel for each in wave)] for wave in cell.waves)):
            pairs = [(wave, name) for wave, name in enumerate(sequence) if name is not None]
            if not 0 < len(pairs) <= cell.contacts:
                continue
            silent = 1.0
            for order, (wave, name) in enumerate(pairs):
                repeats = sum(other == name for _, other in pairs[:order])
                silent *= 1 - options[wave, name].rate * 0.8**order * 0.7**repeats
            sek, co2 = (sum(getattr(options[pair], what) for pair in pairs) for what in ("cost_sek", "co2_kg"))
            used = {pair: options[pair].messages for pair in pairs}
            found.append((cell, sequence, cell.size * (1 - silent), sek, co2, used))
    return found


def independent_best(crowd: list[Cell], given: Limits) -> float | None:
    """The best effect that scipy's solver finds in whole units; None where it finds no plan at all."""
    columns, needed = columns_of(crowd), demands(crowd, given.floors)
    none = [0.0] * len(given.setups)
    rows: list[list[float]] = [[c[3] for c in columns] + [setup.sek for setup in given.setups]]
    rows.append([c[4] for c in columns] + [setup.co2_kg for setup in given.setups])
    low, high = [-inf, -inf], [given.sek, given.co2_kg]
    for pair, most in given.capacity.items():
        rows.append([float(c[5].get(pair, 0)) for c in columns] + none)
        low, high = [*low, -inf], [*high, most]
    for cell in crowd:
        rows.append([float(c[0] is cell) for c in columns] + none)
        low, high = [*low, 0.0], [*high, float(cell.units)]
    for group, least in needed.items():
        rows.append([float(c[0].groups.get(group, 0)) for c in columns] + none)
        low, high = [*low, float(least)], [*high, inf]
    for number, setup in enumerate(given.setups):
        uses = [float(setup.channel in c[1] and setup.language in (None, c[0].language)) for c in columns]
        rows.append(uses + [-1000.0 * (number == other) for other in range(len(given.setups))])
        low, high = [*low, -inf], [*high, 0.0]
    if not columns:
        return None if any(needed.values()) else 0.0
    found = milp(
        -np.array([c[2] for c in columns] + none),
        constraints=LinearConstraint(np.array(rows), low, high),
        integrality=np.ones(len(columns) + len(none)),
        bounds=Bounds(0, np.array([inf] * len(columns) + [1.0] * len(none))),
    )
    return None if found.x is None else float(-found.fun)


def spent(crowd: list[Cell], units: dict[tuple[str, Contacts], int]) -> tuple[float, float, dict[str, int], bool]:
    """Kronor, kilograms, persons reached by group, and whether no cell gives more units or contacts than it has."""
    by_name, sek, co2 = {cell.name: cell for cell in crowd}, 0.0, 0.0
    reached: dict[str, int] = {}
    for (name, sequence), count in units.items():
        options = by_name[name].options()
        used = [options[wave, channel] for wave, channel in enumerate(sequence) if channel is not None]
        sek, co2 = sek + count * sum(u.cost_sek for u in used), co2 + count * sum(u.co2_kg for u in used)
        for group, members in by_name[name].groups.items():
            reached[group] = reached.get(group, 0) + count * members
    fits = all(
        sum(n for (name, _), n in units.items() if name == cell.name) <= cell.units
        and all(sum(map(bool, sequence)) <= cell.contacts for name, sequence in units if name == cell.name)
        for cell in crowd
    )
    return sek, co2, reached, fits


def keeps_everything(crowd: list[Cell], given: Limits, units: dict[tuple[str, Contacts], int], opened: Any) -> bool:
    sek, co2, reached, fits = spent(crowd, units)
    total, carbon = sek + sum(s.sek for s in opened), co2 + sum(s.co2_kg for s in opened)
    full = [
        sum(
            n * cell.options()[pair].messages
            for cell in crowd for (name, sequence), n in units.items()
            if name == cell.name and sequence[pair[0]] == pair[1]
        ) <= most
        for pair, most in given.capacity.items()
    ]  # fmt: skip
    floors = [reached.get(group, 0) >= least for group, least in demands(crowd, given.floors).items()]
    return fits and total <= given.sek + 1e-9 and carbon <= given.co2_kg + 1e-9 and all(full) and all(floors)


@settings(deadline=None, max_examples=60)
@given(cells, limits)
def test_a_plan_keeps_every_demand_and_is_refused_only_where_an_independent_programme_finds_none(
    crowd: list[Cell], given: Limits
) -> None:
    best = independent_best(crowd, given)
    if best is None:
        with pytest.raises(Infeasible):
            solve(crowd, given)
        return
    plan = solve(crowd, given)
    assert keeps_everything(crowd, given, dict(plan.units), plan.opened)
    largest = max((column[2] for column in columns_of(crowd)), default=0.0)
    assert best - 3 * largest - 1e-6 <= plan.effect <= best * (1 + MIXED_GAP) + 1e-6
    assert plan.duality_gap <= 1e-6


@settings(deadline=None, max_examples=40)
@given(cells, limits, st.sampled_from([0.05, 0.2]))
def test_exploration_keeps_every_demand_too_and_its_chances_add_up(
    crowd: list[Cell], given: Limits, share: float
) -> None:
    try:
        planned = plan_units(crowd, given, share, "run")
    except Infeasible:
        return
    units: dict[tuple[str, Contacts], int] = {}
    for each in planned.given:
        units[each.cell, each.sequence] = units.get((each.cell, each.sequence), 0) + each.last - each.first + 1
    assert keeps_everything(crowd, given, units, planned.opened)
    for cell in crowd:
        ranks = [rank for each in planned.given if each.cell == cell.name for rank in range(each.first, each.last + 1)]
        assert ranks == list(range(1, len(ranks) + 1))
        chances = {each.sequence: each.propensity for each in planned.given if each.cell == cell.name}
        assert sum(chances.values()) <= 1 + 1e-9
        assert all(0 < chance <= 1 + 1e-9 for chance in chances.values())


@settings(deadline=None, max_examples=60)
@given(cells, limits, st.sampled_from([0.0, 0.1]))
def test_max_min_is_never_refused_where_the_floors_can_be_kept(crowd: list[Cell], given: Limits, share: float) -> None:
    if independent_best(crowd, given) is None:
        return
    planned = plan_units(crowd, replace(given, max_min=True), share, "run")
    units: dict[tuple[str, Contacts], int] = {}
    for each in planned.given:
        units[each.cell, each.sequence] = units.get((each.cell, each.sequence), 0) + each.last - each.first + 1
    assert keeps_everything(crowd, given, units, planned.opened)


@settings(deadline=None, max_examples=60)
@given(cells, limits)
def test_a_contradiction_is_smallest_and_what_it_says_is_needed_is_enough(crowd: list[Cell], given: Limits) -> None:
    if independent_best(crowd, given) is not None:
        return
    found = contradiction(crowd, given)
    kept = {group: given.floors[group] for group in found.floors}
    for row, needed in found.needed.items():
        if needed < inf:
            assert needed > found.ceilings[row] - 1e-6
            enough = _with_ceilings(given, kept, {**found.ceilings, row: needed * (1 + 1e-9) + 1e-6})
            assert is_possible(crowd, enough)
    assert not is_possible(crowd, _with_ceilings(given, kept, found.ceilings))
    lowered = {group: min(share, found.reachable) for group, share in kept.items()}
    assert found.reachable == 0 or is_possible(crowd, _with_ceilings(given, lowered, found.ceilings))
    for group in kept:
        others = {name: share for name, share in kept.items() if name != group}
        assert is_possible(crowd, _with_ceilings(given, others, found.ceilings))


def _with_ceilings(given: Limits, floors: dict[str, float], ceilings: Any) -> Limits:
    capacity = {row[1]: most for row, most in ceilings.items() if row[0] == "capacity"}
    return Limits(ceilings.get(BUDGET, inf), ceilings.get(CARBON, inf), floors, capacity, given.setups)


def city(seed: int, *, sek: float = 30_000, floors: float = 0.0, setups: bool = False) -> tuple[list[Cell], Limits]:
    """Thirty segments of some thousands, four channels, two waves."""
    draw = np.random.default_rng(seed)
    names, costs, carbon = ("email", "sms", "letter", "visit"), (0.02, 0.5, 9.5, 40.0), (0.0003, 0.001, 0.02, 0.5)
    crowd = []
    for number in range(30):
        usable = [place for place in range(4) if draw.random() < 0.6] or [2]
        rates = np.clip(draw.uniform(0.02, 0.1, 4) * draw.lognormal(0, 0.4, 4), 0, 0.6)
        offers = tuple(Option(names[place], float(rates[place]), costs[place], carbon[place]) for place in usable)
        units = int(draw.integers(100, 4000))
        crowd.append(Cell(f"s{number:02}", units, 1, {f"g{number % 5}": 1}, (offers, offers), 2, "sv"))
    paid = [Setup("letter", None, 2500.0, 1.0), Setup("visit", None, 5000.0, 1.0)] if setups else []
    return crowd, Limits(sek, sek / 200, {f"g{number}": floors for number in range(5)}, {(0, "sms"): 9000}, paid)


def as_rows(plan: Plan) -> list[tuple[Any, ...]]:
    return sorted((name, tuple(str(c) for c in sequence), n) for (name, sequence), n in plan.units.items())


def test_the_plan_does_not_depend_on_the_order_of_the_cells() -> None:
    crowd, given = city(1, sek=200_000, floors=0.7, setups=True)
    assert as_rows(solve(crowd, given)) == as_rows(solve(crowd[::-1], given))


def test_of_equal_sequences_the_earlier_wave_and_the_channel_named_first_are_taken() -> None:
    offers = (Option("email", 0.1, 1.0, 0.0), Option("sms", 0.1, 1.0, 0.0))
    plan = solve([Cell("c", 10, 1, {}, (offers, offers), 1)], Limits(5.0, 1.0))
    assert plan.units == {("c", ("email", None)): 5}


def test_later_contacts_and_repeats_of_a_channel_do_less() -> None:
    shape = shape_of((("a", "b"), ("a", "b")), 2)
    done = dict(zip(shape.sequences, shape.responses(np.full((1, 4), 0.5))[0], strict=True))
    assert done["a", None] == pytest.approx(0.5)
    assert done["a", "b"] == pytest.approx(1 - 0.5 * (1 - 0.4))
    assert done["a", "a"] == pytest.approx(1 - 0.5 * (1 - 0.28))


@pytest.mark.parametrize("seed", range(4))
def test_no_simple_rule_does_better_and_adding_contacts_one_by_one_does_worse(seed: int) -> None:
    crowd, given = city(seed, floors=0.5)
    plan = solve(crowd, given)
    rules = [swapping_greedy(crowd, given), adding_greedy(crowd, given), cheapest_first(crowd, given)]
    rules.append(one_channel_to_everybody(crowd, given, "email"))
    assert all(plan.effect >= rule.effect * (1 - 1e-6) - 3 for rule in rules)
    assert all(rule.sek <= given.sek + 1e-6 and rule.co2_kg <= given.co2_kg + 1e-6 for rule in rules)
    assert rules[1].effect < plan.effect


@pytest.mark.parametrize("setups", [False, True])
def test_a_price_is_confirmed_by_solving_again_inside_its_range(setups: bool) -> None:
    crowd, given = city(3, setups=setups)
    programme = Programme(crowd, given)
    base = programme.best()
    bound = []
    for row in (BUDGET, CARBON):
        price = price_of(programme, row, base)
        assert price.low <= price.amount <= price.high
        for amount in np.linspace(price.low, price.high, 5):
            programme.change_limit(row, float(amount))
            moved = programme.optimise(EFFECT).value - base.value
            assert moved == pytest.approx(price.gain * (amount - price.amount), rel=0.01, abs=1e-4)
        programme.change_limit(row, price.amount)
        bound.append(price.gain > 0)
    assert any(bound)


def test_every_choice_is_worth_at_least_what_came_second() -> None:
    crowd, given = city(2, sek=400_000, floors=0.9)
    programme = Programme(crowd, given)
    for choice in choices(programme, programme.best()):
        assert choice.net >= choice.second_net - 1e-6
        parts = choice.effect - choice.budget - choice.carbon - choice.capacity - choice.setup + choice.equity
        assert choice.net == pytest.approx(parts)


def test_fairness_never_gains_effect_and_says_how_far_it_can_go() -> None:
    crowd, given = city(5, sek=6_000)
    curve = fairness_curve(crowd, given, sorted(given.floors))
    effects = [level.effect for level in curve if level.effect is not None]
    assert [level.share for level in curve] == [0.0, 0.8, 0.9, 0.95]
    assert effects == sorted(effects, reverse=True)
    for level in curve:
        assert level.effect is not None or (level.most is not None and level.most < level.share)


def test_max_min_lifts_the_group_that_is_reached_least() -> None:
    crowd, given = city(5, sek=6_000)
    lowest = []
    for max_min in (False, True):
        plan = solve(crowd, Limits(given.sek, given.co2_kg, given.floors, given.capacity, (), max_min))
        reached = spent(crowd, dict(plan.units))[2]
        people = demands(crowd, dict.fromkeys(given.floors, 1.0))
        lowest.append(min(reached.get(group, 0) / people[group] for group in people))
    highest = Programme(crowd, given).highest_level()
    assert lowest[0] < lowest[1] <= highest + 1e-9
    assert lowest[1] >= highest * 0.995


def test_a_channel_that_costs_nothing_and_does_nothing_does_not_stop_the_comparison() -> None:
    idle = Option("free", 0.0, 0.0, 0.0)
    crowd = [Cell("c", 3, 1, {"x": 1}, ((idle, Option("letter", 0.1, 9.5, 0.02)),), 1)]
    assert swapping_greedy(crowd, Limits(100, 100, {"x": 0.5})).effect == pytest.approx(0.3)


def test_a_price_tells_of_a_kink_close_by() -> None:
    email, letter = Option("email", 0.1, 0.02, 0.0003), Option("letter", 0.05, 9.5, 0.02)
    crowd = [Cell("a", 2000, 1, {}, ((email,),), 1), Cell("b", 500, 1, {}, ((letter,),), 1)]
    programme = Programme(crowd, Limits(1e5, 0.5))
    base = programme.best()
    price = price_of(programme, CARBON, base)
    for amount in np.linspace(price.low, price.high, 9):
        programme.change_limit(CARBON, float(amount))
        moved = programme.optimise(EFFECT).value - base.value
        assert moved == pytest.approx(price.gain * (amount - price.amount), rel=0.01, abs=1e-4)
    assert price.gain == pytest.approx(0.1 / 0.0003, rel=0.01)


def test_what_is_needed_counts_set_ups_and_takes_the_cheapest_way() -> None:
    offers = (Option("letter", 0.15, 9.5, 0.02), Option("sms", 0.05, 20.0, 0.001))
    crowd = [Cell("old", 100, 1, {"old": 1}, (offers,), 1, "sv")]
    setups = [Setup("letter", None, 2500.0, 1.0), Setup("letter", "sv", 1200.0, 0.0)]
    found = contradiction(crowd, Limits(100, 100, {"old": 0.5}, {}, setups))
    assert found.needed[BUDGET] == pytest.approx(1000)
    assert 0.04 < found.reachable <= 0.05


def test_max_min_leaves_nobody_out_of_a_small_group_by_rounding() -> None:
    letter, email = Option("letter", 0.01, 10.0, 0.0), Option("email", 0.2, 1.0, 0.0)
    crowd = [
        Cell("a", 9, 1, {"g": 1}, ((letter,), ()), 1),
        Cell("b", 100, 1, {"h": 1}, ((email,), (email,)), 2),
    ]
    given = Limits(190, inf, {"g": 0.0, "h": 0.0}, {}, (), max_min=True)
    planned = plan_units(crowd, given, 0.0, "run")
    assert sum(each.last - each.first + 1 for each in planned.given if each.cell == "a") == 9


def test_no_ceiling_is_passed_by_rounding() -> None:
    plan = solve([Cell("c", 100, 1, {}, ((Option("letter", 0.1, 500.0, 0.0),),), 1)], Limits(2499.9996, inf))
    assert plan.sek == 2000
