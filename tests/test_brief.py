import contextlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.audience_knowledge import constants_of
from campaigns.brief import Brief
from campaigns.brief_form import explain_naive
from campaigns.brief_loading import CAMPAIGNS, find_campaign, inspect_brief, load_brief, new_campaign
from campaigns.brief_source import MOST_BYTES, plain
from campaigns.errors import BriefInvalid, Finding, InputError
from campaigns.texts import read_text

MATAVFALL = CAMPAIGNS / "matavfall"
WRITTEN = (MATAVFALL / "campaign.yaml").read_text(encoding="utf-8")
Edit = Callable[..., list[Finding]]


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MATAVFALL, tmp_path / "matavfall"))


@pytest.fixture
def edited(campaign: Path) -> Edit:
    """Replace strings of the real brief, each of which must be there, and return the findings."""

    def edit(*changes: tuple[str, str]) -> list[Finding]:
        text = WRITTEN
        for before, after in changes:
            assert text.count(before) >= 1, before
            text = text.replace(before, after, 1)
        (campaign / "campaign.yaml").write_text(text, encoding="utf-8")
        return inspect_brief(campaign)[1]

    return edit


def line_of(text: str, within: str = WRITTEN) -> int:
    return within[: within.index(text)].count("\n") + 1


def test_the_real_brief_has_no_finding() -> None:
    brief, findings = inspect_brief(MATAVFALL)
    assert findings == []
    assert brief == load_brief(MATAVFALL)
    assert brief is not None
    assert brief.waves[0].start.utcoffset() == brief.waves[1].start.utcoffset() is not None


TEN_FAULTS = (
    # what stands, what is planted, the line where it is found, gate, requirement
    ("title: Sortera", "titel: Sortera", "titel:", "brief", "P5b"),
    ("goal: G3", "goal: G7", "goal:", "brief", "P2a"),
    ("baseline: 0.0 ", "baseline: noll ", "  baseline:", "brief", "P2b"),
    ("stage: outcome", "stage: outtake", "kpis:", "outcome_kpi", "P4a"),
    ("  hours: {sv: vardagar 8–16, en: weekdays 8 am to 4 pm}", "  hours: 8", "  hours: 8", "brief", "P4b"),
    ("  date: 2026-06-15", "  date: 2026-06-31", "  date:", "brief", "P6d"),
    ("sustainable_city", "sustainable_town", "overall_message:", "overall_message", "P7a"),
    ("audience: kundservice.sql", "audience: saknas.sql", "    audience: saknas", "audience_file", "P4d"),
    ("channels: [email, letter, web]", "channels: [email, letter, web, pigeon]", "channels:", "channel_known", "P4e"),
    ("holdout: {share: 0.1,", "holdout: {share: 10,", "holdout:", "brief", "P4g"),
)


