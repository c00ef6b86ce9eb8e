import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from sound_run import CANARIES, plant, sound_run

from campaigns.errors import BudkavleError, CheckFailed
from expectations import SUITES
from tasks import quality, store
from tasks.workplace import Workplace

pytestmark = pytest.mark.slow
PLACES = {"register": "register:population"}

FAULTS = [
    ("register", "person_has_key", "UPDATE person SET person_key = NULL WHERE person_key = 'person7'"),
    ("register", "person_stands_once", "UPDATE person SET person_key = 'person8' WHERE person_key = 'person7'"),
    ("register", "household_has_key", "UPDATE person SET household_key = NULL WHERE person_key = 'person7'"),
    ("register", "status_is_set", "UPDATE person SET status = NULL WHERE person_key = 'person7'"),
    ("register", "status_is_known", "UPDATE person SET status = 'hemligt' WHERE person_key = 'person7'"),
    ("register", "language_is_a_tag", "UPDATE person SET language = 'hemligt språk' WHERE person_key = 'person7'"),
    ("register", "protected_have_no_contact_points", "UPDATE person SET protected = true WHERE person_key = 'person7'"),
    ("register", "extract_is_dated", "DELETE FROM register_extract"),
    (
        "register",
        "extract_is_not_from_the_future",
        "UPDATE register_extract SET extracted_on = current_date + 2",
    ),
    ("audience", "audience_has_persons", "DELETE FROM audience"),
    ("audience", "audience_can_be_addressed", "UPDATE audience SET arm = NULL, excluded_reason = 'suppressed'"),
    ("audience", "person_stands_once_in_a_wave", "INSERT INTO audience FROM audience WHERE person_key = 'person7'"),
    ("audience", "arm_is_known", "UPDATE audience SET arm = 'hemligt' WHERE household_key = 'household3'"),
    (
        "audience",
        "exclusion_has_a_known_reason",
        "UPDATE audience SET arm = NULL, excluded_reason = 'hemligt' WHERE person_key = 'person8'",
    ),
    ("audience", "nobody_is_lost", "UPDATE audience SET arm = NULL WHERE person_key = 'person8'"),
    ("audience", "protected_are_left_alone", "UPDATE person SET protected = true WHERE person_key = 'person8'"),
    ("audience", "household_keeps_together", "UPDATE audience SET arm = 'holdout' WHERE person_key = 'person8'"),
    ("audience", "holdout_share_is_as_designed", "UPDATE audience SET arm = 'treated' WHERE arm = 'holdout'"),
    ("audience", "population_extract_is_fresh", "UPDATE register_extract SET extracted_on = current_date - 8"),
    (
        "audience",
        "registers_passed_their_checks",
        "INSERT INTO check_result BY NAME SELECT 'register:population' AS run, 'register' AS stage, "
        "'critical' AS kind, false AS success",
    ),
    ("plan", "cost_is_within_budget", "UPDATE plan SET cost_sek = 1200000"),
    ("plan", "carbon_is_within_budget", "UPDATE plan SET co2_kg = 4999"),
    ("plan", "web_is_in_the_plan", "DELETE FROM plan WHERE channel = 'web'"),
    ("plan", "persons_are_not_negative", "UPDATE plan SET persons = -1 WHERE channel = 'web'"),
    ("plan", "plan_is_what_is_assigned", "UPDATE plan SET persons = persons + 1 WHERE channel = 'email'"),
    ("plan", "channel_reaches_the_person", "DELETE FROM contact_point WHERE person_key = 'person8'"),
    ("plan", "person_is_assigned_once", "INSERT INTO assignment FROM assignment WHERE person_key = 'person8'"),
    ("plan", "control_group_is_not_assigned", "UPDATE audience SET arm = 'holdout' WHERE person_key = 'person8'"),
    ("plan", "excluded_are_not_assigned", "UPDATE audience SET excluded_reason = 'dead' WHERE person_key = 'person8'"),
    ("plan", "contact_budget_is_kept", "UPDATE audience SET contacts_left = 0 WHERE person_key = 'person8'"),
    ("plan", "every_person_is_accounted_for", "DELETE FROM assignment WHERE person_key = 'person8'"),
    ("variants", "there_is_a_text", "DELETE FROM variant"),
    ("variants", "variant_stands_once", "INSERT INTO variant FROM variant WHERE variant = 'email-sv-1'"),
    ("variants", "everyone_has_a_text", "UPDATE assignment SET variant = NULL WHERE person_key = 'person8'"),
    ("variants", "everyone_has_a_text", "UPDATE assignment SET variant = 'hemligt' WHERE person_key = 'person8'"),
    ("variants", "text_fits_the_channel", "UPDATE assignment SET variant = 'web-sv-1' WHERE person_key = 'person8'"),
    ("variants", "every_language_has_a_page", "DELETE FROM variant WHERE variant = 'web-en-1'"),
    ("variants", "text_is_not_empty", "UPDATE variant SET subject = ' ' WHERE variant = 'email-sv-1'"),
    ("variants", "message_is_not_empty", "UPDATE variant SET template = ''::BLOB WHERE variant = 'letter-sv-1'"),
    ("variants", "no_placeholder_is_left", "UPDATE variant SET text = 'Hej {{ hemligt }}' WHERE variant = 'web-sv-1'"),
    ("variants", "variant_has_digest", "UPDATE variant SET digest = '' WHERE variant = 'email-sv-1'"),
    ("delivery", "something_was_planned", "DELETE FROM message"),
    ("delivery", "message_stands_once", "INSERT INTO message FROM message WHERE person_key = 'person8'"),
    ("delivery", "state_is_known", "UPDATE delivery_event SET status = 'hemligt' WHERE message_id LIKE '%person8'"),
    (
        "delivery",
        "nothing_unplanned_was_sent",
        "UPDATE delivery_event SET message_id = 'x' WHERE message_id LIKE '%n8'",
    ),
    ("delivery", "accepted_have_a_time", "UPDATE delivery_event SET happened_at = NULL WHERE message_id LIKE '%n8'"),
    ("delivery", "control_group_got_nothing", "UPDATE audience SET arm = 'holdout' WHERE person_key = 'person8'"),
    ("outcomes", "outcome_has_a_unit", "DELETE FROM outcome"),
    ("outcomes", "unit_is_known", "UPDATE outcome SET unit = 'hemligt' WHERE unit_key = 'household3'"),
    ("outcomes", "outcome_stands_once_a_day", "INSERT INTO outcome FROM outcome WHERE unit_key = 'household3'"),
    ("outcomes", "value_is_set", "UPDATE outcome SET value = NULL WHERE unit_key = 'household3'"),
    ("outcomes", "value_is_a_number", "UPDATE outcome SET value = 'inf' WHERE unit_key = 'household3'"),
    ("outcomes", "share_lies_in_range", "UPDATE outcome SET value = 1.5 WHERE unit_key = 'household3'"),
    ("outcomes", "unit_is_in_the_audience", "UPDATE outcome SET unit_key = 'hemligt' WHERE unit_key = 'household3'"),
    ("outcomes", "observed_after_the_start", "UPDATE outcome SET observed_on = DATE '2020-01-01'"),
]
WARNINGS = [
    ("register", "extract_is_fresh", "UPDATE register_extract SET extracted_on = current_date - 8"),
    ("register", "few_rows_rejected", "UPDATE register_extract SET rows_rejected = 100"),
    ("audience", "wave_has_persons", "DELETE FROM audience WHERE wave = 'internal'"),
    (
        "audience",
        "extracts_are_fresh",
        "UPDATE audience SET excluded_reason = 'stale_extract' WHERE kind = 'employees'",
    ),
    ("outcomes", "outcome_is_the_objective", "UPDATE outcome SET outcome = 'other' WHERE unit_key = 'household3'"),
    ("outcomes", "observed_before_today", "UPDATE outcome SET observed_on = current_date + 2"),
]
NEEDS_NO_FAULT = {"every_message_has_a_state", "states_add_up_to_planned"}
"""The view ``delivery`` gives every message one state; these two guard the view itself."""


