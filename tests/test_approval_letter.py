"""What the letter to an approver tells, and what an approval confirms."""

import ast
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from approval_scene import MATAVFALL, Scene, asking, open_finding, prepared, text_of

from campaigns.brief_loading import load_brief
from campaigns.language import translations
from flows import approval_form
from tasks import approval, approval_letter, approval_matter, approval_wording, checklist, digest, refusals, runs, store
from tasks.approvals_shown import confirmations
from tasks.audience_words import AudienceWords
from tasks.preview_words import Words
from tasks.shown_design import shown_design


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with asking(tmp_path) as found:
        yield found


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


def test_what_a_survey_is_promised_to_show_is_told_to_hang_on_the_answers(scene: Scene) -> None:
    run = runs.load(scene.workplace, scene.run)
    design = {"designed_half_width": 0.06, "power": 0.9, "minimum_detectable_effect": 0.08, "clusters_needed": 485}
    surveyed = run.brief.objective.model_copy(update={"survey": True})
    survey = run.brief.model_copy(update={"objective": surveyed})
    with store.writing(scene.workplace) as connection:
        asked, plain = (
            shown_design(connection, replace(run, brief=brief, design=design)) for brief in (survey, run.brief)
        )
    words, audience_words = Words("sv"), AudienceWords("sv")
    caveat = "Det gäller om alla svarar på enkäten; ju färre som svarar, desto osäkrare blir det."
    assert words.design(asked) == f"{words.design(plain)} {caveat}"
    assert "om alla svarar" in audience_words.smallest_effect(asked)
    assert "alla svarar" not in audience_words.smallest_effect(plain)
    few = {"obstacle": "too_small"}
    assert audience_words.warning(asked | few).count("måste svara på enkäten") == 1
    assert "svara" not in audience_words.warning(plain | few)


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
