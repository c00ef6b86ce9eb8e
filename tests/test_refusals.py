"""An approver who says no, decisions out of turn, and what status tells of approvals."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from approval_scene import DIRECTORY, Postbox, campaign_folder, office, open_finding, postbox, prepared, text_of
from small_run import brief as small_brief

from campaigns.errors import ApprovalPending, ApprovalRefused, Finding, IllegalMove, InputError, NotYetTime
from campaigns.sendings import sendings
from flows.commands.approving import missing_lines
from flows.commands.status_lines import status_lines
from flows.publication import require_finished
from tasks import approval, approval_matter, decisions, runs, store
from tasks.data_used import columns_read
from tasks.launching import ShardResult
from tasks.next_step import next_step
from tasks.status import run_status
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

NEW_USE = {"legal_basis": [{"register": "guardians", "purpose": "school_choice_study", "article": "6.1 e"}]}
OFFICER = "  officer: {name: Exempel Ombud, address: dso@example.se, roles: [data_protection_officer]}\n"


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[Workplace, Path, str, Postbox]]:
    with postbox() as (box, url):
        workplace, folder = office(tmp_path, url, DIRECTORY + OFFICER), campaign_folder(tmp_path)
        yield workplace, folder, prepared(workplace, folder, goal="G4"), box


def test_a_refusal_holds_up_the_run_and_the_communicator_is_told_by_role(
    scene: tuple[Workplace, Path, str, Postbox],
) -> None:
    workplace, folder, run, box = scene
    approval.request(workplace, run)
    manager, director = box.codes()
    refusal, told = approval.refuse(workplace, run, director, "Datumet är  fel.", actor="account:x")
    assert (refusal.role, refusal.approver, refusal.reason, told) == (
        "communications_director", "director", "Datumet är fel.", True,
    )  # fmt: skip
    letter = box.letters[-1]
    assert letter["To"] == "skribent@example.se"
    assert letter["Subject"] == "Inte godkänd: kampanjen ”Sortera matavfall hemma”"
    for part in ("tillfrågades som kommunikationsdirektör", "Skäl: Datumet är fel.", "budkavle prepare matavfall"):
        assert part in text_of(letter)
    approval.grant(workplace, run, manager)
    with pytest.raises(ApprovalRefused, match=r"refused by communications_director \(director\).*: Datumet är fel"):
        approval.require_approval(workplace, run)
    assert approval.request(workplace, run, resend=True) == ()
    assert runs.state(workplace, run) == "prepared"
    found = run_status(workplace, run)
    assert found["approvals"]["refused"][0]["role"] == "communications_director"
    assert "next       change the campaign, then: budkavle prepare matavfall" in status_lines(found)
    (folder / "text.sv.md").write_text("Hej! Sortera allt matavfall.", encoding="utf-8")
    prepared(workplace, folder, goal="G4")
    assert approval.request(workplace, run) == ("manager_waste", "director")


def test_who_was_persuaded_approves_with_the_same_code(scene: tuple[Workplace, Path, str, Postbox]) -> None:
    workplace, _, run, box = scene
    approval.request(workplace, run)
    approval.refuse(workplace, run, box.codes()[0], "Vänta.", actor="account:x")
    approval.grant(workplace, run, box.codes()[1])
    assert approval.grant(workplace, run, box.codes()[0]).missing == ()
    approval.require_approval(workplace, run)
    assert [each.action for each in decisions.read(workplace)].count("approval_refused") == 1


def test_a_refusal_without_a_reason_is_not_taken(scene: tuple[Workplace, Path, str, Postbox]) -> None:
    workplace, _, run, box = scene
    approval.request(workplace, run)
    for reason in ("", " … ", "x" * 1001):
        with pytest.raises(InputError, match="needs a reason"):
            approval.refuse(workplace, run, box.codes()[0], reason, actor="account:x")
    with pytest.raises(ApprovalRefused, match="communicator"):
        approval.refuse(workplace, run, box.codes()[0], "Nej.", actor="account:communicator_waste")
    with pytest.raises(ApprovalPending):
        approval.require_approval(workplace, run)


def test_a_refusal_stands_although_the_relay_is_down(scene: tuple[Workplace, Path, str, Postbox]) -> None:
    workplace, _, run, box = scene
    approval.request(workplace, run)
    deaf = replace(workplace, smtp_url="smtp://127.0.0.1:1")
    assert approval.refuse(deaf, run, box.codes()[0], "Nej.", actor="account:x")[1] is False
    with pytest.raises(ApprovalRefused, match="refused by manager"):
        approval.require_approval(workplace, run)


def test_a_code_is_used_once_and_a_replaced_one_says_that_a_newer_letter_holds(
    scene: tuple[Workplace, Path, str, Postbox],
) -> None:
    workplace, _, run, box = scene
    with pytest.raises(ApprovalRefused, match="no code is waiting"):
        approval.grant(workplace, run, "22222222")
    approval.request(workplace, run)
    old = box.codes()[0]
    approval.request(workplace, run, resend=True)
    with pytest.raises(ApprovalRefused, match=r"a newer letter has replaced it\n.*mailed 20\d\d-.* 9 attempts"):
        approval.grant(workplace, run, old)
    approval.grant(workplace, run, box.codes()[2])
    with pytest.raises(ApprovalRefused, match=r"the approval it gave as manager stands\n.*nothing is left to do"):
        approval.grant(workplace, run, box.codes()[2])


def test_legal_reviews_a_crisis_after_the_others_have_approved(scene: tuple[Workplace, Path, str, Postbox]) -> None:
    workplace, folder, run, box = scene
    assert workplace.directory is not None
    more = "  owner: {name: Exempel Fakta, address: f@example.se, roles: [fact_owner]}\n"
    more += "  leader: {name: Exempel Ledare, address: l@example.se, roles: [crisis_lead]}\n"
    workplace.directory.write_text(DIRECTORY + more, encoding="utf-8")
    prepared(workplace, folder, crisis={"verified_source": "Stockholm Vatten"})
    assert approval.request(workplace, run)[-1] == "lawyer"
    with pytest.raises(ApprovalRefused, match=r"comes afterwards, .*missing from: manager, fact_owner, crisis_lead"):
        approval.grant(workplace, run, box.codes()[-1])


def test_a_run_that_is_over_is_never_to_be_prepared(scene: tuple[Workplace, Path, str, Postbox]) -> None:
    workplace, _, run, box = scene
    approval.request(workplace, run)
    for state, remedy in (("published", "needs no further approval"), ("stopped", "a new `edition`")):
        with store.writing(workplace) as connection:
            connection.execute("UPDATE run SET state = ?", [state])
        with pytest.raises(IllegalMove, match=remedy) as caught:
            approval.grant(workplace, run, box.codes()[0])
        assert "budkavle prepare" not in str(caught.value)


def test_status_tells_from_whom_an_approval_is_missing_and_what_to_type(
    scene: tuple[Workplace, Path, str, Postbox],
) -> None:
    workplace, _, run, box = scene
    assert f"next       mail the codes that are missing or have expired: budkavle run {run}" in status_lines(
        run_status(workplace, run)
    )
    approval.request(workplace, run)
    approval.grant(workplace, run, box.codes()[0])
    lines = status_lines(run_status(workplace, run))
    missing = [line for line in lines if line.startswith("approval")]
    assert len(missing) == 2
    assert re.fullmatch(r"approval   given as manager: manager_waste, 20\d\d-\d\d-\d\d \d\d:\d\d CES?T", missing[0])
    assert "missing from communications_director: director has the code; asked because" in missing[1]
    assert "wave       external starts 2027-01-18 08:00 CET" in lines
    assert "messages   none yet: they are written out for those assigned when the sending begins" in lines
    assert lines[-1].endswith(f"budkavle approve {run} --code CODE")
    approval.grant(workplace, run, box.codes()[1])
    assert [each["role"] for each in run_status(workplace, run)["approvals"]["given"]] == [
        "manager", "communications_director",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "has_server", "told"),
    [
        ("approved", False, "; nothing to do until then; at that time, by hand or by cron: budkavle run {run}"),
        ("scheduled", False, "; nothing to do until then; at that time, by hand or by cron: budkavle run {run}"),
        ("approved", True, "; let Prefect start it then: budkavle run {run}"),
        ("scheduled", True, "; nothing to do until then: Prefect starts it"),
    ],
)
def test_status_of_what_is_approved_tells_the_start_it_waits_for(
    scene: tuple[Workplace, Path, str, Postbox], state: str, has_server: bool, told: str
) -> None:
    workplace, folder, run, _ = scene
    waiting = {"name": "external", "start": "2099-01-29T08:00:00+01:00", "audience": "audience.sql"}
    prepared(workplace, folder, waves=[waiting])
    with store.writing(workplace) as connection:
        known = replace(runs.load_within(connection, run), state=state)
    place = replace(workplace, has_prefect_server=has_server)
    begins = "wave external waits for its start 29 January 2099 at 08:00"
    assert next_step(place, known, {"missing": []}) == begins + told.format(run=run)


def test_status_of_what_is_approved_and_may_start_tells_how_to_send(
    scene: tuple[Workplace, Path, str, Postbox],
) -> None:
    workplace, folder, run, _ = scene
    begun = {"name": "external", "start": "2026-01-29T08:00:00+01:00", "audience": "audience.sql"}
    prepared(workplace, folder, waves=[begun])
    with store.writing(workplace) as connection:
        known = replace(runs.load_within(connection, run), state="approved")
    assert next_step(workplace, known, {"missing": []}) == f"send, or go on sending: budkavle run {run}"


def test_outside_the_windows_it_is_told_when_they_open_and_not_to_resume(
    scene: tuple[Workplace, Path, str, Postbox],
) -> None:
    workplace, folder, run, _ = scene
    begun = {"name": "external", "start": "2026-01-29T08:00:00+01:00", "audience": "audience.sql"}
    opens = datetime.now(ZoneInfo("Europe/Stockholm")) + timedelta(days=2)
    window = {"days": [f"{opens:%a}".lower()], "opens": "08:00", "closes": "20:00"}
    schedule = {"start": "2026-01-29T08:00:00+01:00", "valid_until": "2099-06-30T08:00:00+02:00", "windows": [window]}
    prepared(workplace, folder, waves=[begun], schedule=schedule)
    when = f"opens {opens:%A} {opens:%Y-%m-%d} 08:00"
    with store.writing(workplace) as connection:
        known = replace(runs.load_within(connection, run), state="publishing")
    assert next_step(workplace, known, {"missing": []}) == f"the sending window {when}; run then: budkavle run {run}"
    waits = [ShardResult("external-email-0001", "outside_hours", {}), ShardResult("external-web-0001", "done", {})]
    with pytest.raises(NotYetTime, match=f"wave external waits for its sending window: it {when}") as told:
        require_finished(workplace, run, sendings(known.brief)[0], waits, "")
    assert "resume" not in str(told.value)


@pytest.mark.parametrize(("missing", "told"), [
    ([], []), (["manager"], ["missing   manager"]), (["manager", "legal"], ["missing   manager, legal, in any order"]),
])  # fmt: skip
def test_one_role_left_has_no_order(missing: list[str], told: list[str]) -> None:
    assert missing_lines(missing) == told


def test_politics_in_a_text_asks_a_lawyer_also_when_the_finding_has_gone(
    scene: tuple[Workplace, Path, str, Postbox],
) -> None:
    workplace, folder, run, box = scene
    prepared(workplace, folder)
    open_finding(workplace, run, "politics:1")
    assert approval.request(workplace, run) == ("manager_waste", "lawyer")
    approval.grant(workplace, run, box.codes()[0], ["politics"])
    with store.writing(workplace) as connection:
        connection.execute("DELETE FROM check_result")
    with pytest.raises(ApprovalPending, match="legal"):
        approval.require_approval(workplace, run)


def test_the_data_protection_officer_is_told_why_what_and_how_many(
    scene: tuple[Workplace, Path, str, Postbox],
) -> None:
    workplace, folder, run, box = scene
    prepared(workplace, folder, **NEW_USE)
    approval.request(replace(workplace, language="en", has_prefect_server=True), run)
    told = text_of(next(letter for letter in box.letters if letter["To"] == "dso@example.se"))
    for part in (
        "You are asked because: a register is used for a purpose that has not been assessed (P1).",
        "the register of guardians for the purpose “school choice study”, Article 6.1 e GDPR (not assessed before)",
        "to the public: 20 persons of 20 in the audience", "form of the suspended run in Prefect", "--refuse",
        "audience.sql reads the population register, the register of customers: a pseudonym, who lives in one household"
        ", age, “food waste bin”, “housing”, ", "printed in messages: first name, “pickup place”",
        "texts differ by: “housing”",
    ):  # fmt: skip
        assert part in told


def test_an_override_stands_beside_what_was_found_and_its_reason() -> None:
    reason = "Ordet finns i stadens egen ordlista."
    override = {"gate": "spelling", "reason": reason}
    found = Finding("spelling", "P5b", "W", "text.sv.md", 7, "Ordet avfallspåsa är okänt.", "Stava.", accepted=reason)
    other = replace(found, gate="lix", message="För svårt.")
    told = "\n".join(approval_matter._overrides(small_brief(overrides=[override]), [found, found, other], str))
    assert told.count("Found: text.sv.md:7 Ordet avfallspåsa är okänt.") == 1
    assert told.endswith(f"Reason: {reason}")
    assert "För svårt" not in told


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT person_key, upper(attributes['unit_kind']) AS unit FROM register_employees WHERE age > 3",
         ["person_key", "age", "unit_kind"]),
        ("SELECT count(*) FROM register_population", []),
        ("SELECT FROM (", []),
    ],
)  # fmt: skip
def test_the_columns_that_a_query_reads_are_those_of_the_register_that_it_names(query: str, columns: list[str]) -> None:
    assert columns_read(query) == columns
    assert set(columns_read("SELECT * FROM register_population")) >= {"person_key", "language", "birth_year"}