def test_ten_planted_faults_give_ten_findings_in_one_go_each_in_its_line(campaign: Path) -> None:
    text = WRITTEN
    for before, after, *_ in TEN_FAULTS:
        assert before in text
        text = text.replace(before, after, 1)
    (campaign / "campaign.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BriefInvalid) as caught:
        load_brief(campaign)
    found = [(finding.line, finding.gate, finding.requirement) for finding in caught.value.findings]
    planted = [(line_of(place, text), gate, requirement) for _, _, place, gate, requirement in TEN_FAULTS]
    assert sorted(found) == sorted(planted)
    assert len(found) == 10
    assert all(finding.file == "matavfall/campaign.yaml" and finding.remedy for finding in caught.value.findings)


def test_a_brief_without_a_control_group_is_told_what_to_write_instead(campaign: Path) -> None:
    text = (campaign / "campaign.yaml").read_text(encoding="utf-8")
    left_out = text.replace("holdout: {share: 0.1, by: household}\n", "")
    assert left_out != text
    (campaign / "campaign.yaml").write_text(left_out, encoding="utf-8")
    with pytest.raises(BriefInvalid) as caught:
        load_brief(campaign)
    (remedy,) = [finding.remedy for finding in caught.value.findings if "holdout" in finding.message]
    assert "{share: 0, by: household}" in remedy
    assert "cannot tell what the campaign caused" in remedy


PROPOSED = "  status: proposed\n  consultation_until: {}\n"


@pytest.mark.parametrize(
    ("before", "after", "gate", "requirement", "kind", "line_of_key"),
    [
        ("target: 0.31       #", "target: 0.0 #", "objective_moves", "P2b", "B", "target: 0.0"),
        ("by: 2027-04-18", "by: 2027-01-18", "objective_date", "P2b", "B", "by: 2027"),
        ("communicator: communicator_waste", "communicator: manager_waste", "two_people", "P3c", "B", "communicator:"),
        ("  kind: company", "  kind: department", "sender_kind", "P6b2", "B", "  kind: department"),
        ("body: Stockholm Vatten och Avfall", "body: Vattenbolaget", "sender_known", "P6b", "W", "body: Vatten"),
        ("  reference: KS 2026/0001 (exempel)\n", "", "decision_complete", "P6d", "B", "decision:"),
        ("  status: decided\n", "  status: proposed\n", "decision_complete", "P6d", "B", "decision:"),
        ("  status: decided\n", PROPOSED.format("2027-01-18"), "decision_complete", "P6d", "B", "consultation_until:"),
        ("  status: decided\n", PROPOSED.format("2027-06-15"), "feedback_order", "P4c", "B", "feedback_by:"),
        ("message_kind: how_we_do\n", "", "message_kind", "P7b", "W", "# Food"),
        ("challenges: [participation]", "challenges: [weather]", "challenge_known", "U", "B", "challenges:"),
        ("channels: [email, letter, web]", "channels: [email, letter]", "web_channel", "P4e", "B", "channels:"),
        ("https://start", "http://start", "landing_page", "P4e", "B", "landing_page:"),
        ("https://start.", "https://user:word@start.", "landing_page", "P4e", "B", "landing_page:"),
        ("print_reason: Brev", "print_reason:  # Brev", "print_reason", "P4f", "W", "print_reason:"),
        ("[Kundservice, Avfallsavdelningen]", "[]", "anchored", "P5a", "W", "anchored_with:"),
        ("fact_checker: fact_checker_waste\n", "", "sources", "P5c", "W", "# Food"),
        ("2027-06-30T23:59:00+02:00", "2027-01-17T23:59:00+01:00", "schedule_order", "P5c", "B", "  valid_until:"),
        ('closes: "24:00"', 'closes: "00:00"', "schedule_order", "P5c", "B", "closes:"),
        ("Europe/Stockholm", "Europe/Sthlm", "clock_time", "P5c", "B", "  time_zone:"),
        ("Europe/Stockholm", "../../etc/passwd", "clock_time", "P5c", "B", "  time_zone:"),
        ("2027-06-30T23:59:00+02:00", "2027-06-30T23:59:00+01:00", "clock_offset", "P5c", "W", "  valid_until:"),
        ("looks: [30, 90]", "looks: [90, 30]", "look_order", "P4g", "B", "looks:"),
        ("looks: [30, 90]", "looks: [2027-01-01T08:00:00+01:00]", "look_order", "P4g", "B", "looks:"),
        ("looks: [30, 90]", 'looks: [30, "1815000000"]', "clock_time", "P5c", "B", "looks:"),
        ("by: household}", "by: household, later: 29}", "look_order", "P4g", "B", "looks:"),
        ("by: household}", "by: household, later: 170}", "schedule_order", "P5c", "B", "holdout:"),
        ("by: household}", "by: household, later: 148}", "schedule_order", "P5c", "B", "holdout:"),
        ("by: household}", "by: household, later: 181}", "brief", "P4g", "B", "holdout:"),
        ("by: household}", "by: household, later: 0.5}", "brief", "P4g", "B", "holdout:"),
        ("0.1, by: household}", "0.5, by: area, later: 30}", "brief", "P4g", "B", "holdout:"),
        ("0.1, by: household}", "0, by: household, later: 30}", "brief", "P4g", "B", "holdout:"),
        ("feedback_by: 2027-06-15", "feedback_by: 2027-01-01", "feedback_order", "P4c", "B", "feedback_by:"),
        ("  - {register: customers", "#  - {register: customers", "register_declared", "P1", "B", "legal_basis:"),
        ("register: customers", "register: guardians", "register_unused", "P1", "W", "  - {register: guardians"),
        ("languages: [sv, en]", "languages: [sv, en, fi]", "text_file", "P5b", "B", "languages:"),
        ("default: {sv: du som bor här, en: resident}", "default: {sv: du som bor här}", "slot_defaults", "P5b", "B",
         "  - {name: first_name"),
        ("{sv: vardagar 8–16, en: weekdays 8 am to 4 pm}", "{sv: vardagar 8–16}", "contact_languages", "P4b", "B",
         "  hours:"),
        ("{sv: vardagar 8–16, en: weekdays 8 am to 4 pm}", "vardagar 8–16", "contact_languages", "P4b", "B",
         "  hours:"),
        ("name: pickup_place", "name: housing", "names_unique", "P5b", "B", "  - {name: housing, kind"),
        ("name: pickup_place", "name: message_id", "names_unique", "P5b", "B", "  - {name: message_id"),
        ("languages: [sv, en]", "languages: [sv, en, sv]", "names_unique", "P5b", "B", "languages:"),
        ("EUPL-1.2}", "EUPL-1.2, licence_until: 2027-05-01}", "image_rights", "P5b", "B", "  - {file:"),
        ("EUPL-1.2}", "EUPL-1.2, shows_child: true}", "image_rights", "P5b", "B", "  - {file:"),
    ],
)  # fmt: skip
def test_each_rule_finds_its_fault_in_its_line(
    edited: Edit, before: str, after: str, gate: str, requirement: str, kind: str, line_of_key: str
) -> None:
    findings = edited((before, after))
    text = WRITTEN.replace(before, after, 1)
    assert (gate, requirement, kind) in {(one.gate, one.requirement, one.kind) for one in findings}
    found = next(one for one in findings if one.gate == gate)
    assert found.line == line_of(line_of_key, text)


def test_a_first_look_on_the_day_on_which_the_control_group_is_told_is_in_time(edited: Edit) -> None:
    assert edited(("by: household}", "by: household, later: 30}")) == []


def test_a_rule_still_speaks_when_another_key_of_the_same_block_is_broken(edited: Edit) -> None:
    findings = edited(("  kind: company", "  kind: firm"), ("  unit: avfall", "  unit: moln"), ("goal: G3", "goal: G8"))
    assert [finding.gate for finding in findings] == ["brief", "brief", "sender_known"]
    findings = edited(("name: internal ", "nam: internal "), ("landing_page: https", "landing_page: http"))
    assert [finding.gate for finding in findings] == ["brief", "landing_page"]


def test_an_external_wave_that_goes_first_is_refused(edited: Edit) -> None:
    findings = edited(('start: "2027-01-18T08:00:00+01:00"', 'start: "2027-01-17T08:00:00+01:00"'))
    assert [(finding.gate, finding.requirement, finding.kind) for finding in findings] == [
        ("internal_first", "P3a", "B")
    ]
    assert findings[0].line == line_of('start: "2027-01-18')


def test_without_a_register_of_employees_the_first_wave_counts_as_internal(edited: Edit, campaign: Path) -> None:
    (campaign / "kundservice.sql").write_text("SELECT person_key FROM register_population")
    findings = edited(('start: "2027-01-17T08:00:00+01:00"', 'start: "2027-01-19T08:00:00+01:00"'))
    assert "internal_first" in {finding.gate for finding in findings}


def test_a_register_named_in_a_comment_or_a_text_is_not_used(edited: Edit, campaign: Path) -> None:
    query = "-- register_guardians\nSELECT person_key, 'register_subscribers' AS need FROM register_employees"
    (campaign / "kundservice.sql").write_text(query)
    assert edited() == []


def test_an_external_campaign_without_questions_and_answers_warns(edited: Edit, campaign: Path) -> None:
    (campaign / "text.internal.sv.md").unlink()
    assert [(one.gate, one.requirement, one.kind) for one in edited()] == [("internal_pack", "P3b", "W")]
    assert load_brief(campaign).title


def test_an_override_must_name_a_gate_that_warns(edited: Edit) -> None:
    reason = "det här är en tillräckligt lång motivering"
    images = "  - {file: stand-in, source: Budkavle, licence: EUPL-1.2}"
    assert edited((images, f"{images}\noverrides: [{{gate: lix, reason: {reason}}}]")) == []
    findings = edited((images, f"{images}\noverrides: [{{gate: web_channel, reason: {reason}}}]"))
    assert [finding.gate for finding in findings] == ["override_known"]


def test_a_text_folded_over_lines_is_read_as_one_line(campaign: Path, edited: Edit) -> None:
    edited(("minority_language_decision: >-\n  ", "minority_language_decision: >-\n  Först en rad.\n  "))
    assert load_brief(campaign).minority_language_decision.startswith("Först en rad. Webbsidan")


def test_a_past_start_is_no_fault(edited: Edit) -> None:
    changes = [("2027", "2017")] * WRITTEN.count("2027")
    assert edited(*changes, ("2026-06-15", "2016-06-15"), ("2026-11-16", "2016-11-16")) == []


def test_times_keep_their_offset_quoted_or_not(campaign: Path, edited: Edit) -> None:
    edited(('"2027-06-30T23:59:00+02:00"', "2027-06-30T23:59:00+02:00"))
    assert load_brief(campaign).schedule.valid_until.isoformat() == "2027-06-30T23:59:00+02:00"


@pytest.mark.parametrize(
    ("time", "says"),
    [
        ("2027-01-18T08:00:00", "Write 2027-01-18T08:00:00+01:00."),
        ("2027-03-28T02:30:00", "does not exist"),
        ("2027-10-31T02:30:00", "2027-10-31T02:30:00+02:00 or 2027-10-31T02:30:00+01:00"),
    ],
)
def test_a_time_without_offset_is_refused_with_the_offsets_it_may_have(edited: Edit, time: str, says: str) -> None:
    findings = edited(("2027-01-17T08:00:00+01:00", time))
    assert says in findings[0].remedy
    assert findings[0].kind == "B"


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-12:00"])
def test_a_time_of_another_age_is_refused(edited: Edit, time: str) -> None:
    findings = edited(("2027-01-17T08:00:00+01:00", time))
    assert "start` has a value that is not allowed" in findings[0].message
    assert findings[0].kind == "B"


@given(st.datetimes(), st.sampled_from(["Europe/Stockholm", "Asia/Kolkata", "America/St_Johns", "no/zone", ""]))
def test_an_offset_is_proposed_for_any_time(time: Any, zone: str) -> None:
    assert explain_naive(time.isoformat(), zone)


def test_a_telephone_number_is_kept_with_its_zeros_or_refused_never_changed(edited: Edit, campaign: Path) -> None:
    assert edited(("way: kundservice@svoa.example.se", "way: 0701740605")) == []
    assert load_brief(campaign).contact.way == "0701740605"
    findings = edited(("way: kundservice@svoa.example.se", "way: 46701740605"))
    assert [finding.gate for finding in findings] == ["brief"]
    assert "46701740605" not in str(findings[0])


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *(
            (word, word)
            for word in ("no", "007", "+46701740605", "0x1f", "1e999", ".inf", "1_000", "2027-01-18", "12:30")
        ),
        ("~", None),
        ("true", True),
        ("-3", -3),
        ("0.5", 0.5),
    ],
)
def test_a_plain_word_means_what_it_looks_like(word: str, value: object) -> None:
    assert plain(word) == value
    assert type(plain(word)) is type(value)


