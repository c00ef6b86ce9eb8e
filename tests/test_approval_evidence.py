"""An approval counts only when the keyed log supports it: a forged, lost or hand-set one approves nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from approval_scene import DIRECTORY, Postbox, campaign_folder, office, postbox, prepared

from campaigns.errors import ApprovalPending, ApprovalRefused, InputError
from tasks import approval, audit, decisions, digest, runs, store
from tasks.workplace import Workplace


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[Workplace, str, Postbox]]:
    with postbox() as (box, url):
        place = office(tmp_path, url)
        yield place, prepared(place, campaign_folder(tmp_path)), box


@pytest.fixture
def approved(scene: tuple[Workplace, str, Postbox]) -> tuple[Workplace, str]:
    place, run, box = scene
    approval.request(place, run)
    approval.grant(place, run, box.codes()[0])
    approval.require_approval(place, run)
    return place, run


@pytest.mark.parametrize(("later", "holds"), [(30, True), (None, False)])
def test_an_approval_holds_until_the_control_group_is_told(
    scene: tuple[Workplace, str, Postbox], tmp_path: Path, later: int | None, holds: bool
) -> None:
    place, _, box = scene
    run = prepared(
        place, campaign_folder(tmp_path), edition="later", holdout={"share": 0.5, "by": "household", "later": later}
    )
    approval.request(place, run)
    approval.grant(place, run, box.codes()[0])
    approval.require_approval(place, run)
    rows = "FROM approval WHERE run = ? ORDER BY role"
    with time_machine.travel(datetime.fromisoformat("2027-02-17T08:00:00+01:00"), tick=False):
        if not holds:
            with pytest.raises(ApprovalRefused, match="has expired"):
                approval.require_approval(place, run)
            return
        approval.require_approval(place, run)
    with store.writing(place) as connection:
        before = connection.execute(rows, [run]).fetchall()
    much_later = time_machine.travel(datetime.fromisoformat("2027-03-04T08:00:00+01:00"), tick=False)
    with much_later, pytest.raises(ApprovalRefused, match="has expired"):
        approval.require_approval(place, run)
    with store.writing(place) as connection:
        assert connection.execute(rows, [run]).fetchall() == before


def forge(place: Workplace, run: str, **said: Any) -> None:
    detail = {"digest": runs.load(place, run).digest, "role": "manager", "approver": "manager_waste", "reviewed": []}
    approver = said.get("approver", "manager_waste")
    decisions.record(place, "approval_granted", actor=approver, run=run, detail={**detail, **said})


def test_a_line_written_without_the_key_approves_nothing(scene: tuple[Workplace, str, Postbox]) -> None:
    place, run, _ = scene
    approval.request(place, run)
    forge(replace(place, key=b"another key"), run)
    with pytest.raises(InputError, match="hash chain of the decision log breaks"):
        approval.require_approval(place, run)
    assert runs.load(place, run).state == "prepared"


@pytest.mark.parametrize(
    "said",
    [{"approver": "councillor"}, {"approver": "communicator_waste"}, {"role": "legal"}, {"digest": "d"}],
)
def test_a_grant_that_nobody_was_asked_for_approves_nothing(
    scene: tuple[Workplace, str, Postbox], said: dict[str, str]
) -> None:
    place, run, _ = scene
    approval.request(place, run)
    forge(place, run, **said)
    with pytest.raises(ApprovalPending):
        approval.require_approval(place, run)


def test_a_grant_from_before_anybody_was_asked_approves_nothing(scene: tuple[Workplace, str, Postbox]) -> None:
    place, run, _ = scene
    forge(place, run)
    approval.request(place, run)
    with pytest.raises(ApprovalPending):
        approval.require_approval(place, run)


@pytest.mark.parametrize("left", ["one line", "nothing", "no file", "one line and another after it"])
def test_no_approval_outlives_its_line_in_the_log(approved: tuple[Workplace, str], left: str) -> None:
    place, run = approved
    first = place.decisions.read_bytes().splitlines(keepends=True)[0]
    if left == "no file":
        place.decisions.unlink()
    else:
        place.decisions.write_bytes(b"" if left == "nothing" else first)
    if left == "one line and another after it":
        decisions.record(place, "run_paused", actor="account:x", run=run)
    with pytest.raises(InputError, match=r"log has lost or changed [12] decisions"):
        approval.require_approval(place, run)
    assert 2 in [each.line for each in audit.verify(place).breaks]
    with store.writing(place) as connection:
        connection.execute("DELETE FROM audit")
    with pytest.raises(ApprovalPending):
        approval.require_approval(place, run)


@pytest.mark.parametrize(
    "by_hand",
    [
        "UPDATE approval SET approved_at = now(), reviewed = []",
        "INSERT INTO approval (run, digest, role, approver, approved_at, expires_at, reviewed) "
        "SELECT run, digest, 'manager', 'manager_waste', now(), now() + INTERVAL 9 DAY, [] FROM run",
    ],
)
def test_a_row_set_by_hand_approves_nothing(scene: tuple[Workplace, str, Postbox], by_hand: str) -> None:
    place, run, box = scene
    approval.request(place, run)
    with store.writing(place) as connection:
        connection.execute(by_hand)
        connection.execute("UPDATE run SET state = 'approved'")
    with pytest.raises(ApprovalPending):
        approval.require_approval(place, run)
    approval.request(place, run)
    approval.grant(place, run, box.codes()[-1])
    approval.require_approval(place, run)


def test_a_longer_life_set_by_hand_is_set_back(approved: tuple[Workplace, str]) -> None:
    place, run = approved
    query = "SELECT expires_at, requested_at IS NULL FROM approval"
    with store.writing(place) as connection:
        before = connection.execute(query).fetchone()
        connection.execute("UPDATE approval SET expires_at = expires_at + INTERVAL 1 YEAR")
    approval.require_approval(place, run)
    with store.writing(place) as connection:
        after = connection.execute(query).fetchone()
    assert before
    assert after
    assert before[0] == after[0]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [("[manager], elected: true}", "elected"), ("[legal]}", "does not hold the role 'manager'")],
)
def test_who_may_no_longer_approve_has_approved_nothing(
    approved: tuple[Workplace, str], changed: str, problem: str
) -> None:
    place, run = approved
    assert place.directory is not None
    place.directory.write_text(DIRECTORY.replace("[manager]}", changed), encoding="utf-8")
    with pytest.raises(ApprovalRefused, match=problem):
        approval.require_approval(place, run)


def test_every_decision_of_an_approval_stands_in_the_table(approved: tuple[Workplace, str]) -> None:
    place, _ = approved
    with store.writing(place) as connection:
        rows = connection.execute("SELECT sequence, action FROM audit ORDER BY sequence").fetchall()
    assert rows == [(1, "approval_requested"), (2, "approval_granted")]


def register_people(place: Workplace, count: int, name: str) -> None:
    with store.writing(place) as connection:
        connection.execute(
            "INSERT INTO person BY NAME SELECT ? || n AS person_key, 'population' AS kind FROM range(?) AS numbers (n)",
            [name, count],
        )


def test_a_role_that_was_asked_stays_needed_when_the_register_grows(scene: tuple[Workplace, str, Postbox]) -> None:
    place, run, box = scene
    with store.writing(place) as connection:
        connection.execute("UPDATE audience SET kind = 'population' WHERE run = ?", [run])
    digest.seal(place, run)
    register_people(place, 20, "person")
    assert set(approval.request(place, run)) == {"manager_waste", "director"}
    register_people(place, 1000, "newcomer")
    codes = {letter["To"]: code for letter, code in zip(box.letters, box.codes(), strict=True)}
    granted = approval.grant(place, run, codes["chef@example.se"], actor="account:manager_waste")
    assert granted.missing == ("communications_director",)
    with pytest.raises(ApprovalPending, match="communications_director"):
        approval.require_approval(place, run)
    assert approval.grant(place, run, codes["direktor@example.se"], actor="account:director").missing == ()


def outcome_of(place: Workplace, run: str, code: str) -> str:
    try:
        return approval.grant(place, run, code, actor="account:operator").role
    except ApprovalRefused as refusal:
        return refusal.problem


def test_one_code_used_at_once_from_several_places_gives_one_approval(
    scene: tuple[Workplace, str, Postbox],
) -> None:
    place, run, box = scene
    approval.request(place, run)
    with ThreadPoolExecutor(3) as pool:
        told = list(pool.map(lambda code: outcome_of(place, run, code), box.codes() * 3))
    assert told.count("manager") == 1
    assert sum("has been used" in each for each in told) == 2
    assert [each.action for each in decisions.read(place)].count("approval_granted") == 1


def test_two_commands_that_ask_at_once_mail_each_approver_once(scene: tuple[Workplace, str, Postbox]) -> None:
    place, run, box = scene
    with ThreadPoolExecutor(3) as pool:
        asked = [each for mailed in pool.map(lambda _: approval.request(place, run), range(3)) for each in mailed]
    assert len(asked) == len(set(asked)) == len(box.letters)
    assert asked


@pytest.mark.parametrize("actor", ["account:lawyer", "account:root/Director", "prefect:jurist@example.se"])
def test_nobody_of_the_directory_uses_another_persons_code(scene: tuple[Workplace, str, Postbox], actor: str) -> None:
    place, run, box = scene
    approval.request(place, run)
    with pytest.raises(ApprovalRefused, match="nobody uses another person's code"):
        approval.grant(place, run, box.codes()[0], actor=actor)
    denied = [(each.actor, each.run) for each in decisions.read(place) if each.action == "approval_code_denied"]
    assert denied == [(actor, run)]
    assert approval.grant(place, run, box.codes()[0], actor="account:manager_waste").missing == ()


def test_a_code_refuses_once_and_never_with_a_personal_number(scene: tuple[Workplace, str, Postbox]) -> None:
    place, run, box = scene
    approval.request(place, run)
    with pytest.raises(InputError, match="holds a personal number") as caught:
        approval.refuse(place, run, box.codes()[0], "Fel om 19121212-1212.", actor="account:operator")
    assert "1212" not in str(caught.value)
    approval.refuse(place, run, box.codes()[0], "Datumet.", actor="account:operator")
    with pytest.raises(ApprovalRefused, match="that refusal stands"):
        approval.refuse(place, run, box.codes()[0], "Igen.", actor="account:operator")
    assert [each.action for each in decisions.read(place)].count("approval_refused") == 1
    assert approval.grant(place, run, box.codes()[0], actor="account:operator").missing == ()


def test_a_folder_in_the_place_of_the_log_is_told(approved: tuple[Workplace, str]) -> None:
    place, run = approved
    place.decisions.unlink()
    place.decisions.mkdir()
    with pytest.raises(InputError, match="the decision log is not a file"):
        approval.require_approval(place, run)
    with pytest.raises(InputError, match="the decision log is not a file"):
        decisions.record(place, "run_paused", actor="account:x", run=run)
