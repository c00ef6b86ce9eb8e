"""The whole matrix of who approves what, and what no brief and no directory can bring about."""

import json
from datetime import date
from typing import Any

import pytest
from approval_scene import MATAVFALL
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from campaigns.approval_matrix import (
    Circumstances,
    election_days,
    election_near,
    later_roles,
    missing_roles,
    needed_roles,
    rules,
)
from campaigns.approvers import Directory, require_may_approve
from campaigns.brief import Brief
from campaigns.errors import ApprovalRefused
from campaigns.identities import mailbox

FIELDS: dict[str, Any] = YAML(typ="safe").load((MATAVFALL / "campaign.yaml").read_text(encoding="utf-8"))
CHILD = [{"file": "a.jpg", "source": "x", "licence": "y", "shows_child": True}]
NEW_USE = [{"register": "guardians", "purpose": "flu", "article": "6.1 e"}]
STORIES = [{"name": "care_assistant", "consent": "SLK 1 (exempel)", "consent_on": "2026-11-02"}]
PROPOSED, CRISIS = {"status": "proposed"}, {"verified_source": "Stockholm Vatten"}
OTHERS = {"consent_reviewer", "data_protection_officer"}
ROLES = sorted({rule.role for rule in rules().approvals})


def brief(**changes: Any) -> Brief:
    return Brief.model_validate_json(json.dumps({**FIELDS, **changes}, default=str))


def sent(first: str, until: str) -> Brief:
    """The brief with one wave on a day, which holds until another."""
    times = {"start": f"{first}T08:00:00+02:00", "valid_until": f"{until}T12:00:00+02:00"}
    wave = {"name": "external", "start": times["start"], "audience": "audience.sql"}
    return brief(waves=[wave], schedule={**FIELDS["schedule"], **times})


@pytest.mark.parametrize(
    ("changes", "share", "before", "afterwards"),
    [
        ({}, 0.0, {"manager"}, set()),
        ({"city_wide": True}, 0.0, {"manager", "communications_director"}, set()),
        ({}, 0.5, {"manager", "communications_director"}, set()),
        ({}, 0.49, {"manager"}, set()),
        ({"goal": "G4"}, 0.0, {"manager", "communications_director"}, set()),
        ({"overall_message": "main_international"}, 0.0, {"manager", "communications_director"}, set()),
        ({"decision": PROPOSED}, 0.0, {"manager", "legal", "communications_director"}, set()),
        ({"images": CHILD}, 0.0, {"manager", "consent_reviewer"}, set()),
        ({"stories": STORIES}, 0.0, {"manager", "consent_reviewer"}, set()),
        ({"legal_basis": NEW_USE}, 0.0, {"manager", "data_protection_officer"}, set()),
        ({"crisis": CRISIS}, 0.0, {"manager", "fact_owner", "crisis_lead"}, {"legal"}),
        ({"crisis": CRISIS, "decision": PROPOSED}, 0.0, {*ROLES} - OTHERS, set()),
        ({"crisis": CRISIS, "decision": PROPOSED, "images": CHILD, "legal_basis": NEW_USE}, 1.0, {*ROLES}, set()),
    ],
)  # fmt: skip
def test_the_matrix_decides_who_approves(
    changes: dict[str, Any], share: float, before: set[str], afterwards: set[str]
) -> None:
    assert set(needed_roles(brief(**changes), Circumstances(share))) == before
    assert set(later_roles(brief(**changes), Circumstances(share))) == afterwards


def test_a_finding_of_politics_asks_for_a_lawyer_and_others_do_not() -> None:
    for gates, before in (({"politics"}, {"manager", "legal"}), ({"image_person", "decision_wording"}, {"manager"})):
        assert set(needed_roles(brief(), Circumstances(to_read=frozenset(gates)))) == before