def test_a_misspelt_key_is_one_finding_with_the_key_that_was_meant(edited: Edit) -> None:
    findings = edited(("landing_page:", "landingpage:"))
    assert [finding.line for finding in findings] == [line_of("landing_page:")]
    assert "Did you mean `landing_page`?" in findings[0].remedy


def test_a_key_that_stands_twice_is_found_with_both_lines(edited: Edit) -> None:
    findings = edited(("goal: G3\n", "goal: G3\ngoal: G4\n"))
    first = line_of("goal: G3")
    assert [(one.line, one.kind) for one in findings] == [(first + 1, "B")]
    assert f"line {first}" in findings[0].message


def test_an_empty_key_that_may_be_left_out_counts_as_left_out(edited: Edit) -> None:
    assert edited(("partners: [Fastighetsägare i Stockholm]", "partners:")) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"title: [unclosed\nedition: 1\n", "not YAML"),
        (b"title: x\n\tgoal: G1\n", "tab"),
        (b"\xff\xfe\x00binary", "UTF-8"),
        (b"title: a\x00b\n", "cannot be shown"),
        (b"", "holds no keys"),
        (b"- a\n- b\n", "holds no keys"),
        (b"x: " + b"[" * 5000, "nested"),
        (b"x: " + b"- " * 5000, "nested"),
        ("".join(" " * i + "a:\n" for i in range(400)).encode(), "nested"),
        (b"x: " + b"[" * 40 + b"]" * 40, "nested"),
        (b"a: &a [1]\nb: *a\n", "repeated block"),
        (b"a: &a [*a]\n", ""),
        (b"a" * 10_000_000, "larger"),
        (b"---\na: 1\n---\nb: 2\n", "not YAML"),
        (b'title: "\\ud800"\n', ""),
        (b"? [a, b]\n: 1\n", "not a word"),
        (b"title: !!python/object:os.system x\n", ""),
        (b"%YAML 1.1\n---\ntitle: no\n", ""),
    ],
)
def test_a_file_that_is_no_brief_gives_findings(campaign: Path, content: bytes, says: str) -> None:
    (campaign / "campaign.yaml").write_bytes(content)
    with pytest.raises(BriefInvalid) as caught:
        load_brief(campaign)
    assert says in str(caught.value)


