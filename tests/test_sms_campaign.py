"""A campaign that sends text messages: texts, gates, preview, and a plan that knows what each message costs."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from prepared_run import prepare
from small_city import insert, rows, selected
from sms_scene import LINES, SHARD, sms_campaign

from campaigns.brief_loading import load_brief
from campaigns.channels import load_channels
from campaigns.errors import BriefInvalid, Finding
from tasks import audience, channels, messages, runs, shards, store
from tasks.checking import check_campaign
from tasks.gate_subjects import subject_of
from tasks.gates.examining import GateSubject, examine
from tasks.previews import write_preview
from tasks.rendered_texts import render_texts
from tasks.shard_messages import read_shard
from tasks.slots import parse
from tasks.text_message import count
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

PART = load_channels()["sms"].unit_cost_sek
FEW = settings(
    max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
PROPOSED = {
    "  status: decided\n  body: Kommunfullmäktige\n  date: 2026-06-15\n  reference: KS 2026/0001 (exempel)": (
        "  status: proposed\n  body: Kommunfullmäktige\n  consultation_until: 2027-03-15"
    )
}


def found(folder: Path, workplace: Workplace, gate: str = "") -> list[Finding]:
    return [finding for finding in check_campaign(workplace, folder) if gate in ("", finding.gate)]


def line_of(folder: Path, name: str, words: str) -> int:
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)


def texts(workplace: Workplace, folder: Path) -> list[GateSubject]:
    brief = load_brief(folder)
    return [
        subject_of(
            brief, folder, wave=each.wave, channel=each.channel, language=each.language, subject=each.subject,
            text=each.text, html=each.html, facts=each.facts,
        )
        for each in render_texts(brief, folder, workplace) if each.channel == "sms"
    ]  # fmt: skip


def test_a_sound_campaign_has_no_finding(workplace: Workplace, tmp_path: Path) -> None:
    assert found(sms_campaign(tmp_path), workplace) == []


def test_a_text_message_says_in_short_all_that_a_message_must(workplace: Workplace, tmp_path: Path) -> None:
    swedish = next(each for each in texts(workplace, sms_campaign(tmp_path)) if each.source == "text.sv.md")
    assert swedish.text == (
        "Hej du som bor här! Sortera matavfall från 18 april. Hämta påsar: närmaste återvinningscentral.\n\n"
        "Stockholm Vatten och Avfall, en del av Stockholms stad\nBeslutat\nFrågor: kundservice@svoa.example.se\n"
        "18 januari 2027\nhttps://start.stockholm.example.se/matavfall"
    )


def test_neither_label_nor_number_of_the_layout_makes_a_message_long(workplace: Workplace, tmp_path: Path) -> None:
    folder = sms_campaign(tmp_path, **PROPOSED, **{"kundservice@svoa.example.se": '"08-508 000 00"'})
    for text in texts(workplace, folder):
        assert ("Förslag, inte beslutat\nTyck till senast: 15 mars 2027\n" in text.text) == (text.language == "sv")
        assert count(text.text).alphabet == "GSM-7"
    assert found(folder, workplace, "decision_label") == found(folder, workplace, "contact_present") == []


@pytest.mark.parametrize("name", sorted(LINES))
def test_a_text_without_the_line_is_named(workplace: Workplace, tmp_path: Path, name: str) -> None:
    (finding,) = found(sms_campaign(tmp_path, {name: ""}), workplace)
    assert (finding.kind, finding.file, finding.line, finding.channel) == ("B", name, 1, "sms")


def test_the_line_is_no_duty_where_no_text_messages_are_sent(workplace: Workplace, tmp_path: Path) -> None:
    changes = {"channels: [email, sms, letter, web]": "channels: [email, letter, web]"}
    assert found(sms_campaign(tmp_path, dict.fromkeys(LINES, ""), **changes), workplace) == []


@pytest.mark.parametrize(
    ("added", "character", "remedy"),
    [
        (" – snart", "– (U+2013 EN DASH)", "“-”"),
        (" ”snart”", "” (U+201D RIGHT DOUBLE QUOTATION MARK)", '“"”'),
        (" Snart\N{NO-BREAK SPACE}nog", "U+00A0 NO-BREAK SPACE", "a space"),
        (" 🚀", "🚀 (U+1F680 ROCKET)", "Leave it out"),
    ],
)
def test_a_character_that_need_not_cost_is_named_where_it_stands(
    workplace: Workplace, tmp_path: Path, added: str, character: str, remedy: str
) -> None:
    folder = sms_campaign(tmp_path, {"text.sv.md": LINES["text.sv.md"] + added})
    (finding,) = found(folder, workplace, "sms_parts")
    assert (finding.kind, finding.file, finding.line) == ("W", "text.sv.md", line_of(folder, "text.sv.md", added))
    assert character in finding.message
    assert remedy in finding.remedy
    assert any(added in text.text for text in texts(workplace, folder))  # told, never replaced


def test_a_character_of_the_brief_is_told_there(workplace: Workplace, tmp_path: Path) -> None:
    folder = sms_campaign(tmp_path, **{"sv: närmaste återvinningscentral": "sv: närmaste central – här"})
    (finding,) = found(folder, workplace, "sms_parts")
    assert (finding.file, finding.line) == ("campaign.yaml", line_of(folder, "campaign.yaml", "närmaste central"))


@pytest.mark.parametrize("added", [" Giitu – Sámi giela čálus.", " Łódź – hej", " مرحبا – أهلا"])
def test_a_letter_that_nothing_else_says_is_left_in_peace(workplace: Workplace, tmp_path: Path, added: str) -> None:
    assert found(sms_campaign(tmp_path, {"text.sv.md": LINES["text.sv.md"] + added}), workplace, "sms_parts") == []


def test_many_parts_are_told(workplace: Workplace, tmp_path: Path) -> None:
    long = LINES["text.sv.md"] + " Påsarna är gratis och du kan hämta fler när de är slut." * 6
    folder = sms_campaign(tmp_path, {"text.sv.md": long})
    (finding,) = found(folder, workplace, "sms_parts")
    assert (finding.file, finding.line) == ("text.sv.md", line_of(folder, "text.sv.md", "sms:"))
    assert "4 parts" in finding.message


@pytest.mark.parametrize("sender", ["Stockholms stad", "Sthlm-stad", "4stad", "Stockholms s", "Ĳsberg"])
def test_a_sender_that_telephones_do_not_show_is_told(workplace: Workplace, tmp_path: Path, sender: str) -> None:
    folder = sms_campaign(tmp_path, **{"  unit: avfall": f'  unit: avfall\n  text_sender: "{sender}"'})
    findings = found(folder, workplace)
    assert {(each.gate, each.kind, each.line) for each in findings} == {
        ("sms_sender", "W", line_of(folder, "campaign.yaml", "  text_sender:"))
    }


@pytest.mark.parametrize("sender", ["SVOA", "Sthlm2027", "Återbruk"])
def test_a_sender_that_telephones_show_passes(workplace: Workplace, tmp_path: Path, sender: str) -> None:
    folder = sms_campaign(tmp_path, **{"  unit: avfall": f"  unit: avfall\n  text_sender: {sender}"})
    assert found(folder, workplace) == []


@pytest.mark.parametrize(
    ("gate", "gone"),
    [
        ("sender_present", "Stockholm Vatten och Avfall"),
        ("endorsement", "en del av Stockholms stad"),
        ("sms_sender", "Stockholms stad"),
        ("decision_label", "Beslutat"),
        ("contact_present", "kundservice@svoa.example.se"),
        ("date_present", "18 januari 2027"),
    ],
)
def test_what_the_layout_must_print_is_missed(workplace: Workplace, tmp_path: Path, gate: str, gone: str) -> None:
    (sound,) = (each for each in texts(workplace, sms_campaign(tmp_path)) if each.source == "text.sv.md")
    broken = replace(sound, text=sound.text.replace(gone, "…"))
    from campaigns.programme import load_programme

    assert [each.gate for each in examine([sound], load_programme().text_gates)] == []
    assert [each.gate for each in examine([broken], [load_programme().gate(gate)])] == [gate]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("Se https://{{ pickup_place }}.example.se/karta", "host of an address"),
        ("Se {{ recipient }}", "nobody gives recipient a value"),
    ],
)
def test_a_slot_cannot_lead_anywhere_nor_stand_for_what_nobody_knows_yet(
    workplace: Workplace, tmp_path: Path, line: str, wrong: str
) -> None:
    with pytest.raises(BriefInvalid, match=wrong):
        texts(workplace, sms_campaign(tmp_path, {"text.sv.md": line}))


def test_a_slot_within_an_address_stays_a_part_of_it(workplace: Workplace, tmp_path: Path) -> None:
    folder = sms_campaign(tmp_path, {"text.sv.md": "Se https://x.example.se/karta?plats={{ pickup_place }}"})
    (text,) = (each for each in texts(workplace, folder) if each.source == "text.sv.md")
    assert "karta?plats=n%C3%A4rmaste%20%C3%A5tervinningscentral\n" in text.text


def test_the_preview_tells_alphabet_parts_cost_and_sender(workplace: Workplace, tmp_path: Path) -> None:
    folder = sms_campaign(tmp_path, {"text.sv.md": LINES["text.sv.md"] + " – snart"})
    run = prepare(workplace, folder)
    with store.writing(workplace) as connection:
        connection.execute("UPDATE assignment SET channel = 'sms' WHERE channel = 'email'")
    messages.build_variants(workplace, run)
    store.take_snapshot(workplace)
    page = lxml.html.document_fromstring(write_preview(workplace, run).read_text(encoding="utf-8"))
    (counted,) = page.xpath("//dl[@class='counted']")
    told = [" ".join(cell.text_content().split()) for cell in counted]
    assert told[:6] == ["Avsändare", "Stockholm", "Delar", "4", "Kostnad per sms", "1,40 kr"]
    assert told[-2:] == ["På grund av", "– (U+2013 EN DASH)"]


def person(number: int, place: str, language: str, mailed: bool) -> dict[str, Any]:
    traits = {"need": "needs_bin", "life_situation": "adults"}
    return {
        "person": f"p{number:03}", "household": f"h{number}", "email": f"mail{number}" if mailed else "",
        "postal": False, "segment": "needs_bin/adults", "traits": traits, "language": language,
        "slots": {"pickup_place": place},
    }  # fmt: skip


def planned(workplace: Workplace, folder: Path, crowd: Sequence[dict[str, Any]], **changes: Any) -> str:
    """Plan, write and shard the outer wave for a crowd with mobile numbers; returns the run."""
    brief = load_brief(folder)
    waves = [wave for wave in brief.waves if wave.name == "external"]
    update = {"waves": tuple(waves), "floors": (), "exploration": 0.0}
    update |= {"holdout": brief.holdout.model_copy(update={"share": 0.0}), **changes}
    run = runs.begin(workplace, brief.model_copy(update=update), folder)
    selected(workplace, run, crowd)
    with store.writing(workplace) as connection:
        points = [
            {"kind": "population", "person_key": one["person"], "address_kind": "mobile", "address_key": one["person"],
             "sharers": 1}
            for one in crowd
        ]  # fmt: skip
        insert(connection, "contact_point", points)
        connection.execute("UPDATE identity SET mobile = '+46701740605'")
        connection.execute("UPDATE audience SET facts = MAP {'housing': 'flat'}")
    audience.draw_holdout(workplace, run)
    channels.plan_channels(workplace, run, messages.part_texts(workplace, run))
    messages.build_variants(workplace, run)
    shards.write_shards(workplace, run, "external")
    return run


crowds = st.lists(
    st.tuples(
        st.sampled_from(["", "här", "Storgatan – 1", "Ł", "{[€]}" * 30, "Återvinningscentralen " * 7])
        | st.text(max_size=90),
        st.sampled_from(["sv", "en"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
).map(lambda drawn: [person(number, *each) for number, each in enumerate(drawn)])


@pytest.mark.slow
@FEW
@given(crowds, st.floats(0, 12))
def test_what_is_planned_for_text_messages_is_what_they_cost_and_within_the_budget(
    workplace: Workplace, tmp_path_factory: pytest.TempPathFactory, crowd: list[dict[str, Any]], sek: float
) -> None:
    folder = sms_campaign(tmp_path_factory.mktemp("campaign"))
    budget = load_brief(folder).budget.model_copy(update={"sek": sek})
    place = replace(workplace, home=tmp_path_factory.mktemp("home"))
    run = planned(place, folder, crowd, budget=budget)
    ((wanted,),) = rows(place, "SELECT coalesce(sum(cost_sek), 0) FROM plan WHERE channel = 'sms'")
    ((spent, parts, persons),) = rows(
        place,
        "SELECT coalesce(sum(cost_sek), 0), coalesce(sum(parts), 0), count(*) FROM message WHERE channel = 'sms'",
    )
    assert (wanted, spent) == (pytest.approx(parts * PART, abs=1e-6), pytest.approx(parts * PART, abs=1e-6))
    ((total,),) = rows(place, "SELECT sum(cost_sek) FROM plan")
    assert total <= sek + 1e-9
    if persons:
        templates = {
            name: parse(template)
            for name, template in rows(place, f"SELECT variant, template FROM variant WHERE run = '{run}'")
        }
        _, sent = read_shard(place.run_folder(run, "shards"), SHARD)
        filled = [templates[each.variant].fill(each.slots).decode() for each in sent]
        assert parts == sum(count(text).parts for text in filled)


def test_of_two_who_cost_differently_the_plan_reaches_the_cheaper(workplace: Workplace, tmp_path: Path) -> None:
    crowd = [person(number, "här" if number % 2 else "Återvinningscentralen " * 12, "sv", False) for number in range(8)]
    folder = sms_campaign(tmp_path)
    budget = load_brief(folder).budget.model_copy(update={"sek": 4 * 2 * PART + 0.01})
    run = planned(workplace, folder, crowd, budget=budget)
    assert [name for (name,) in rows(workplace, "SELECT person_key FROM assignment ORDER BY ALL")] == [
        "p001", "p003", "p005", "p007"
    ]  # fmt: skip
    assert rows(workplace, f"SELECT DISTINCT parts FROM message WHERE run = '{run}' AND channel = 'sms'") == [(2,)]
