import pytest
from pydantic import ValidationError

from campaigns.brief import Brief
from campaigns.brief_loading import brief_schema
from campaigns.brief_rules import FAMILIES
from campaigns.brief_subject import RULES
from campaigns.language import translations
from campaigns.programme import load_programme

PROGRAMME = load_programme()


def test_main_messages_are_exact_to_the_dash() -> None:
    messages = PROGRAMME.overall_messages
    assert messages["main"] == "Stockholm \u2013 en öppen, innovativ, hållbar stad"
    assert messages["main_internal"] == "Vi är en mångfald av verksamheter som tillsammans utvecklar staden"
    assert messages["main_international"] == "Stockholm \u2013 the Capital of Scandinavia"


def test_four_goals_have_both_languages() -> None:
    assert [goal.id for goal in PROGRAMME.goals] == ["G1", "G2", "G3", "G4"]
    assert all(goal.sv and goal.en and goal.sv != goal.en for goal in PROGRAMME.goals)


def test_every_key_of_the_brief_serves_a_requirement() -> None:
    assert list(PROGRAMME.brief_keys) == list(Brief.model_fields)
    assert set(PROGRAMME.brief_keys.values()) <= set(PROGRAMME.requirements)


def test_every_gate_is_one_row_with_a_requirement() -> None:
    names = [gate.id for gate in PROGRAMME.gates]
    assert len(names) == len(set(names))
    assert {gate.requirement for gate in PROGRAMME.gates} <= set(PROGRAMME.requirements)
    assert set(PROGRAMME.requirements) <= set(PROGRAMME.requirements_in_words)
    swedish = translations("sv")
    assert [asked for asked in PROGRAMME.requirements_in_words.values() if swedish.gettext(asked) == asked] == []


def test_every_gate_on_the_brief_has_its_rule_and_every_rule_its_row() -> None:
    assert len(FAMILIES) == 10
    assert {gate.id for gate in PROGRAMME.gates if gate.where == "brief"} == {*RULES, "brief"}


@pytest.mark.parametrize(
    ("gate", "requirement", "kind"),
    [
        ("sender_present", "P6b", "B"),
        ("endorsement", "P6b2", "B"),
        ("decision_label", "P6d", "B"),
        ("contact_present", "P4b", "B"),
        ("alt_text", "P5b", "B"),
        ("lix", "P5b", "W"),
        ("placeholder", "P5c", "B"),
        ("personal_number", "P5c", "B"),
    ],
)
def test_text_gates_stand_in_the_programme(gate: str, requirement: str, kind: str) -> None:
    row = PROGRAMME.gate(gate)
    assert (row.requirement, row.kind) == (requirement, kind)
    assert row in PROGRAMME.text_gates


def test_readability_warns_above_40_and_is_reviewed_above_50() -> None:
    limits = PROGRAMME.gate("lix").threshold
    assert (limits["public"], limits["public_review"], limits["from_words"]) == (40, 50, 60)


def test_unknown_gate_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        PROGRAMME.gate("no_such_gate")


def test_a_body_is_known_by_committee_and_by_department() -> None:
    assert PROGRAMME.body("Trafikkontoret") == PROGRAMME.body("Trafiknämnden") is not None
    assert PROGRAMME.body("Nämnden för ingenting") is None


def test_companies_and_only_companies_carry_the_endorsement() -> None:
    assert {body.kind == "company" for body in PROGRAMME.bodies} == {True, False}
    assert all(body.endorsement == (body.kind == "company") for body in PROGRAMME.bodies)
    assert PROGRAMME.endorsement["sv"] == "en del av Stockholms stad"


def test_there_are_eleven_district_committees() -> None:
    assert sum("stadsdelsnämnd" in body.name for body in PROGRAMME.bodies) == 11


def test_the_programme_cannot_be_changed_in_passing() -> None:
    with pytest.raises(ValidationError):
        PROGRAMME.goals[0].sv = "something else"  # type: ignore[misc]


def test_the_schema_for_editors_names_the_keys_as_the_file_does() -> None:
    schema = brief_schema()
    assert set(schema["properties"]) == set(Brief.model_fields)
    assert "register" in schema["$defs"]["LegalBasis"]["properties"]