def test_yaml_errors_name_line_and_column_without_quoting_the_file(campaign: Path) -> None:
    (campaign / "campaign.yaml").write_text("title: x\nmanager: *anna_andersson\n")
    finding = inspect_brief(campaign)[1][0]
    assert (finding.line, "column 10" in finding.message) == (2, True)
    assert finding.requirement == "P5c", "a fault of syntax is none against the goal"
    assert "anna" not in str(finding)


def test_a_missing_folder_and_a_folder_for_a_brief_are_findings(tmp_path: Path) -> None:
    (tmp_path / "odd" / "campaign.yaml").mkdir(parents=True)
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / "campaign.yaml")
    for folder in (*(tmp_path / name for name in ("nowhere", "odd", "pipe", "x" * 5000)), Path("\0")):
        with pytest.raises(BriefInvalid):
            load_brief(folder)


CALM = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LINES = WRITTEN.splitlines(keepends=True)
PERSONAL = "Anna Andersson 19900101-2384 anna@example.se"


def judged(campaign: Path, content: bytes) -> list[Finding]:
    """Load whatever bytes; anything but a brief or BriefInvalid is a failure of the test."""
    (campaign / "campaign.yaml").write_bytes(content)
    try:
        assert isinstance(load_brief(campaign), Brief)
    except BriefInvalid as error:
        refused = list(error.findings)
    else:
        return []
    assert refused
    return refused


