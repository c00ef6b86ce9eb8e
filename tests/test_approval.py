import ast
import json
import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import time_machine
from approval_scene import (
    DIRECTORY,
    MATAVFALL,
    Postbox,
    campaign_folder,
    office,
    open_finding,
    postbox,
    prepared,
    text_of,
    with_relay,
)
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from campaigns.approvers import load_directory
from campaigns.brief_loading import load_brief
from campaigns.errors import (
    ApprovalPending,
    ApprovalRefused,
    BudkavleError,
    ContentChanged,
    GatewayUnavailable,
    IllegalMove,
    InputError,
)
from campaigns.language import translations
from flows import approval_form, schedule
from flows.commands.common import actor as command_actor
from tasks import (
    approval,
    approval_letter,
    approval_matter,
    approval_wording,
    checklist,
    decisions,
    digest,
    refusals,
    runs,
    steering,
    store,
)
from tasks.approvals_shown import confirmations
from tasks.audience_words import AudienceWords
from tasks.preview_words import Words
from tasks.shown_design import shown_design
from tasks.status import run_status
from tasks.workplace import Workplace

PROPOSED = {"decision": {"status": "proposed"}}


@dataclass
class Scene:
    workplace: Workplace
    folder: Path
    run: str
    box: Postbox

    def state(self) -> str:
        return runs.load(self.workplace, self.run).state

    def rows(self) -> list[tuple[str, str, bool]]:
        with store.writing(self.workplace) as connection:
            query = "SELECT role, approver, approved_at IS NOT NULL FROM approval ORDER BY ALL"
            return connection.execute(query).fetchall()

    def actions(self) -> list[str]:
        return [each.action for each in decisions.read(self.workplace)]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with postbox() as (box, url):
        workplace, folder = office(tmp_path, url), campaign_folder(tmp_path)
        run = prepared(workplace, folder)
        with duckdb.connect(workplace.database):  # kept open beside the test's own connections, which saves most time
            yield Scene(workplace, folder, run, box)


def test_the_manager_is_mailed_a_code_and_approves_with_it(scene: Scene) -> None:
    assert approval.request(scene.workplace, scene.run) == ("manager_waste",)
    with pytest.raises(ApprovalPending, match="missing from: manager"):
        approval.require_approval(scene.workplace, scene.run)
    granted = approval.grant(scene.workplace, scene.run, scene.box.codes()[0])
    assert (granted.role, granted.approver, granted.missing) == ("manager", "manager_waste", ())
    assert scene.state() == "approved"
    approval.require_approval(scene.workplace, scene.run)
    assert scene.actions() == ["approval_requested", "approval_granted"]


def test_the_letter_tells_what_to_do_in_swedish(scene: Scene) -> None:
    open_finding(scene.workplace, scene.run, "decision_wording")
    approval.request(scene.workplace, scene.run)
    letter = scene.box.letters[0]
    text = text_of(letter)
    assert letter["Subject"] == "Godkänn kampanjen ”Sortera matavfall hemma”"
    assert letter["To"] == "chef@example.se"
    command = f"budkavle approve {scene.run} --code {scene.box.codes()[0]} --reviewed decision_wording"
    for part in (command, "a person must read this", "preview/index.html", "ansvarig chef", "gäller just"):
        assert part in text
    assert letter["Reply-To"] == "skribent@example.se"
    assert "Kommunikatör: Exempel Skribent (skribent@example.se)." in text
    assert "Tillfrågas också" not in text
    assert "be Exempel Skribent (skribent@example.se) eller driften att öppna en åt dig" in text
    assert "Att svara på det här brevet, eller att ge koden till någon annan, godkänner ingenting" in text
    assert "Läsarna frågar på" in text


def test_the_code_stands_nowhere_but_in_the_letter(scene: Scene) -> None:
    approval.request(scene.workplace, scene.run)
    approval.grant(scene.workplace, scene.run, scene.box.codes()[0])
    secrets = [scene.box.codes()[0].encode(), b"chef@example.se", b"Exempel Chef"]
    for path in scene.workplace.home.rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            assert not [secret for secret in secrets if secret in kept], path


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


