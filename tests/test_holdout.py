"""The control group: whole clusters, exact shares, the same whatever the order, and an honest design."""

from collections import Counter
from collections.abc import Mapping
from math import floor, sqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_city import begin, brief, rows, selected

from campaigns.brief import Holdout
from tasks import audience, experiment_design, runs
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def person(number: int, household: int, email: int, segment: str = "a") -> Mapping[str, Any]:
    address = f"mail{email}" if email else ""
    return {"person": f"p{number:03}", "household": f"h{household}", "email": address, "segment": segment, "traits": {}}


people = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from("ab")), min_size=1, max_size=40
).map(lambda drawn: [person(number, *one) for number, one in enumerate(drawn)])


def components(crowd: list[Mapping[str, Any]], *, households: bool = True) -> list[set[str]]:
    """Group people who share a household or an e-mail address, the slow and plain way."""
    groups: list[set[str]] = [{one["person"]} for one in crowd]
    names = ("household", "email") if households else ("email",)
    for name in names:
        for value in {one[name] for one in crowd if one[name]}:
            sharing = {one["person"] for one in crowd if one[name] == value}
            met = [group for group in groups if group & sharing]
            groups = [group for group in groups if not group & sharing] + [set().union(*met)]
    return groups


def arms(workplace: Workplace, run: str) -> dict[str, str | None]:
    audience.draw_holdout(workplace, run)
    return dict(rows(workplace, f"SELECT person_key, arm FROM audience WHERE run = '{run}'"))


@pytest.mark.slow
@FEW
@given(people, st.sampled_from([0.0, 0.1, 0.3, 0.5]))
def test_who_shares_a_contact_point_is_never_split_and_every_stratum_gets_its_exact_share(
    workplace: Workplace, tmp_path: Path, crowd: list[Mapping[str, Any]], share: float
) -> None:
    run = begin(workplace, tmp_path, brief(holdout={"share": share, "by": "household"}))
    selected(workplace, run, crowd)
    drawn = arms(workplace, run)
    segment = {one["person"]: one["segment"] for one in crowd}
    clusters = components(crowd)
    assert all(len({drawn[member] for member in cluster}) == 1 for cluster in clusters)
    kept = dict(rows(workplace, f"SELECT person_key, cluster_key FROM audience WHERE run = '{run}'"))
    assert all({kept[member] for member in cluster} == {min(cluster)} for cluster in clusters)
    of_stratum = Counter(segment[min(cluster)] for cluster in clusters)
    held = Counter(segment[min(cluster)] for cluster in clusters if drawn[min(cluster)] == "holdout")
    assert all(held[stratum] == floor(share * size + 0.5) for stratum, size in of_stratum.items())


@pytest.mark.slow
@FEW
@given(st.data())
def test_the_draw_does_not_depend_on_the_order_of_rows(
    workplace: Workplace, tmp_path: Path, data: st.DataObject
) -> None:
    crowd = data.draw(people)
    run = begin(workplace, tmp_path, brief())
    selected(workplace, run, crowd)
    first = arms(workplace, run)
    assert arms(workplace, run) == first
    selected(workplace, run, data.draw(st.permutations(crowd)))
    assert arms(workplace, run) == first