@CALM
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_bring_the_loader_down(campaign: Path, content: bytes) -> None:
    assert judged(campaign, content)


@CALM
@given(
    number=st.integers(0, len(LINES) - 1),
    text=st.text(max_size=40) | st.sampled_from(["x: [", "  - {", "&a", "? ", "!!int x: 1", "- 1\n", "'", "|\n", "\t"]),
    whole=st.booleans(),
)
def test_no_change_of_a_line_brings_the_loader_down(campaign: Path, number: int, text: str, whole: bool) -> None:
    changed = text + "\n" if whole else LINES[number].split(":")[0] + ": " + text + "\n"
    judged(campaign, "".join([*LINES[:number], changed, *LINES[number + 1 :]]).encode("utf-8", "replace"))


JSON_LIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@CALM
@given(key=st.sampled_from(list(Brief.model_fields)), value=JSON_LIKE)
def test_no_value_of_a_key_brings_the_loader_down(campaign: Path, key: str, value: object) -> None:
    flow = re.sub(r"\bNone\b", "null", repr(value))
    kept = re.sub(rf"(?m)^{key}:.*\n((?:[ -].*)?\n)*", "", WRITTEN)
    judged(campaign, f"{kept}\n{key}: {flow}\n".encode("utf-8", "replace"))