def test_the_letter_tells_the_matter_and_carries_the_preview(scene: Scene) -> None:
    page = scene.workplace.run_folder(scene.run, "preview") / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text('<h1>Sidan</h1>\n<p class="beside"><a href="audience.html">Mer</a></p>\n<p>Slut</p>')
    override = {"gate": "lix", "reason": "Texten måste nämna lagens egna ord för att stämma."}
    prepared(scene.workplace, scene.folder, overrides=[override])
    approval.request(scene.workplace, scene.run)
    letter = scene.box.letters[0]
    text = text_of(letter)
    told = (
        "Vad: Sortera matavfall hemma (G3:", "Till vem: hushåll som inte sorterar matavfall",
        "till allmänheten: 20 personer av 20 i målgruppen", "till allmänheten: E-post 20",
        "Du tillfrågas därför att chefen ansvarar", "kundregistret för ändamålet", "Svara senast",
        "18 januari 2027", "Kostnad: högst",
        "Beslut: Beslutat (Komm", "(lix)", "      Motivering: Texten måste nämna",
        "[ ] Översättning, engelska: enligt uppdraget",
        "Löfte: senast 15 juni 2027 får målgruppen veta vad det ledde till", "Förhandsgranskning: bifogad",
    )  # fmt: skip
    assert [part for part in told if part not in text.replace("\N{NO-BREAK SPACE}", " ")] == []
    assert "Råd i krisen" not in text
    assert "Sista dag att svara" not in text
    assert "Prefect" not in text
    (attached,) = letter.iter_attachments()
    assert attached.get_content_type() == "text/html"
    assert attached.get_content().split() == ["<h1>Sidan</h1>", "<p>Slut</p>"]


def test_the_letter_tells_the_last_day_to_answer_a_proposal(scene: Scene) -> None:
    proposed = {"status": "proposed", "body": "Nämnden", "consultation_until": "2027-03-15"}
    prepared(scene.workplace, scene.folder, decision=proposed)
    approval.request(scene.workplace, scene.run)
    assert "Sista dag att svara: 15 mars 2027" in text_of(scene.box.letters[0])


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({}, ["facts", "tone", "translation:en=translator_waste", "politics"]),
        ({"translation_readers": {}}, ["facts", "tone", "translation:en", "politics"]),
        ({"languages": ["sv"]}, ["facts", "tone", "politics"]),
    ],
)
def test_what_an_approval_confirms_is_kept_with_who_has_read_each_translation(
    scene: Scene, changes: dict[str, object], points: list[str]
) -> None:
    prepared(scene.workplace, scene.folder, **changes)
    approval.request(scene.workplace, scene.run)
    assert text_of(scene.box.letters[0]).count("[ ]") == len(points)
    granted = approval.grant(scene.workplace, scene.run, scene.box.codes()[0])
    assert list(granted.confirmed) == points
    with store.writing(scene.workplace) as connection:
        rows = connection.execute("SELECT confirmed FROM approval WHERE approved_at IS NOT NULL").fetchall()
        audit = connection.execute(
            "SELECT actor, detail->'confirmed' FROM audit WHERE action = 'approval_granted'"
        ).fetchall()
    assert rows == [(points,)]
    assert [(who, json.loads(told)) for who, told in audit] == [("manager_waste", points)]


def test_a_lawyer_and_the_data_protection_officer_confirm_no_translation() -> None:
    brief = load_brief(MATAVFALL)
    asked = {role: checklist.points(brief, role) for role in ("manager", "legal", "data_protection_officer")}
    assert "translation:en=translator_waste" in asked["manager"]
    assert asked["legal"] == ["facts", "tone", "politics"]
    assert asked["data_protection_officer"] == ["facts", "registers"]
    assert checklist.points(brief, "consent_reviewer") == ["facts", "consents"]


def test_a_lawyer_is_asked_for_no_translation_and_confirms_none(scene: Scene) -> None:
    proposed = {"status": "proposed", "body": "Nämnden", "consultation_until": "2027-03-15"}
    prepared(scene.workplace, scene.folder, decision=proposed)
    approval.request(scene.workplace, scene.run)
    letters = {letter["To"]: (text_of(letter), code) for letter, code in
               zip(scene.box.letters, scene.box.codes(), strict=True)}  # fmt: skip
    assert "Översättning" not in letters["jurist@example.se"][0]
    assert "Översättning" in letters["chef@example.se"][0]
    assert "Tillfrågas också: Exempel Direktör som" in letters["chef@example.se"][0]
    granted = approval.grant(scene.workplace, scene.run, letters["jurist@example.se"][1])
    assert list(granted.confirmed) == ["facts", "tone", "politics"]


def test_what_several_have_confirmed_is_told_once() -> None:
    def approved(name: str, *points: str) -> dict[str, object]:
        return {"approved": [(name, None, points)]}

    english = "translation:en"
    said = [approved("Chef", "facts", english), approved("Jurist", "facts"), approved("Direktör", "facts", english)]
    assert confirmations(said) == [(("Chef", "Jurist", "Direktör"), ["facts"]), (("Chef", "Direktör"), [english])]


