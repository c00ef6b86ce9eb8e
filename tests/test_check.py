"""What `budkavle check` tells at once: a fault in one text hides nothing in another, and no start that has passed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from prepared_run import campaign_in, prepare

from campaigns.brief_loading import inspect_brief
from campaigns.errors import Finding
from tasks import runs, store
from tasks.audience_query import examine
from tasks.checking import NOT_YET_JUDGED, TEXTS_NOT_JUDGED, check_campaign
from tasks.gate_words import counted
from tasks.own_templates import unread_templates
from tasks.workplace import Workplace

SWEDISH, ENGLISH, INTERNAL = "text.sv.md", "text.en.md", "text.internal.sv.md"
UNFINISHED = "Write to us and TODO"


def with_unfinished_english(tmp_path: Path) -> Path:
    """The food-waste campaign with a fault in its English text that a gate of texts finds."""
    folder = campaign_in(tmp_path)
    (folder / ENGLISH).write_text(
        (folder / ENGLISH).read_text(encoding="utf-8") + f"\n{UNFINISHED}\n", encoding="utf-8"
    )
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Change a file of a campaign at a place that must stand there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ("", "0 findings, 0 to mend"),
        ("B", "1 finding, 1 to mend"),
        (
            "WHH",
            "3 findings, 1 to mend, 2 that a person must read and accept by name at the approval, or nothing is sent",
        ),
    ],
)
def test_the_last_line_tells_how_many_findings_a_person_must_read(kinds: str, told: str) -> None:
    assert counted([Finding("gate", "P1", kind, "file", 1, "what", "how") for kind in kinds]) == told


def found_in(findings: list[Finding], file: str) -> set[str]:
    """Return the gates that found something in a file."""
    return {each.gate for each in findings if each.file == file}


@pytest.mark.parametrize(
    ("old", "new", "gate"),
    [
        ("{{ first_name }}", "{{ frist_name }}", "text_syntax"),
        ("---\n", "", "text_file"),
        ("subject:", "subjects:", "text_file"),
        ("{{ first_name }}", "{{ 'x' * 100000000 }}", "text_syntax"),
    ],
)
def test_a_fault_in_one_text_silences_that_text_alone_and_says_so(
    workplace: Workplace, tmp_path: Path, old: str, new: str, gate: str
) -> None:
    folder = with_unfinished_english(tmp_path)
    edit(folder / SWEDISH, old, new)
    findings = check_campaign(workplace, folder)
    assert found_in(findings, SWEDISH) == {gate}
    assert found_in(findings, ENGLISH) == {"placeholder"}
    assert all(NOT_YET_JUDGED in each.remedy for each in findings if each.file == SWEDISH)


@pytest.mark.parametrize("picture", ["![Karta](karta.png)", "![](karta.png)", "![]()"])
def test_a_picture_that_cannot_be_shown_silences_no_other_gate(
    workplace: Workplace, tmp_path: Path, picture: str
) -> None:
    folder = campaign_in(tmp_path)
    edit(folder / SWEDISH, "## ", f"{picture}\n\nVi implementerar påsar.\n\n## ")
    findings = check_campaign(workplace, folder)
    assert {"image_file", "jargon"} <= found_in(findings, SWEDISH)
    assert not [each for each in findings if NOT_YET_JUDGED in each.remedy]


def test_every_picture_that_is_missing_is_told_at_once(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_in(tmp_path)
    edit(folder / SWEDISH, "## ", "![Karta](karta.png)\n\n![Påse](pase.png)\n\n## ")
    edit(folder / INTERNAL, "## ", "![Hink](hink.png)\n\n## ")
    told = {each.message for each in check_campaign(workplace, folder) if each.gate == "image_file"}
    assert told == {f"the picture {name}.png is missing" for name in ("karta", "pase", "hink")}


def test_a_text_without_a_line_for_text_messages_is_judged_in_every_other_channel(
    workplace: Workplace, tmp_path: Path
) -> None:
    folder = with_unfinished_english(tmp_path)
    edit(folder / "campaign.yaml", "channels: [email, letter, web]", "channels: [email, letter, web, sms]")
    findings = check_campaign(workplace, folder)
    assert found_in(findings, ENGLISH) == {"text_file", "placeholder"}


def test_a_fault_in_the_template_of_a_channel_leaves_the_other_channels_judged(
    workplace: Workplace, tmp_path: Path
) -> None:
    folder = with_unfinished_english(tmp_path)
    (folder / "web.html.j2").write_text('{% extends "web.html.j2" %}{% block body %}{{ nobody }}{% endblock %}')
    findings = check_campaign(workplace, folder)
    assert {each.channel for each in findings if each.gate == "placeholder"} == {"email", "letter"}


def test_the_missing_texts_of_the_internal_wave_are_named_in_every_language(
    workplace: Workplace, tmp_path: Path
) -> None:
    folder = campaign_in(tmp_path)
    (folder / "text.internal.en.md").unlink()
    told = [(each.gate, each.message) for each in check_campaign(workplace, folder)]
    assert told == [("internal_pack", "there is no text.internal.en.md")]


def test_a_wave_with_a_text_of_its_own_needs_it_in_every_language(tmp_path: Path) -> None:
    folder = campaign_in(tmp_path)
    (folder / "text.sv.md").rename(folder / "text.external.sv.md")
    told = [(each.gate, each.message.partition(" (")[0]) for each in inspect_brief(folder)[1]]
    assert told == [("text_file", "there is no text.external.en.md")]


NAMES = [("last_name", False), ("frist_name", True), ("firstname", True), ("surname", False), ("förnamn", True)]


@pytest.mark.parametrize(("written", "near"), NAMES)
def test_only_a_slip_of_the_pen_or_a_swedish_name_is_taken_for_another_name(
    workplace: Workplace, tmp_path: Path, written: str, near: bool
) -> None:
    folder = campaign_in(tmp_path, **{"{{ first_name }}": f"{{{{ {written} }}}}"})
    remedies = [each.remedy for each in check_campaign(workplace, folder) if each.gate == "text_syntax"]
    assert remedies
    assert {"did you mean first_name?" in each for each in remedies} == {near}


BEGUN = datetime(2027, 1, 17, 12, tzinfo=UTC)


def test_a_start_that_has_passed_is_a_warning_with_the_way_to_mend_it(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_in(tmp_path)
    findings = check_campaign(workplace, folder, now=BEGUN)
    assert [(each.gate, each.kind, each.message) for each in findings] == [
        ("start_ahead", "W", "`waves[1].start` has passed")
    ]
    assert "Move it ahead" in findings[0].remedy
    assert check_campaign(workplace, folder) == []


def test_a_message_that_is_no_longer_true_blocks(workplace: Workplace, tmp_path: Path) -> None:
    late = datetime(2027, 7, 1, tzinfo=UTC)
    kinds = {(each.gate, each.kind) for each in check_campaign(workplace, campaign_in(tmp_path), now=late)}
    assert kinds == {("start_ahead", "W"), ("schedule_order", "B")}


@pytest.mark.parametrize(("states", "warned"), [((), True), (("prepared",), True), (("prepared", "approved"), False)])
def test_a_run_that_is_approved_is_not_told_that_its_start_has_passed(
    workplace: Workplace, tmp_path: Path, states: tuple[str, ...], warned: bool
) -> None:
    folder = campaign_in(tmp_path)
    run = prepare(workplace, folder)
    for state in states:
        runs.move(workplace, run, state)
    store.take_snapshot(workplace)
    assert bool(check_campaign(workplace, folder, now=BEGUN)) == warned


def test_templates_that_nobody_reads_are_told(tmp_path: Path) -> None:
    folder = campaign_in(tmp_path)
    for name in ("sms.txt.j2", "fax.html.j2", "letter.typ", "email.html.j2"):
        (folder / name).write_text("Hej", encoding="utf-8")
    brief, _ = inspect_brief(folder)
    assert brief is not None
    told = [each.message for each in unread_templates(brief, folder)]
    assert told == ["nobody reads fax.html.j2", "nobody reads letter.typ", "nobody reads sms.txt.j2"]


def test_a_brief_that_is_a_link_out_of_the_folder_is_refused_unread(tmp_path: Path) -> None:
    folder = campaign_in(tmp_path)
    (folder / "campaign.yaml").rename(tmp_path / "elsewhere.yaml")
    (folder / "campaign.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    brief, (refusal,) = inspect_brief(folder)
    assert brief is None
    assert "leads out of the campaign's folder" in refusal.message


def test_a_text_that_is_missing_is_told_once(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_in(tmp_path)
    (folder / ENGLISH).unlink()
    told = [each for each in check_campaign(workplace, folder) if each.gate == "text_file"]
    assert [(each.file, each.message) for each in told] == [
        ("campaign.yaml", "there is no text.en.md (UTF-8) for `languages[2]`")
    ]


@pytest.mark.parametrize(
    ("old", "new", "meant"),
    [
        ("languages: [sv, en]", "languages: [sv, eng]", "en"),
        ("languages: [sv, en]", "languages: [sv, Engelska]", "en"),
        ("channels: [email, letter, web]", "channels: [epost, letter, web]", "email"),
        ("channels: [email, letter, web]", "channels: [email, Brev, web]", "letter"),
    ],
)
def test_what_else_a_language_or_channel_is_called_is_answered_with_its_name(
    tmp_path: Path, old: str, new: str, meant: str
) -> None:
    _, findings = inspect_brief(campaign_in(tmp_path, **{old: new}))
    assert any(f"Did you mean `{meant}`?" in each.remedy for each in findings)


def test_a_query_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    folder = campaign_in(tmp_path)
    (query,) = (path for path in folder.glob("*.sql") if "employees" in path.read_text(encoding="utf-8"))
    query.write_text("\ufeff" + query.read_text(encoding="utf-8"), encoding="utf-8")
    brief, _ = inspect_brief(folder)
    assert brief is not None
    assert examine(query, brief, "internal")[1] == []


def test_texts_are_judged_although_the_form_of_the_brief_is_broken(workplace: Workplace, tmp_path: Path) -> None:
    folder = with_unfinished_english(tmp_path)
    edit(folder / "campaign.yaml", "goal:", "gaol:")
    edit(folder / "campaign.yaml", "channels: [email, letter, web]", "channels: [e-post, letter, web]")
    findings = check_campaign(workplace, folder)
    assert found_in(findings, "campaign.yaml") >= {"brief"}
    assert found_in(findings, ENGLISH) == {"placeholder"}


def test_words_in_two_parts_are_found_in_the_part_that_the_text_includes(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_in(tmp_path)
    for name in ("a.md", "b.md"):
        (folder / name).write_text(f"Del {name[0]}.\n\nKolla med Anna.\n", encoding="utf-8")
    branch = '\n{% if housing == "flat" %}{% include "b.md" %}{% else %}Hej.{% endif %}\n'
    with (folder / SWEDISH).open("a", encoding="utf-8") as text:
        text.write(branch)
    found = {(each.file, each.line) for each in check_campaign(workplace, folder) if each.gate == "placeholder"}
    assert found == {("b.md", 3)}


def test_a_brief_that_keeps_its_texts_from_being_judged_says_so(workplace: Workplace, tmp_path: Path) -> None:
    folder = with_unfinished_english(tmp_path)
    edit(folder / "campaign.yaml", "\ntitle: ", '\ntitle: "\n')
    findings = check_campaign(workplace, folder)
    assert {each.file for each in findings} == {"campaign.yaml"}
    assert sum(TEXTS_NOT_JUDGED in each.remedy for each in findings) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("slots:\n", "slots:\n  - 5\n"),
        ("facts:\n", "facts:\n  - 5\n"),
        ("{name: housing, values: [flat, house]}", "{name: housing, values: }"),
        ("{name: first_name, kind: text,", "{nmae: first_name, kind: text,"),
        ("{name: pickup_place, kind: text,", "{name: pick up, kind: words,"),
        ("facts:\n  - {name: housing, values: [flat, house]}\n", "facts: {housing: [flat, house]}\n"),
    ],
)
def test_texts_are_judged_although_facts_or_slots_are_broken(
    workplace: Workplace, tmp_path: Path, old: str, new: str
) -> None:
    folder = with_unfinished_english(tmp_path)
    edit(folder / "campaign.yaml", old, new)
    findings = check_campaign(workplace, folder)
    assert found_in(findings, "campaign.yaml") >= {"brief"}
    assert found_in(findings, ENGLISH) == {"placeholder"}
    assert {each.gate for each in findings if each.file.endswith(".md")} <= {"placeholder"}


def test_a_name_that_a_broken_slot_does_not_tell_is_no_fault_of_the_text(workplace: Workplace, tmp_path: Path) -> None:
    folder = with_unfinished_english(tmp_path)
    edit(folder / "campaign.yaml", "{name: pickup_place, kind: text,", "{name: where to, kind: text,")
    edit(folder / SWEDISH, "{{ pickup_place }}", "{{ where_to }}")
    findings = check_campaign(workplace, folder)
    assert found_in(findings, SWEDISH) == set()
    assert found_in(findings, ENGLISH) == {"placeholder"}