def test_a_long_chain_of_shared_addresses_is_one_cluster(workplace: Workplace, tmp_path: Path) -> None:
    chain = [person(number, (number + 1) // 2, number // 2 + 1) for number in range(60)]
    run = begin(workplace, tmp_path, brief(holdout={"share": 0.5, "by": "household"}))
    selected(workplace, run, [*chain, person(99, 99, 99)])
    drawn = arms(workplace, run)
    assert len({drawn[one["person"]] for one in chain}) == 1
    assert drawn["p099"] != drawn["p000"]


def test_another_edition_draws_other_people(workplace: Workplace, tmp_path: Path) -> None:
    crowd = [person(number, number, 0) for number in range(200)]
    held = []
    for edition in ("2027-1", "2027-2"):
        run = begin(workplace, tmp_path, brief(edition=edition))
        selected(workplace, run, crowd)
        held.append({name for name, arm in arms(workplace, run).items() if arm == "holdout"})
    assert len(held[0]) == len(held[1]) == 20
    assert held[0] != held[1]


def test_by_person_without_letters_only_a_shared_address_ties_people_together(
    workplace: Workplace, tmp_path: Path
) -> None:
    crowd = [person(number, number // 4, 0) for number in range(40)]
    run = begin(workplace, tmp_path, brief(holdout={"share": 0.25, "by": "person"}, channels=["email", "web"]))
    selected(workplace, run, crowd)
    assert Counter(arms(workplace, run).values()) == {"holdout": 10, "treated": 30}
    assert runs.load(workplace, run).design["clusters_holdout"] == 10


def test_who_is_guardian_of_the_same_child_is_of_one_arm_with_the_child_where_both_must_act(
    workplace: Workplace, tmp_path: Path
) -> None:
    crowd = [person(number, number, 0) for number in range(60)]
    changes = {"holdout": {"share": 0.5, "by": "household"}}
    found = {}
    for both in (False, True):
        run = begin(workplace, tmp_path, brief(both_guardians=both, edition=f"2027-{both:d}", **changes))
        selected(workplace, run, crowd)
        for number in range(20):
            children = f"p{40 + number:03},elsewhere{number}"
            rows(workplace, f"UPDATE person SET guardian_of = '{children}' WHERE person_key = 'p{number:03}'")
            rows(
                workplace, f"UPDATE person SET guardian_of = 'elsewhere{number}' WHERE person_key = 'p{20 + number:03}'"
            )
        drawn = arms(workplace, run)
        families = [[drawn[f"p{number + 20 * member:03}"] for member in range(3)] for number in range(20)]
        found[both] = sum(len(set(family)) > 1 for family in families)
    assert found[True] == 0
    assert found[False] > 0


def test_every_segment_is_held_out_in_the_same_share_within_chance(workplace: Workplace, tmp_path: Path) -> None:
    crowd = [person(number, number // 3, number // 5 if number % 7 else 0, "abc"[number % 3]) for number in range(900)]
    run = begin(workplace, tmp_path, brief(holdout={"share": 0.2, "by": "household"}))
    selected(workplace, run, crowd)
    drawn = arms(workplace, run)
    clusters = components(crowd)
    for segment in "abc":
        sizes = [sum(one[-1] in segment for one in cluster) for cluster in names_of(crowd, clusters)]
        held = sum(drawn[one["person"]] == "holdout" for one in crowd if one["segment"] == segment)
        error = sqrt(0.2 * 0.8 * sum(size**2 for size in sizes))
        assert abs(held - 0.2 * sum(sizes)) <= 3 * error


def names_of(crowd: list[Mapping[str, Any]], clusters: list[set[str]]) -> list[list[str]]:
    segment = {one["person"]: one["segment"] for one in crowd}
    return [[f"{member} {segment[member]}" for member in cluster] for cluster in clusters]


def test_excluded_persons_and_waves_to_the_employees_have_no_arm(workplace: Workplace, tmp_path: Path) -> None:
    waves = [
        {"name": name, "start": "2027-01-18T08:00:00+01:00", "audience": "audience.sql"}
        for name in ("internal", "external")
    ]
    run = begin(workplace, tmp_path, brief(waves=waves))
    crowd = [{**person(number, number, 0), "reason": "dead" if number < 3 else None} for number in range(20)]
    selected(workplace, run, crowd, "internal")
    rows(workplace, "UPDATE audience SET kind = 'employees'")
    selected(workplace, run, crowd)
    audience.draw_holdout(workplace, run)
    found = rows(workplace, "SELECT wave, arm, excluded_reason, count(*) FROM audience GROUP BY ALL")
    assert sorted(found, key=str) == [
        ("external", "holdout", None, 2),
        ("external", "treated", None, 15),
        ("external", None, "dead", 3),
        ("internal", None, "dead", 3),
        ("internal", None, None, 17),
    ]


def test_the_design_tells_its_width_and_warns_when_the_objective_cannot_be_shown() -> None:
    text = brief()
    good = experiment_design.describe(text, {"treated": 900, "holdout": 100}, {"treated": 1800, "holdout": 200})
    assert good["designed_half_width"] == pytest.approx(1.96 * (0.31 * 0.69 * (1 / 900 + 1 / 100)) ** 0.5, rel=1e-4)
    assert good["power"] > 0.99
    assert good["warning"] is None
    small = text.model_copy(update={"objective": text.objective.model_copy(update={"baseline": 0.3})})
    poor = experiment_design.describe(small, {"treated": 900, "holdout": 100}, {})
    needed = experiment_design.clusters_needed(0.3, 0.31, 0.1)
    assert poor["power"] < 0.8
    assert str(needed) in poor["warning"]
    assert (poor["obstacle"], poor["clusters_needed"]) == ("too_small", needed)
    assert experiment_design.power(0.3, 0.31, round(needed * 0.9), round(needed * 0.1)) == pytest.approx(0.8, abs=0.01)
    none = text.model_copy(update={"holdout": Holdout(share=0, by="household")})
    assert "no control group" in experiment_design.describe(none, {"treated": 900}, {})["warning"]