def test_an_id_that_nobody_has_translated_stands_in_quotes() -> None:
    brief = load_brief(MATAVFALL)
    basis = brief.legal_basis[0].model_copy(update={"purpose": "snow_clearing"})
    brief = brief.model_copy(update={"legal_basis": (basis,)})
    (plain,) = approval_matter.uses(brief, translations("sv").gettext, "sv")
    assert "för ändamålet ”snow clearing”," in plain
    brief = brief.model_copy(update={"labels": {"snow_clearing": {"sv": "snöröjning"}}})
    (named,) = approval_matter.uses(brief, translations("sv").gettext, "sv")
    assert "för ändamålet snöröjning," in named


def test_the_points_are_told_in_words() -> None:
    given = ["facts", "translation:en=translator_waste", "translation:ar", "crisis_advice"]
    told = "fakta; översättningen (engelska), läst av translator_waste; översättningen (arabiska); råden i krisen"
    assert checklist.confirmed(given, "sv") == told


def test_the_letter_links_to_a_preview_that_staff_can_reach_and_speaks_english_on_request(scene: Scene) -> None:
    place = replace(scene.workplace, preview_url="https://insidan.example.se/budkavle/", language="en")
    approval.request(place, scene.run)
    letter = scene.box.letters[0]
    assert list(letter.iter_attachments()) == []
    assert f"Preview: https://insidan.example.se/budkavle/{scene.run}/preview/index.html" in text_of(letter)
    assert "Read the whole preview and ask yourself:" in text_of(letter)


def test_few_persons_are_not_told_in_the_letter(scene: Scene) -> None:
    with store.writing(scene.workplace) as connection:
        connection.execute("DELETE FROM audience WHERE person_key > 'person12'")
        assert connection.execute("SELECT count(*) BETWEEN 1 AND 9 FROM audience").fetchone() == (True,)
    digest.seal(scene.workplace, scene.run)
    approval.request(scene.workplace, scene.run)
    assert "hur många personer det är visas inte" in text_of(scene.box.letters[0])


def test_a_hidden_total_is_not_pasted_into_the_sentence(scene: Scene) -> None:
    with store.writing(scene.workplace) as connection:
        connection.execute(
            "INSERT INTO audience BY NAME SELECT run, wave, person_key || 'x' AS person_key, 'dead' AS excluded_reason "
            "FROM audience LIMIT 3"
        )
    digest.seal(scene.workplace, scene.run)
    approval.request(scene.workplace, scene.run)
    told = text_of(scene.box.letters[0])
    assert "  - till allmänheten: 20 personer" in told.splitlines()
    assert "visas inte" not in told


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


def test_every_word_of_the_letter_and_the_form_is_translated() -> None:
    modules = (approval_letter, approval_matter, approval_wording, approval_form, checklist, refusals)
    sources = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules]
    calls = [node for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    messages = {
        str(ast.literal_eval(call.args[0]))
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in ("_", "text") and isinstance(call.args[0], ast.Constant)
    }
    swedish = translations("sv")
    assert len(messages) > 25
    assert [message for message in messages if swedish.gettext(message) == message] == []


def test_the_letter_warns_of_an_audience_too_small_for_its_control_group(scene: Scene) -> None:
    run = runs.load(scene.workplace, scene.run)
    few = {"obstacle": "too_small", "clusters_needed": 485, "clusters_treated": 34, "clusters_holdout": 10}
    with store.writing(scene.workplace) as connection:
        told, plain = (
            approval_matter.matter(connection, scene.workplace, replace(run, design=design)) for design in (few, {})
        )
    assert "Målgruppen är för liten för målet: det skulle behövas 485 hushåll" in told
    assert "finns 44" in told
    assert "för liten" not in plain
    assert "Rikta er till fler" not in told, "advice to the communicator"


def test_how_few_are_held_out_does_not_follow_from_the_warning_of_letter_and_pages(scene: Scene) -> None:
    sizes = {"clusters_treated": 23, "clusters_holdout": 3, "minimum_detectable_effect": 0.87, "power": 0.1}
    design = {"obstacle": "too_small", "clusters_needed": 485, "designed_half_width": 0.6, **sizes}
    run = replace(runs.load(scene.workplace, scene.run), design=design)
    with store.writing(scene.workplace) as connection:
        connection.execute(
            "INSERT INTO audience BY NAME SELECT ? AS run, 'external' AS wave, 'h' || n AS person_key, "
            "'holdout' AS arm FROM range(3) AS numbers (n)",
            [scene.run],
        )
        told = approval_matter.matter(connection, scene.workplace, run)
        shown = shown_design(connection, run)
    assert "skulle behövas 485 hushåll" in told
    assert "Hur många det finns visas inte" in told
    assert told.count("”Visas inte” står där") == 1
    assert "finns 26" not in told
    assert not shown.keys() & {*sizes, "designed_half_width"}
    words = AudienceWords("sv")
    assert "26" not in words.warning(shown) + words.smallest_effect(shown) + Words("sv").design(shown)
    assert "485 personer" in words.warning(shown | {"drawn": "person"})