@CALM
@given(number=st.integers(0, len(LINES) - 1), quoted=st.booleans(), as_key=st.booleans())
def test_no_finding_repeats_a_personal_value(campaign: Path, number: int, quoted: bool, as_key: bool) -> None:
    value = f'"{PERSONAL}"' if quoted else PERSONAL
    head, colon, tail = LINES[number].partition(":")
    changed = f'"{PERSONAL}"{colon}{tail}' if as_key else f"{head}: {value}\n"
    text = "".join([*LINES[:number], changed, *LINES[number + 1 :]])
    shown = " ".join(str(finding) for finding in judged(campaign, text.encode()))
    assert not any(word in shown for word in PERSONAL.split())


def test_a_brief_at_the_size_limit_is_read(campaign: Path) -> None:
    padded = WRITTEN.encode() + b"#" * (MOST_BYTES - len(WRITTEN.encode()))
    assert judged(campaign, padded) == []
    assert judged(campaign, padded + b"#")


def test_a_campaign_is_found_by_name_and_by_path(campaign: Path) -> None:
    assert find_campaign("matavfall") == MATAVFALL
    assert find_campaign(str(campaign)) == campaign.resolve()
    with pytest.raises(InputError, match="known campaigns: matavfall"):
        find_campaign("nothing")


@given(st.text(max_size=20) | st.just("x" * 5000))
def test_no_name_brings_the_search_down(name: str) -> None:
    with contextlib.suppress(InputError):
        assert (find_campaign(name) / "campaign.yaml").is_file()


def test_a_new_campaign_reports_only_what_to_fill_in(tmp_path: Path) -> None:
    findings = inspect_brief(new_campaign("sommarlov-2028", tmp_path))[1]
    assert len(findings) > 20
    warnings = {"anchored", "insight_link", "message_kind", "recipient_knowledge", "sources"}
    assert all(finding.message.endswith("is empty") for finding in findings if finding.gate not in warnings)


def test_a_new_campaign_explains_every_key(tmp_path: Path) -> None:
    lines = (new_campaign("x", tmp_path) / "campaign.yaml").read_text(encoding="utf-8").splitlines()
    for key in Brief.model_fields:
        line = next((line for line in lines if re.match(rf"{key}:", line)), "")
        assert "#" in line or key == "edition", key


