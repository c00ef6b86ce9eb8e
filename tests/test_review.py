"""Checking a folder and reviewing a run: what blocks, what an override accepts, what is kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prepared_run import campaign_in, prepare

from campaigns.errors import Finding, GateRefused, told_once
from campaigns.programme import load_programme
from tasks import store
from tasks.checking import check_campaign
from tasks.review import require_sound_brief, review
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

BEFORE = datetime(2026, 11, 24, tzinfo=UTC)
LONG = "Gör det senast den 18 april 2027"
LONGER = "Gör det " + "gärna så fort du kan och " * 5 + "senast den 18 april 2027"
OVERRIDE = "\noverrides:\n  - {gate: sentence_length, reason: Meningen är ett citat ur beslutet och måste stå så}\n"


def stored(workplace: Workplace, run: str) -> list[tuple[str, str, bool, str]]:
    with store.writing(workplace) as connection:
        return connection.execute(
            "SELECT check_name, kind, success, place FROM check_result WHERE run = ? AND suite = 'gates' ORDER BY ALL",
            [run],
        ).fetchall()


def test_the_food_waste_campaign_has_no_findings(workplace: Workplace, tmp_path: Path) -> None:
    assert check_campaign(workplace, campaign_in(tmp_path)) == []


def test_faults_in_texts_are_found_with_their_lines_before_there_is_a_run(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_in(tmp_path, **{"Lägg skal, rester": "Lägg XXX, rester", "hur du sorterar matavfall": "läs mer"})
    lines = (folder / "text.sv.md").read_text(encoding="utf-8").splitlines()
    findings = check_campaign(workplace, folder)
    assert {(found.gate, found.file, lines[found.line - 1]) for found in findings} == {
        *(("placeholder", "text.sv.md", line) for line in lines if "XXX" in line),
        ("link_text", "text.sv.md", next(line for line in lines if "läs mer" in line)),
    }


def test_a_placeholder_in_the_preheader_is_told_of_the_email_that_shows_it(
    workplace: Workplace, tmp_path: Path
) -> None:
    folder = campaign_in(tmp_path, **{"preheader: Så kommer du i gång": "preheader: Så kommer XXX i gång"})
    told = {(each.gate, each.file, each.line, each.channel) for each in check_campaign(workplace, folder)}
    assert told == {("placeholder", "text.sv.md", 3, channel) for channel in ("email", "web")}


def test_a_warning_of_the_brief_without_a_reason_stops_the_campaign(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_in(tmp_path)
    assert require_sound_brief(workplace, folder, BEFORE).languages == ("sv", "en")
    (folder / "text.internal.en.md").unlink()
    with pytest.raises(GateRefused, match="internal_pack"):
        require_sound_brief(workplace, folder, BEFORE)


def test_a_start_that_has_passed_stops_the_preparation_as_check_says(workplace: Workplace, tmp_path: Path) -> None:
    folder, late = campaign_in(tmp_path), BEFORE + timedelta(days=90)
    told = check_campaign(workplace, folder, now=late)
    with pytest.raises(GateRefused, match=f"{len(told)} findings stop the campaign") as refused:
        require_sound_brief(workplace, folder, late)
    assert {(each.gate, each.line) for each in refused.value.findings} == {(each.gate, each.line) for each in told}
    with (folder / "campaign.yaml").open("a", encoding="utf-8") as brief:
        brief.write("overrides:\n  - {gate: start_ahead, reason: Skickas direkt efter vattenläckan i natt.}\n")
    assert require_sound_brief(workplace, folder, late)


def test_faults_of_brief_and_syntax_come_in_the_same_list(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_in(
        tmp_path, **{"anchored_with: [Kundservice, Avfallsavdelningen]\n": "", "first_name }}": "nobody }}"}
    )
    gates = {finding.gate for finding in check_campaign(workplace, folder)}
    assert {"anchored", "text_syntax"} <= gates


def test_a_sound_run_is_let_through_and_every_gate_has_its_row(workplace: Workplace, tmp_path: Path) -> None:
    run = prepare(workplace, campaign_in(tmp_path))
    assert review(workplace, run) == []
    rows = stored(workplace, run)
    assert {name for name, *_ in rows} == {gate.id for gate in load_programme().text_gates}
    assert all(success for *_, success, _ in rows)


def test_a_blocking_finding_refuses_and_is_kept_with_its_place(workplace: Workplace, tmp_path: Path) -> None:
    run = prepare(workplace, campaign_in(tmp_path, **{"Lägg skal, rester": "Lägg TODO, rester"}))
    with pytest.raises(GateRefused) as refusal:
        review(workplace, run)
    assert {finding.gate for finding in refusal.value.findings} == {"placeholder"}
    assert {name for name, _, success, _ in stored(workplace, run) if not success} == {"placeholder"}
    assert all(place.startswith("text.sv.md:") for *_, success, place in stored(workplace, run) if not success)


def test_a_warning_refuses_until_the_brief_overrides_it(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_in(tmp_path, **{LONG: LONGER})
    with pytest.raises(GateRefused):
        review(workplace, prepare(workplace, folder))
    with (folder / "campaign.yaml").open("a", encoding="utf-8") as brief:
        brief.write(OVERRIDE)
    run = prepare(workplace, folder)
    findings = review(workplace, run)
    assert findings
    assert all("citat" in finding.accepted for finding in findings)
    assert check_campaign(workplace, folder)[0].accepted == findings[0].accepted


def test_a_review_again_replaces_what_it_wrote(workplace: Workplace, tmp_path: Path) -> None:
    run = prepare(workplace, campaign_in(tmp_path))
    review(workplace, run)
    once = stored(workplace, run)
    review(workplace, run)
    assert stored(workplace, run) == once


def test_results_of_other_stages_stay(workplace: Workplace, tmp_path: Path) -> None:
    run = prepare(workplace, campaign_in(tmp_path))
    with store.writing(workplace) as connection:
        connection.execute("INSERT INTO check_result BY NAME SELECT ? AS run, 'audience' AS stage, 'x' AS suite", [run])
    review(workplace, run)
    with store.writing(workplace) as connection:
        assert connection.execute("SELECT count(*) FROM check_result WHERE stage = 'audience'").fetchone() == (1,)


def test_a_finding_for_a_person_is_left_to_the_approver(workplace: Workplace, tmp_path: Path) -> None:
    heavy = "Kommunfullmäktiges avfallshanteringsplan innehåller omfattande informationskampanjer tillsammans. " * 40
    run = prepare(workplace, campaign_in(tmp_path, **{LONG: heavy}))
    findings: list[Finding] = review(workplace, run)
    assert {(finding.gate, finding.kind) for finding in findings} == {("lix", "H")}
    assert {name for name, kind, success, _ in stored(workplace, run) if kind == "H" and not success} == {"lix"}


def test_what_is_wrong_in_every_channel_is_told_once_with_the_channels_named() -> None:
    alike = [
        Finding(
            "jargon",
            "P5b",
            "W",
            "text.sv.md",
            7,
            "A hard word",
            "Use another.",
            "sv",
            channel,
            sentence="Det åligger dig.",
        )
        for channel in ("email", "letter", "web")
    ]
    other = Finding(
        "jargon", "P5b", "W", "text.sv.md", 9, "A hard word", "Use another.", "sv", "web", sentence="Nyttja det."
    )
    told = str(GateRefused("four findings", [*alike, other]))
    assert told.count("text.sv.md:7") == 1
    assert "(email, letter, web, sv)" in told
    assert "text.sv.md:9: [W jargon P5b] A hard word (web, sv)" in told


def test_a_colour_of_a_template_is_told_once_whatever_it_paints() -> None:
    painted = [
        Finding("contrast", "P5b", "B", "web.html.j2", 4, "Hard to see", "Darken it.", language, "web", sentence=words)
        for language, words in (("sv", "Hej"), ("en", "Hello"))
    ]
    (told,) = told_once(painted)
    assert (told.language, told.sentence) == ("sv, en", "Hej")
