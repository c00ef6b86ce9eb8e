from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from approval_scene import DIRECTORY, Scene, asking, open_finding, prepared, text_of
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from campaigns.errors import ApprovalPending, ApprovalRefused, ContentChanged, IllegalMove
from tasks import approval, decisions, digest, runs, steering, store
from tasks.status import run_status

PROPOSED = {"decision": {"status": "proposed"}}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with asking(tmp_path) as found:
        yield found


def test_the_manager_is_mailed_a_code_and_approves_with_it(scene: Scene) -> None:
    assert approval.request(scene.workplace, scene.run) == ("manager_waste",)
    with pytest.raises(ApprovalPending, match="missing from: manager"):
        approval.require_approval(scene.workplace, scene.run)
    granted = approval.grant(scene.workplace, scene.run, scene.box.codes()[0])
    assert (granted.role, granted.approver, granted.missing) == ("manager", "manager_waste", ())
    assert scene.state() == "approved"
    approval.require_approval(scene.workplace, scene.run)
    assert scene.actions() == ["approval_requested", "approval_granted"]


def test_asking_again_mails_only_when_told_to_and_the_newest_code_counts(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    assert approval.request(scene.workplace, scene.run) == ()
    assert approval.request(scene.workplace, scene.run, resend=True) == ("manager_waste",)
    old, new = scene.box.codes()
    with pytest.raises(ApprovalRefused, match="wrong"):
        approval.grant(scene.workplace, scene.run, old)
    approval.grant(scene.workplace, scene.run, new)
    assert approval.request(scene.workplace, scene.run, resend=True) == ()
    assert len(scene.box.letters) == 2


def test_a_code_is_read_in_small_letters_and_works_once(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    code = scene.box.codes()[0]
    approval.grant(scene.workplace, scene.run, f"{code[:4].lower()}-{code[4:].lower()} ")
    with pytest.raises(ApprovalRefused, match="has been used"):
        approval.grant(scene.workplace, scene.run, code)


def test_a_proposal_needs_three_roles_and_the_author_is_not_asked(scene: Scene) -> None:
    prepared(scene.workplace, scene.folder, **PROPOSED)
    assert approval.request(scene.workplace, scene.run) == ("manager_waste", "lawyer", "director")
    codes = scene.box.codes()
    assert approval.grant(scene.workplace, scene.run, codes[1]).missing == ("manager", "communications_director")
    assert scene.state() == "prepared"
    approval.grant(scene.workplace, scene.run, codes[0])
    with pytest.raises(ApprovalPending, match="missing from: communications_director"):
        approval.require_approval(scene.workplace, scene.run)
    approval.grant(scene.workplace, scene.run, codes[2])
    assert scene.state() == "approved"


@pytest.mark.parametrize(
    ("changes", "role"),
    [
        ({"goal": "G4"}, "communications_director"),
        ({"legal_basis": [{"register": "guardians", "purpose": "flu", "article": "6.1 e"}]}, "data_protection_officer"),
        ({"images": [{"file": "a.jpg", "source": "x", "licence": "y", "shows_child": True}]}, "consent_reviewer"),
    ],
)
def test_the_brief_decides_the_further_role(scene: Scene, changes: dict[str, object], role: str) -> None:
    prepared(scene.workplace, scene.folder, **changes)
    holders = DIRECTORY + f"  extra: {{name: Exempel Extra, address: extra@example.se, roles: [{role}]}}\n"
    assert scene.workplace.directory is not None
    scene.workplace.directory.write_text(holders, encoding="utf-8")
    assert "extra" in approval.request(scene.workplace, scene.run)
    assert role in [row[0] for row in scene.rows()]


def test_a_wrong_code_is_refused_and_ten_void_the_right_one(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    for left in range(9, 0, -1):
        with pytest.raises(ApprovalRefused, match=f"{left} attempts are left"):
            approval.grant(scene.workplace, scene.run, "22222222")
    with pytest.raises(ApprovalRefused, match="every waiting code is void"):
        approval.grant(scene.workplace, scene.run, "22222222")
    with pytest.raises(ApprovalRefused, match="no code is waiting"):
        approval.grant(scene.workplace, scene.run, scene.box.codes()[0])
    approval.request(scene.workplace, scene.run)
    approval.grant(scene.workplace, scene.run, scene.box.codes()[1])
    assert scene.state() == "approved"


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(code=st.text(max_size=12))
def test_no_other_code_ever_approves(scene: Scene, code: str) -> None:
    approval.request(scene.workplace, scene.run)
    assume(code.upper() not in scene.box.codes())
    with pytest.raises(ApprovalRefused):
        approval.grant(scene.workplace, scene.run, code)
    assert scene.state() == "prepared"


def test_a_finding_that_has_gone_from_the_database_must_still_be_read(scene: Scene) -> None:
    open_finding(scene.workplace, scene.run, "politics:1")
    approval.request(scene.workplace, scene.run)
    with store.writing(scene.workplace) as connection:
        connection.execute("DELETE FROM check_result WHERE finding = 'politics:1'")
    with pytest.raises(ApprovalRefused, match="lost findings that a person must read: politics:1"):
        approval.grant(scene.workplace, scene.run, scene.box.codes()[0])


def test_findings_are_accepted_one_by_one(scene: Scene) -> None:
    for finding in ("politics:1", "politics:2", "decision_wording:1"):
        open_finding(scene.workplace, scene.run, finding)
    approval.request(scene.workplace, scene.run)
    code = scene.box.codes()[0]
    with pytest.raises(ApprovalRefused, match=r"politics:2 \(a person must read this\)\n.*--reviewed politics:2$"):
        approval.grant(scene.workplace, scene.run, code, ["decision_wording:1", "politics:1"])
    with pytest.raises(ApprovalRefused, match="no finding to review called politics\n"):
        approval.grant(scene.workplace, scene.run, code, ["decision_wording:1", "politics"])
    granted = approval.grant(scene.workplace, scene.run, code, ["decision_wording", "politics:2", "politics:1"])
    assert granted.reviewed == ("decision_wording:1", "politics:1", "politics:2")
    logged = next(each for each in decisions.read(scene.workplace) if each.action == "approval_granted")
    assert (logged.actor, logged.detail["reviewed"]) == ("manager_waste", list(granted.reviewed))


def test_a_crisis_is_approved_by_two_more_and_reviewed_by_legal_afterwards(scene: Scene) -> None:
    assert scene.workplace.directory is not None
    more = DIRECTORY + (
        "  owner: {name: Exempel Fakta, address: fakta@example.se, roles: [fact_owner]}\n"
        "  leader: {name: Exempel Ledare, address: ledare@example.se, roles: [crisis_lead]}\n"
    )
    scene.workplace.directory.write_text(more, encoding="utf-8")
    prepared(scene.workplace, scene.folder, crisis={"verified_source": "Stockholm Vatten"})
    assert approval.request(scene.workplace, scene.run) == ("manager_waste", "owner", "leader", "lawyer")
    codes = dict(zip((letter["To"] for letter in scene.box.letters), scene.box.codes(), strict=True))
    assert "[ ] Råd i krisen" in text_of(scene.box.letters[0])
    later = scene.box.letters[3]
    assert later["Subject"] == "Granska i efterhand krismeddelandet ”Sortera matavfall hemma”"
    assert "Du ombeds granska det i efterhand som jurist." in text_of(later)
    assert [word for word in ("ditt godkännande", "Godkänn så här", "inte godkänner") if word in text_of(later)] == []
    for address in ("chef@example.se", "fakta@example.se", "ledare@example.se"):
        approval.grant(scene.workplace, scene.run, codes[address])
    assert scene.state() == "approved"
    due = [{"role": "legal", "why": "in a crisis legal reviews afterwards (P9)"}]
    assert run_status(scene.workplace, scene.run)["due_reviews"] == due
    for state in ("publishing", "published"):
        runs.move(scene.workplace, scene.run, state)
    (scene.folder / "text.sv.md").write_text("Ny text", encoding="utf-8")
    assert approval.grant(scene.workplace, scene.run, codes["jurist@example.se"]).missing == ()
    assert run_status(scene.workplace, scene.run)["due_reviews"] == []


def test_a_change_after_asking_is_refused_and_names_the_file(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    (scene.folder / "text.sv.md").write_text("Hej! Sortera matavfal.", encoding="utf-8")
    with pytest.raises(ContentChanged, match=r"text\.sv\.md changed since approval"):
        approval.grant(scene.workplace, scene.run, scene.box.codes()[0])
    assert scene.state() == "prepared"


def test_a_story_that_is_withdrawn_after_asking_refuses_the_code_and_says_what_to_do(scene: Scene) -> None:
    assert scene.workplace.directory is not None
    more = DIRECTORY + "  reviewer: {name: Exempel Samtycke, address: samtycke@example.se, roles: [consent_reviewer]}\n"
    scene.workplace.directory.write_text(more, encoding="utf-8")
    story = {"name": "driver", "consent": "SVOA 2026/0101 (exempel)", "consent_on": "2026-11-02"}
    prepared(scene.workplace, scene.folder, stories=[story])
    with store.writing(scene.workplace) as connection:
        connection.execute("UPDATE variant SET parts = ['story.driver.sv.md']")
    digest.seal(scene.workplace, scene.run)
    approval.request(scene.workplace, scene.run)
    steering.withdraw_story(scene.workplace, scene.run, "driver", "account:test")
    with pytest.raises(ContentChanged, match=r"no consent any more \(S7\)") as refused:
        approval.grant(scene.workplace, scene.run, scene.box.codes()[0])
    assert "budkavle prepare matavfall" in str(refused.value)
    assert (scene.state(), [approved for _, _, approved in scene.rows()]) == ("prepared", [False, False])


def test_a_change_after_approval_voids_it_also_when_prepared_again(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    approval.grant(scene.workplace, scene.run, scene.box.codes()[0])
    (scene.folder / "text.sv.md").write_text("Hej! Sortera matavfal.", encoding="utf-8")
    with pytest.raises(ContentChanged):
        approval.require_approval(scene.workplace, scene.run)
    prepared(scene.workplace, scene.folder)
    with pytest.raises(ApprovalPending):
        approval.require_approval(scene.workplace, scene.run)


def test_the_code_of_an_older_content_is_refused(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    (scene.folder / "text.sv.md").write_text("Hej! Sortera matavfal.", encoding="utf-8")
    prepared(scene.workplace, scene.folder)
    with pytest.raises(ContentChanged, match="since this code was mailed"):
        approval.grant(scene.workplace, scene.run, scene.box.codes()[0])


def test_preparing_the_same_content_again_keeps_the_approval(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    approval.grant(scene.workplace, scene.run, scene.box.codes()[0])
    prepared(scene.workplace, scene.folder)
    approval.require_approval(scene.workplace, scene.run)
    assert scene.state() == "approved"


def test_a_code_and_an_approval_hold_for_fourteen_days(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    start = datetime.now(UTC)
    with time_machine.travel(start + timedelta(days=15)):
        with pytest.raises(ApprovalRefused, match="expired"):
            approval.grant(scene.workplace, scene.run, scene.box.codes()[0])
        assert approval.request(scene.workplace, scene.run) == ("manager_waste",)
        approval.grant(scene.workplace, scene.run, scene.box.codes()[1])
        approval.require_approval(scene.workplace, scene.run)
    with time_machine.travel(start + timedelta(days=28)):
        approval.require_approval(scene.workplace, scene.run)
    with time_machine.travel(start + timedelta(days=30)):
        with pytest.raises(ApprovalRefused, match="as manager has expired"):
            approval.require_approval(scene.workplace, scene.run)
        approval.request(scene.workplace, scene.run)
        with pytest.raises(ApprovalPending):
            approval.require_approval(scene.workplace, scene.run)
        approval.grant(scene.workplace, scene.run, scene.box.codes()[2])
        approval.require_approval(scene.workplace, scene.run)


def test_an_approval_in_the_log_alone_still_counts(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    approval.grant(scene.workplace, scene.run, scene.box.codes()[0])
    with store.writing(scene.workplace) as connection:
        connection.execute("DELETE FROM approval")
        connection.execute("UPDATE run SET state = 'prepared'")
    approval.require_approval(scene.workplace, scene.run)
    assert scene.state() == "approved"
    assert scene.rows() == [("manager", "manager_waste", True)]


def test_a_run_still_being_prepared_cannot_be_approved(scene: Scene) -> None:
    runs.begin(scene.workplace, runs.load(scene.workplace, scene.run).brief, scene.folder)
    with pytest.raises(IllegalMove, match="nothing to approve"):
        approval.request(scene.workplace, scene.run)
    with pytest.raises(IllegalMove, match="nothing to approve"):
        approval.require_approval(scene.workplace, scene.run)


def test_a_published_run_asks_no_more(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    approval.grant(scene.workplace, scene.run, scene.box.codes()[0])
    for state in ("publishing", "published"):
        runs.move(scene.workplace, scene.run, state)
    (scene.folder / "text.sv.md").write_text("Ny text", encoding="utf-8")
    approval.require_approval(scene.workplace, scene.run)


def test_the_digest_that_was_granted_is_the_sealed_one(scene: Scene) -> None:
    sealed = digest.seal(scene.workplace, scene.run)
    approval.request(scene.workplace, scene.run)
    assert approval.grant(scene.workplace, scene.run, scene.box.codes()[0]).digest == sealed