@pytest.fixture(scope="module")
def sound_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sound") / "home"
    sound_run(Workplace(home=home, key=b"a key for tests only"))
    return home


@pytest.fixture
def run(workplace: Workplace, sound_home: Path) -> Iterator[str]:
    shutil.copytree(sound_home, workplace.home)
    with duckdb.connect(workplace.database):
        yield "matavfall-2027-1"


def _verify(workplace: Workplace, stage: str, run: str) -> list[quality.CheckResult]:
    return quality.verify(workplace, stage, PLACES.get(stage, run))


def _kept(workplace: Workplace, stage: str) -> list[tuple[object, ...]]:
    with store.writing(workplace) as connection:
        return connection.execute("SELECT * FROM check_result WHERE stage = ? AND suite <> ''", [stage]).fetchall()


def test_sound_rows_pass_every_boundary_and_are_recorded_once(workplace: Workplace, run: str) -> None:
    for stage, suite in SUITES.items():
        for _ in range(2):
            results = _verify(workplace, stage, run)
        assert [result.claim.name for result in results if not result.success] == []
        assert len(_kept(workplace, stage)) == len(suite.claims)
    evidence = workplace.run_folder(run, "evidence") / "check_result.parquet"
    assert evidence.exists()
    assert (workplace.register("population") / "check_result.parquet").exists()


