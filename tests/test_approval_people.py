"""Who may approve, and who is asked."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

import pytest
from approval_scene import DIRECTORY, Scene, asking, prepared, with_relay

from campaigns.approvers import load_directory
from campaigns.errors import ApprovalRefused, BudkavleError, GatewayUnavailable, InputError
from flows import approval_form, schedule
from flows.commands.common import actor as command_actor
from tasks import approval

PROPOSED = {"decision": {"status": "proposed"}}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with asking(tmp_path) as found:
        yield found


def test_one_person_alone_never_fills_every_role(scene: Scene) -> None:
    assert scene.workplace.directory is not None
    both = DIRECTORY.replace("roles: [manager]}", "roles: [manager, legal, communications_director]}", 1)
    scene.workplace.directory.write_text(both, encoding="utf-8")
    prepared(scene.workplace, scene.folder, **PROPOSED)
    approval.request(scene.workplace, scene.run)
    own = [code for letter, code in zip(scene.box.letters, scene.box.codes(), strict=True) if "chef" in letter["To"]]
    assert len(own) == 3
    for code in own[:2]:
        approval.grant(scene.workplace, scene.run, code)
    with pytest.raises(ApprovalRefused, match="one person alone is not enough"):
        approval.grant(scene.workplace, scene.run, own[2])
    assert scene.state() == "prepared"
    alone = "\n".join(line for line in both.splitlines() if "lawyer" not in line and "director:" not in line)
    scene.workplace.directory.write_text(alone, encoding="utf-8")
    with pytest.raises(InputError, match="one person alone holds all these roles"):
        approval.request(scene.workplace, scene.run, resend=True)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"manager": "communicator_waste"}, "nobody approves a campaign of their own"),
        ({"manager": "councillor"}, "elected politicians never approve"),
        ({"manager": "director"}, "does not hold the role 'manager'"),
        ({"manager": "nobody"}, "names 'nobody' as manager, whom the directory does not know"),
        ({"communicator": "nobody"}, "names 'nobody' as communicator"),
        (
            {"goal": "G1", "images": [{"file": "a", "source": "x", "licence": "y", "shows_child": True}]},
            "shows a child",
        ),
    ],
)
def test_whoever_may_not_approve_is_never_asked(scene: Scene, changes: dict[str, object], problem: str) -> None:
    prepared(scene.workplace, scene.folder, **changes)
    with pytest.raises(BudkavleError, match=problem):
        approval.request(scene.workplace, scene.run)
    assert scene.box.letters == []
    assert scene.rows() == []


def test_who_was_elected_since_the_code_was_mailed_may_not_use_it(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    assert scene.workplace.directory is not None
    scene.workplace.directory.write_text(DIRECTORY.replace("[manager]}", "[manager], elected: true}"), encoding="utf-8")
    with pytest.raises(ApprovalRefused, match="elected"):
        approval.grant(scene.workplace, scene.run, scene.box.codes()[0])


def test_the_author_cannot_use_the_code_of_another(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    with pytest.raises(ApprovalRefused, match="communicator"):
        approval.grant(scene.workplace, scene.run, scene.box.codes()[0], actor="communicator_waste")


@pytest.mark.parametrize("actor", ["councillor", "account:Councillor", "account:root/councillor"])
def test_an_elected_politician_cannot_use_the_code_of_another(scene: Scene, actor: str) -> None:
    approval.request(scene.workplace, scene.run)
    with pytest.raises(ApprovalRefused, match="elected politician"):
        approval.grant(scene.workplace, scene.run, scene.box.codes()[0], actor=actor)


@pytest.mark.parametrize(
    "actor",
    [
        "account:communicator_waste", "account:Communicator_Waste", "account:anna.s", "account:root/anna.s",
        "prefect:communicator_waste", "prefect:anna.s", "prefect:somebody", "prefect:", "account:", "unknown account",
    ],
)  # fmt: skip
def test_no_way_in_lets_the_authors_account_or_nobodys_use_a_code(scene: Scene, actor: str) -> None:
    assert scene.workplace.directory is not None
    accounts = DIRECTORY.replace("Exempel Skribent,", "Exempel Skribent, account: anna.s,")
    scene.workplace.directory.write_text(accounts, encoding="utf-8")
    approval.request(scene.workplace, scene.run)
    with pytest.raises(ApprovalRefused, match="from their own account"):
        approval.grant(scene.workplace, scene.run, scene.box.codes()[0], actor=actor)
    assert "approval_granted" not in scene.actions()


@pytest.mark.parametrize("actor", ["account:operator", "prefect:manager_waste", "prefect:bo.c"])
def test_the_approvers_own_account_and_an_operators_may_use_it(scene: Scene, actor: str) -> None:
    assert scene.workplace.directory is not None
    accounts = DIRECTORY.replace("Exempel Chef,", "Exempel Chef, account: bo.c,")
    scene.workplace.directory.write_text(accounts, encoding="utf-8")
    approval.request(scene.workplace, scene.run)
    assert approval.grant(scene.workplace, scene.run, scene.box.codes()[0], actor=actor).missing == ()


def test_the_command_knows_who_runs_it_also_under_another_name(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LOGNAME", "SUDO_USER"):
        monkeypatch.setenv(variable, "communicator_waste")
        assert command_actor().endswith("/communicator_waste")
        monkeypatch.delenv(variable)
    monkeypatch.setenv("LOGNAME", "somebody_else")
    assert pwd.getpwuid(os.getuid()).pw_name in command_actor().removeprefix("account:").split("/")


def test_an_approver_who_reads_the_authors_mail_is_refused(scene: Scene) -> None:
    assert scene.workplace.directory is not None
    scene.workplace.directory.write_text(DIRECTORY.replace("chef@", "Skribent@"), encoding="utf-8")
    with pytest.raises(ApprovalRefused, match="has the address or account of the campaign's communicator"):
        approval.request(scene.workplace, scene.run)


def test_two_persons_cannot_have_one_account(tmp_path: Path) -> None:
    path = tmp_path / "directory.yaml"
    path.write_text(DIRECTORY.replace("name: Exempel", "account: same, name: Exempel"), encoding="utf-8")
    with pytest.raises(InputError, match="two persons have the same account"):
        load_directory(path)


def test_a_relay_that_does_not_answer_leaves_nothing_behind(scene: Scene) -> None:
    with pytest.raises(GatewayUnavailable, match="none of them can be used"):
        approval.request(with_relay(scene.workplace, "smtp://127.0.0.1:1"), scene.run)
    assert scene.rows() == []
    assert approval.request(scene.workplace, scene.run) == ("manager_waste",)


def test_codes_mailed_before_the_relay_failed_are_void(scene: Scene) -> None:
    prepared(scene.workplace, scene.folder, **PROPOSED)
    scene.box.take_at_most = 1
    with pytest.raises(GatewayUnavailable):
        approval.request(scene.workplace, scene.run)
    assert scene.rows() == []
    with pytest.raises(ApprovalRefused, match="no code is waiting"):
        approval.grant(scene.workplace, scene.run, scene.box.codes()[0])


def test_the_second_relay_is_used_when_the_first_is_down(scene: Scene) -> None:
    both = with_relay(scene.workplace, f"smtp://127.0.0.1:1,{scene.workplace.smtp_url}")
    assert approval.request(both, scene.run) == ("manager_waste",)


def test_a_refused_address_names_the_person_and_not_the_address(scene: Scene) -> None:
    scene.box.refused.add("chef@example.se")
    with pytest.raises(InputError, match="refuses the address of manager_waste") as caught:
        approval.request(scene.workplace, scene.run)
    assert "example.se" not in str(caught.value)
    assert scene.rows() == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("persons: {a: {name: Exempel Ett, address: hemlig-adress}}", "persons.a.address"),
        ("persons: {a: {name: Exempel Ett, adress: hemlig@example.se}}", "persons.a.adress"),
        ("persons: [", ":2: the approvers' directory is not valid YAML"),
        ("", "file:"),
    ],
)
def test_a_faulty_directory_is_named_without_its_values(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "directory.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_directory(path)
    assert problem in str(caught.value)
    assert "hemlig" not in str(caught.value)
    assert "Exempel" not in str(caught.value)


def test_no_directory_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="BUDKAVLE_DIRECTORY"):
        load_directory(None)
    with pytest.raises(InputError, match="cannot be read"):
        load_directory(tmp_path / "missing.yaml")


def test_the_form_in_prefect_takes_a_refusal_from_the_approvers_own_account(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    code = scene.box.codes()[0]
    given = {"code": code, "refusal": "Datumet är fel."}
    another = approval_form.ApprovalForm(account="somebody", **given)
    assert "another account" in schedule._decide(scene.workplace, scene.run, another)
    own = approval_form.ApprovalForm(account="manager_waste", **given)
    assert schedule._decide(scene.workplace, scene.run, own) == ""
    with pytest.raises(ApprovalRefused, match=r"refused by manager .*: Datumet är fel"):
        schedule.wait_for_approval(scene.workplace, scene.run)