@pytest.mark.parametrize(
    ("first", "until", "near"),
    [
        ("2026-06-14", "2026-06-14", None),
        ("2026-06-15", "2026-06-20", "2026-09-13"),
        ("2026-03-01", "2026-06-15", "2026-09-13"),
        ("2026-09-13", "2026-09-30", "2026-09-13"),
        ("2026-09-14", "2026-12-31", None),
        ("2029-05-01", "2029-05-02", "2029-06-10"),
        ("2029-12-01", "2030-06-10", "2030-09-08"),
    ],
)
def test_an_election_is_near_for_ninety_days_and_no_longer(first: str, until: str, near: str | None) -> None:
    campaign = sent(first, until)
    assert election_near(campaign) == (near and date.fromisoformat(near))
    assert set(needed_roles(campaign)) == ({"manager", "legal", "communications_director"} if near else {"manager"})


def test_general_elections_are_the_second_sunday_of_september_every_fourth_year() -> None:
    held = [date(2022, 9, 11), date(2026, 9, 13), date(2030, 9, 8), date(2034, 9, 10)]
    assert [day for year in range(2022, 2036) for day in election_days(year) if day.month == 9] == held


def test_every_role_of_the_programme_stands_in_the_matrix() -> None:
    assert ROLES == [
        "communications_director", "consent_reviewer", "crisis_lead", "data_protection_officer", "fact_owner", "legal",
        "manager",
    ]  # fmt: skip


PERSONS = ["ann", "bo", "cy", "di", "author"]
directories = st.fixed_dictionaries(
    {
        name: st.fixed_dictionaries(
            {
                "name": st.just("Exempel"),
                "address": st.sampled_from([f"{name}@example.se", f"{name.upper()}+x@Example.se", "b.o@example.se"]),
                "roles": st.lists(st.sampled_from([*ROLES, "communicator"]), unique=True), "elected": st.booleans(),
            }
        )
        for name in PERSONS
    }
).map(lambda persons: Directory.model_validate({"persons": persons}))  # fmt: skip
briefs = st.fixed_dictionaries(
    {"manager": st.sampled_from(PERSONS), "communicator": st.just("author")},
    optional={
        "goal": st.sampled_from(["G1", "G4"]), "decision": st.just(PROPOSED), "crisis": st.just(CRISIS),
        "city_wide": st.booleans(), "images": st.just(CHILD), "legal_basis": st.just(NEW_USE),
    },
).map(lambda changes: brief(**changes))  # fmt: skip


@given(briefs, directories, st.floats(0, 1), st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from(PERSONS))))
def test_no_author_no_politician_and_no_one_alone_ever_suffices(
    campaign: Brief, directory: Directory, share: float, attempts: list[tuple[str, str]]
) -> None:
    needed, granted = needed_roles(campaign, Circumstances(share)), set()
    for role, person in attempts:
        try:
            require_may_approve(campaign, directory, role, person)
        except ApprovalRefused:
            continue
        granted.add((role, person))
    boxes = {name: mailbox(person.address) for name, person in directory.persons.items()}
    elected = {boxes[name] for name, person in directory.persons.items() if person.elected}
    assert not [person for _, person in granted if boxes[person] in {boxes["author"], *elected}]
    counted = {(role, directory.one(person)) for role, person in granted}
    if not missing_roles(needed, counted, directory.one(campaign.communicator)):
        persons = {boxes[person] for role, person in granted if role in needed}
        assert {role for role, _ in granted} >= set(needed)
        assert len(persons | {boxes["author"]}) >= 2
        assert len(persons) >= min(2, len(needed))


@given(
    st.sets(st.tuples(st.sampled_from(ROLES), st.sampled_from(PERSONS))), st.sets(st.sampled_from(ROLES), min_size=1)
)
def test_an_approval_of_the_author_never_counts(granted: set[tuple[str, str]], needed: set[str]) -> None:
    without = {(role, person) for role, person in granted if person != "author"}
    assert missing_roles(sorted(needed), granted, "author") == missing_roles(sorted(needed), without, "author")
    alone = {(role, "ann") for role in needed}
    assert bool(missing_roles(sorted(needed), alone, "author")) == (len(needed) > 1)