@pytest.mark.parametrize(("stage", "claim", "fault"), FAULTS, ids=[f"{fault[0]}-{fault[1]}" for fault in FAULTS])
def test_one_bad_row_stops_the_run_at_its_boundary(
    workplace: Workplace, run: str, stage: str, claim: str, fault: str
) -> None:
    with store.writing(workplace) as connection:
        plant(connection, fault)
    with pytest.raises(CheckFailed) as caught:
        _verify(workplace, stage, run)
    text = str(caught.value)
    message = next(each.message for each in SUITES[stage].claims if each.name == claim)
    assert f"{claim}" in text
    assert message in text
    kept = _kept(workplace, stage)
    assert [row for row in kept if row[3] == claim and row[6] is False]
    for told in (text, *(str(row[2:]) for row in kept)):
        assert not [value for value in ("hemligt", "person8", "household3", *CANARIES) if value in told]


@pytest.mark.parametrize(("stage", "claim", "fault"), WARNINGS)
def test_a_warning_is_recorded_and_lets_the_run_go_on(
    workplace: Workplace, run: str, stage: str, claim: str, fault: str
) -> None:
    with store.writing(workplace) as connection:
        plant(connection, fault)
    results = _verify(workplace, stage, run)
    assert claim in [result.claim.name for result in results if not result.success]


def test_failing_rows_are_counted(workplace: Workplace, run: str) -> None:
    with store.writing(workplace) as connection:
        plant(connection, "UPDATE person SET status = 'x' WHERE person_key IN ('person1', 'person2', 'person3')")
    with pytest.raises(CheckFailed, match="status_is_known, 3 of 400 rows"):
        _verify(workplace, "register", run)


def test_every_claim_has_a_planted_fault() -> None:
    planted = {(stage, claim) for stage, claim, _ in [*FAULTS, *WARNINGS]}
    claimed = {
        (stage, claim.name)
        for stage, suite in SUITES.items()
        for claim in suite.claims
        if claim.name not in NEEDS_NO_FAULT
    }
    assert planted == claimed


def test_a_disagreement_between_expectation_and_count_is_our_own_error(
    workplace: Workplace, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    suite = SUITES["register"]
    wrong = replace(suite.claims[0], failing="7")
    monkeypatch.setitem(SUITES, "register", replace(suite, claims=(wrong, *suite.claims[1:])))
    with pytest.raises(BudkavleError, match="disagree on: person_has_key"):
        _verify(workplace, "register", run)
    assert _kept(workplace, "register") == []


def test_no_frame_holds_a_name_an_address_or_a_text(workplace: Workplace, run: str) -> None:
    for stage, suite in SUITES.items():
        frame = quality.frame_of(workplace, suite, PLACES.get(stage, run))
        assert frame.num_rows > 0
        shown = str(frame.to_pylist())
        assert not [value for value in (*CANARIES, "Hej!") if value in shown]


def test_importing_quality_imports_neither_great_expectations_nor_pandas() -> None:
    code = "import sys, tasks.quality; print([n for n in ('great_expectations', 'pandas') if n in sys.modules])"
    root = Path(__file__).parents[1]
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert shown.stdout.strip() == "[]"


def test_great_expectations_prints_nothing(workplace: Workplace, run: str, capfd: pytest.CaptureFixture[str]) -> None:
    _verify(workplace, "audience", run)
    shown = capfd.readouterr()
    assert (shown.out, shown.err) == ("", "")