@pytest.mark.parametrize("name", ["", "..", "a/b", "Stor", "å", "a b", "-\n", "."])
def test_a_new_campaign_needs_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        new_campaign(name, tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []


def test_a_new_campaign_never_overwrites(tmp_path: Path) -> None:
    new_campaign("x", tmp_path)
    with pytest.raises(InputError, match="exists already"):
        new_campaign("x", tmp_path)


@pytest.mark.parametrize("path", sorted(MATAVFALL.glob("text*.md")), ids=lambda path: path.name)
def test_the_texts_of_the_campaign_can_be_read(path: Path) -> None:
    text, findings = read_text(path, path.stem.split(".")[-1])
    assert findings == []
    assert text is not None
    assert {"subject", "preheader", "page_title", "body"} <= set(text.fields)
    assert "2026-06-15" in load_brief(MATAVFALL).model_dump_json()
    assert re.search(r"15 (juni|June) 2026", text.fields["body"])


def documented_brief() -> str:
    page = (CAMPAIGNS.parent / "docs" / "add-a-campaign.md").read_text(encoding="utf-8")
    return page.split("```yaml\n")[1].split("```")[0]


def test_the_documented_brief_names_every_key_and_has_no_finding(campaign: Path) -> None:
    example = documented_brief()
    for key in Brief.model_fields:
        assert re.search(rf"(?m)^{key}:", example), key
    (campaign / "campaign.yaml").write_text(example, encoding="utf-8")
    assert inspect_brief(campaign)[1] == []


def test_a_quotation_that_is_not_closed_is_told_at_its_line_without_a_requirement(edited: Edit) -> None:
    (found,) = edited(("title: Sortera matavfall hemma", 'title: "Sortera matavfall hemma'))
    assert found.line == line_of("title:")
    assert "quotation mark" in found.message
    assert found.requirement not in found.remedy


def test_a_channel_that_nobody_knows_is_told_once_with_the_names_that_are_known(edited: Edit) -> None:
    (found,) = edited(("channels: [email, letter, web]", "channels: [email, fax, letter, web]"))
    assert (found.line, found.gate) == (line_of("channels:"), "channel_known")
    assert "letter" in found.remedy


def test_the_constants_of_a_column_are_followed_through_parts_of_the_query_or_said_to_be_unknown() -> None:
    case = "CASE WHEN x THEN 'flat' ELSE 'house' END"
    inner = f"WITH home AS (SELECT person_key, {case} AS kind FROM register_population) "
    assert constants_of(f"{inner}SELECT home.kind AS housing FROM home", "housing") == ({"flat", "house"}, True)
    assert constants_of(f"{inner}SELECT upper(home.kind) AS housing FROM home", "housing") == (frozenset(), False)
    assert constants_of(f"{inner}SELECT * FROM home", "housing") == (frozenset(), False)
    assert constants_of(f"{inner}SELECT home.kind FROM home", "housing") == (frozenset(), True)
    assert constants_of("SELECT FROM (", "housing") == (frozenset(), False)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("baseline: ", "baseline: 5 % #", "Did you mean `0.05`?"),
        ("target: ", 'target: "0,15" #', "Did you mean `0.15`, with a decimal point?"),
        ("reach: 0.8", "reach: 90", "Did you mean `0.9`?"),
        ("share: 0.1", "share: 10", "Did you mean `0.1`?"),
        ("manager: ", "manager: Karin Chef #", "the id the person has in the approvers' directory"),
        ("days: [mon, tue", "days: [mån, ons", "Did you mean `wed`?"),
        ("kind: company", "kind: förvaltning", "Did you mean `department`? Allowed: department, company."),
        ("status: decided", "status: beslutad", "Did you mean `decided`? Allowed: decided, proposed, none_needed."),
        ("status: decided", "status: Ej beslutat", "Did you mean `proposed`?"),
        ("by: household", "by: hushållet", "Did you mean `household`?"),
        ("goal: ", "goal: g3 #", "Did you mean `G3`?"),
        ("goal: ", "goal: 3 #", "Did you mean `G3`?"),
        ("  by: ", "  by: 15 mars 2027 #", "Did you mean `2027-03-15`?"),
        ("  by: ", "  by: 2027-02-30 #", "There is no such day."),
        ("{sek: 1000000,", "{sek: 25 000,", "Did you mean `25000`? Allowed: a number such as 0.31 or 25000"),
        ("sources:\n", "sources: Trafikkontoret\nother:\n", "Write it within brackets, `[like this]`."),
        ("languages: [sv, en]", "languages: [sv, lättläst]", "declare the fact `easy_read`"),
        ("minority_language_decision: ", "minority_language_decision: Nej\nother: ", "and who decided it"),
        ("overall_message: ", "overall_message: En öppen stad #", "Did you mean `open_city`? Allowed: main, "),
        ("challenges: ", "challenges: [Delaktighet] #", "Did you mean `participation`?"),
    ],
)
def test_a_value_as_people_write_it_is_answered_with_the_one_that_is_read(
    edited: Edit, before: str, after: str, told: str
) -> None:
    assert any(told in finding.remedy for finding in edited((before, after)))


def test_an_empty_field_of_a_text_is_told_as_empty_not_as_in_need_of_quotation_marks(tmp_path: Path) -> None:
    text = tmp_path / "text.sv.md"
    text.write_text("---\nsubject: Sortera\npreheader:\n---\nHej!\n", encoding="utf-8")
    findings = read_text(text, "sv")[1]
    assert [(finding.line, finding.message) for finding in findings] == [(3, "preheader is empty")]
    assert "quotation marks" not in findings[0].remedy
