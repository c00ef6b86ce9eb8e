"""The preview shows everything, runs nothing, gives nobody away, and speaks Swedish or English."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import lxml.html
import pytest
from jinja2.ext import babel_extract
from lxml.html import HtmlElement
from prepared_run import campaign_in, prepare
from pypdf import PdfReader
from ruamel.yaml import YAML

from campaigns.approval_matrix import TABLE
from campaigns.brief_loading import load_brief
from campaigns.language import translations
from expectations import SUITES
from flows import artifacts
from flows.campaign import PREPARING
from flows.progress import steps
from tasks import (
    audience_words,
    easy_read_shown,
    plan_names,
    plan_page,
    plan_words,
    preview_words,
    register_names,
    runs,
    store,
)
from tasks.check_words import CHECKS
from tasks.pages import LAYOUTS
from tasks.previews import write_preview
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

PAYLOAD = "<script>document.title = 1</script><img src=x onerror=alert(1)>"


def page_of(workplace: Workplace, run: str) -> HtmlElement:
    store.take_snapshot(workplace)
    return lxml.html.document_fromstring(write_preview(workplace, run).read_text(encoding="utf-8"))


def words_of(element: HtmlElement) -> str:
    return " ".join(" ".join(str(piece) for piece in element.itertext()).split())


def frames_of(page: HtmlElement) -> list[HtmlElement]:
    return [lxml.html.document_fromstring(frame.get("srcdoc", "")) for frame in page.iter("iframe")]


def test_it_shows_people_plan_texts_and_approvals_in_swedish(workplace: Workplace, tmp_path: Path) -> None:
    page = page_of(workplace, prepare(workplace, campaign_in(tmp_path)))
    shown = words_of(page)
    assert page.get("lang") == "sv"
    for expected in ("Hela målgruppen 400", "Ett skäl.", "Ansvarig chef", "± 3,4 procentenheter", "mer än 99 %"):
        assert expected in shown.replace("\N{NO-BREAK SPACE}", " ")
    assert {frame.get("lang") for frame in frames_of(page)} == {"sv", "en"}
    assert any("du som bor här" in words_of(frame) for frame in frames_of(page))


def test_it_says_which_language_everybody_else_gets(workplace: Workplace, tmp_path: Path) -> None:
    page = page_of(workplace, prepare(workplace, campaign_in(tmp_path)))
    said = words_of(page).casefold()
    at = said.index("den som har ett annat språk än dessa")
    assert said[at:].split(" . ")[0] == "den som har ett annat språk än dessa får texten på det här språket: svenska"


def test_every_letter_has_a_sample_of_what_is_printed_with_nobody_in_it(workplace: Workplace, tmp_path: Path) -> None:
    run = prepare(workplace, campaign_in(tmp_path))
    page = page_of(workplace, run)
    folder = workplace.run_folder(run, "preview")
    links = [link for link in page.iter("a") if link.get("href", "").endswith(".pdf")]
    assert {f"letters/{path.name}" for path in folder.glob("letters/*.pdf")} == {link.get("href") for link in links}
    assert links
    for link in links:
        pages = PdfReader(folder / link.get("href", "")).pages
        assert words_of(link.getparent()).endswith(f"Sidor: {len(pages)}")
        assert "Förnamn Efternamn" in pages[0].extract_text()
    assert "ark. Planens kostnad" not in words_of(page)


def test_a_letter_of_more_than_one_sheet_is_told(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_in(tmp_path)
    text = folder / "text.en.md"
    text.write_text(text.read_text(encoding="utf-8") + "\nMore words to read.\n" * 150, encoding="utf-8")
    page = page_of(workplace, prepare(workplace, folder))
    assert "Brevet behöver" in words_of(page)
    assert "Planens kostnad och koldioxid gäller ett ark." in words_of(page)


def test_it_speaks_english_on_request(workplace: Workplace, tmp_path: Path) -> None:
    page = page_of(replace(workplace, language="en"), prepare(workplace, campaign_in(tmp_path)))
    assert page.get("lang") == "en"
    assert "All in the audience" in words_of(page)


def test_a_group_of_fewer_than_ten_is_shown_nowhere(workplace: Workplace, tmp_path: Path) -> None:
    page = page_of(workplace, prepare(workplace, campaign_in(tmp_path)))
    cells = {words_of(row[0]): words_of(row[1]) for row in page.iter("tr") if len(row) > 1}
    assert cells["skyddad identitet i hushållet"] == "visas inte"
    counts = [
        words_of(cell) for table in page.iter("table") for cell in table.xpath(".//td[2]") if len(cell.getparent()) > 2
    ]
    whole = [int(number) for number in [*cells.values(), *counts] if number.isdigit()]
    assert whole
    assert min(whole) >= 10


def test_a_small_group_cannot_be_computed_from_those_shown(workplace: Workplace, tmp_path: Path) -> None:
    page = page_of(workplace, prepare(workplace, campaign_in(tmp_path)))
    table = page.xpath("//table[.//th[contains(., 'Hela målgruppen')]]")[0]
    counts = [words_of(cell) for cell in table.xpath(".//td")]
    shown = [int(count) for count in counts[:-1] if count.isdigit()]
    assert "visas inte" in counts
    assert int(counts[-1]) - sum(shown) >= 10


def test_a_channel_for_fewer_than_ten_tells_neither_persons_nor_money(workplace: Workplace, tmp_path: Path) -> None:
    run = prepare(workplace, campaign_in(tmp_path))
    with store.writing(workplace) as connection:
        connection.execute("DELETE FROM plan WHERE run = ?", [run])
        connection.executemany(
            "INSERT INTO plan BY NAME SELECT ? AS run, 'external' AS wave, ? AS segment, ? AS channel, ? AS persons, "
            "? AS cost_sek",
            [(run, "a", "email", 40, 5.55), (run, "b", "letter", 6, 4321.0), (run, "c", "sms", 300, 7.77)],
        )
    page = page_of(workplace, run)
    rows = {(row["channel"], row["persons"], row["sek"]) for row in artifacts.plan_rows(workplace, run)}
    assert rows == {("email", "not shown", "not shown"), ("letter", "not shown", "not shown"), ("sms", 300, 7.77)}
    shown = words_of(page.get_element_by_id("main")).replace("\N{NO-BREAK SPACE}", " ")
    assert "visas inte" in shown
    assert "4 321 kr" not in shown
    assert "6 kr" not in shown
    assert "8 kr" in shown


def test_a_payload_in_a_slot_or_a_segment_is_inert(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_in(tmp_path, **{"{sv: du som bor här, en: resident}": f"'{PAYLOAD}'"})
    page = page_of(workplace, prepare(workplace, folder, small_segment=PAYLOAD))
    for document in (page, *frames_of(page)):
        assert list(document.iter("script")) == []
        assert [name for element in document.iter() for name in element.attrib if name.startswith("on")] == []
    assert any("alert(1)" in words_of(frame) for frame in frames_of(page))
    assert "alert(1)" in words_of(page)


def test_a_language_that_nobody_gets_by_e_mail_is_told_and_not_shown(workplace: Workplace, tmp_path: Path) -> None:
    shown = words_of(page_of(workplace, prepare(workplace, campaign_in(tmp_path))).get_element_by_id("main"))
    assert "E-post, till allmänheten: ingen får det på English, så det visas inte på det språket." in shown
    assert "Brev, till allmänheten: ingen får det på Svenska, så det visas inte på det språket." in shown


def test_nothing_runs_and_nothing_is_fetched(workplace: Workplace, tmp_path: Path) -> None:
    page = page_of(workplace, prepare(workplace, campaign_in(tmp_path)))
    assert [frame.get("sandbox") for frame in page.iter("iframe")] == [""] * len(frames_of(page))
    assert all(frame.get("title") for frame in page.iter("iframe"))
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "default-src 'none'" in policy[0]
    assert page.xpath("//link | //script | //img[not(starts-with(@src, 'data:'))]") == []


def test_findings_are_told_in_the_readers_language_with_place_and_requirement(
    workplace: Workplace, tmp_path: Path
) -> None:
    run = prepare(workplace, campaign_in(tmp_path, **{"Lägg skal, rester": "Lägg TODO, rester"}))
    shown = words_of(page_of(workplace, run).get_element_by_id("main"))
    assert "Texten är inte färdig: ”TODO”" in shown
    assert "text.sv.md:" in shown
    assert "Det är sant, aktuellt och har en tydlig avsändare (P5c)" in shown
    assert "Texterna kan inte skickas som de är." in shown


def test_the_digest_and_the_checks_of_the_data_are_shown(workplace: Workplace, tmp_path: Path) -> None:
    run = prepare(workplace, campaign_in(tmp_path))
    with store.writing(workplace) as connection:
        connection.execute("UPDATE run SET digest = repeat('ab', 32) WHERE run = ?", [run])
        connection.execute(
            "INSERT INTO check_result BY NAME SELECT ? AS run, 'plan' AS stage, 'plan' AS suite, 'sum' AS check_name, "
            "'critical' AS kind, false AS success, 'the plan is short' AS message, ?::TIMESTAMPTZ AS checked_at",
            [run, datetime.fromisoformat("2027-01-01T00:00:00+01:00")],
        )
    shown = words_of(page_of(workplace, run))
    assert "ab" * 32 in shown
    assert "sum" in shown
    assert "the plan is short" in shown


def test_every_check_of_the_data_is_told_in_words(workplace: Workplace, tmp_path: Path) -> None:
    claims = [claim for suite in SUITES.values() for claim in suite.claims]
    assert {claim.name for claim in claims} == set(CHECKS)
    swedish = translations("sv")
    assert [claim for claim in CHECKS.values() if swedish.gettext(claim) == claim] == []
    warnings = [claim.message for claim in claims if claim.kind == "warning"]
    assert [message for message in warnings if swedish.gettext(message) == message] == []
    folder = campaign_in(tmp_path)
    run = runs.begin(workplace, load_brief(folder), folder)
    with store.writing(workplace) as connection:
        connection.executemany(
            "INSERT INTO check_result BY NAME SELECT ? AS run, 'audience' AS stage, 'audience' AS suite, "
            "? AS check_name, ? AS kind, ? AS success, ? AS message",
            [(run, claim.name, claim.kind, claim.kind != "warning", claim.message) for claim in claims],
        )
    shown = words_of(page_of(workplace, run))
    assert "Ingen tappas bort: alla är lottade eller uteslutna med skäl nobody_is_lost Stämmer" in shown
    assert "Frågan till registret hittar ingen i en av omgångarna." in shown


def test_the_head_tells_when_employees_hear_the_last_day_to_answer_and_the_promise(
    workplace: Workplace, tmp_path: Path
) -> None:
    decision = "status: proposed\n  consultation_until: 2027-03-15"
    folder = campaign_in(tmp_path, **{"status: decided": decision})
    head = words_of(page_of(workplace, runs.begin(workplace, load_brief(folder), folder)).xpath("//dl")[0])
    assert head.index("17 januari 2027 kl. 08.00, till medarbetare") < head.index(
        "18 januari 2027 kl. 08.00, till allmänheten"
    )
    assert "Sista dag att svara 15 mars 2027" in head
    assert "senast 15 juni 2027 får målgruppen veta vad det ledde till" in head


def test_what_is_each_persons_own_is_marked_and_the_way_to_unsubscribe_is_the_real_one(
    workplace: Workplace, tmp_path: Path
) -> None:
    run = prepare(workplace, campaign_in(tmp_path))
    by_mail = "\n".join(words_of(frame) for frame in frames_of(page_of(workplace, run)))
    assert "‹du som bor här›" in by_mail
    assert "‹Förnamn Efternamn›" in by_mail
    own = replace(workplace, sender_address="avsandare@example.org")
    for place, address in (
        (own, "mailto:avsandare@example.org?subject=unsubscribe%20mottagarens-egen-kod"),
        (
            replace(own, public_url="https://sida.example.org"),
            "https://sida.example.org/unsubscribe/mottagarens-egen-kod",
        ),
    ):
        page = page_of(place, run)
        assert {
            link.get("href") for frame in frames_of(page) for link in frame.xpath("//a[contains(@href, 'subscribe')]")
        } == {address}
        assert "example.se/unsubscribe" not in words_of(page)


def test_a_frame_is_as_high_as_its_text_and_on_paper_the_text_stands_whole(
    workplace: Workplace, tmp_path: Path
) -> None:
    page = page_of(workplace, prepare(workplace, campaign_in(tmp_path)))
    heights = [re.findall(r"([0-9]+)rem", frame.get("style", "")) for frame in page.iter("iframe")]
    lengths = [len(words_of(frame)) for frame in frames_of(page)]
    assert heights
    for (wide, beside, narrow), length in zip(heights, lengths, strict=True):
        assert int(narrow) > int(beside) > int(wide) > 1.6 * length / 62
    style = words_of(page.xpath("//style")[0])
    paper = style[style.index("@media print {") :]
    assert "iframe { display: none; }" in paper
    assert "details::details-content { content-visibility: visible;" in paper
    for frame in page.iter("iframe"):
        assert frame.getnext().xpath(".//pre"), "the plain text follows the frame"


def test_one_plan_has_one_sum(workplace: Workplace, tmp_path: Path) -> None:
    run = prepare(workplace, campaign_in(tmp_path), small_segment="has_bin/adults/sv/postal")
    with store.writing(workplace) as connection:
        connection.execute("DELETE FROM plan WHERE run = ?", [run])
        connection.executemany(
            "INSERT INTO plan BY NAME SELECT ? AS run, ? AS wave, 'a' AS segment, 'email' AS channel, 40 AS persons, "
            "? AS cost_sek, 0.02 AS co2_kg",
            [(run, "external", 6349.1), (run, "internal", 0.48)],
        )
        connection.execute('UPDATE run SET design = \'{"planned_sek": 6349.58, "planned_co2_kg": 0.04}\'')
        connection.execute("INSERT INTO plan_rule VALUES (?, 'optimum', 40, 6349.1, 0.02, 1)", [run])
        connection.execute("INSERT INTO plan_rule VALUES (?, 'one_channel', 30, 200.2, 0.02, 1)", [run])
    shown = words_of(page_of(workplace, run)).replace("\N{NO-BREAK SPACE}", " ")
    assert "Sammanlagt 6 350 kr av högst" in shown
    assert "Den här planen 40 6 350 kr" in shown
    assert "en gång 30 201 kr" in shown
    assert "Kostnad under 1 kr" in shown


def test_a_run_without_anything_has_a_page(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_in(tmp_path)
    run = runs.begin(workplace, load_brief(folder), folder)
    assert "Ingen målgrupp är vald." in words_of(page_of(workplace, run))


def _messages() -> Iterator[str]:
    for name in ("preview.html.j2", "plan_explained.html.j2", "audience.html.j2", "page.html.j2"):
        with (LAYOUTS / name).open("rb") as template:
            for _, _, message, _ in babel_extract(template, ["_", "gettext"], [], {"trimmed": "true"}):
                yield from [message] if isinstance(message, str) else []
    modules = (
        audience_words, easy_read_shown, plan_names, plan_page, plan_words, preview_words, register_names,
    )  # fmt: skip
    sources = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules]
    for call in (node for source in sources for node in ast.walk(ast.parse(source))):
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant | ast.JoinedStr):
            named = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            if named in {"_", "_gettext"}:
                yield str(ast.literal_eval(call.args[0]))
    for rule in YAML(typ="safe").load(TABLE.read_text(encoding="utf-8"))["approvals"]:
        yield rule["why"]
        yield rule["role"].replace("_", " ")


def test_everything_a_reader_sees_is_translated() -> None:
    swedish = translations("sv")
    messages = set(_messages())
    assert len(messages) > 90
    assert sorted(message for message in messages if swedish.gettext(message) == message) == ["Register", "Segment"]


def test_why_a_group_gets_its_channel_is_told_of_ten_persons_or_more(workplace: Workplace, tmp_path: Path) -> None:
    run = prepare(workplace, campaign_in(tmp_path))
    with store.writing(workplace) as connection:
        connection.execute("INSERT INTO plan_rule VALUES (?, 'optimum', 40, 100, 1, 0.9)", [run])
        for segment, persons in (("has_bin/seven", 7), ("has_bin/thirty", 30)):
            connection.execute(
                "INSERT INTO plan_choice VALUES (?, ?, 'letter', ?, 150, 64.3, 0, 0, 0, 0, 85.7, '', 0)",
                [run, segment, persons],
            )
    shown = words_of(page_of(workplace, run))
    assert "thirty" in shown
    assert "seven" not in shown
    assert "64,3" in shown


def test_a_channel_that_would_tell_few_beside_other_pages_is_not_told(workplace: Workplace, tmp_path: Path) -> None:
    run = prepare(workplace, campaign_in(tmp_path))
    exact = words_of(page_of(workplace, run))
    with store.writing(workplace) as connection:
        counts = dict(
            connection.execute(
                "SELECT channel, sum(persons)::INTEGER FROM plan WHERE run = ? AND persons > 0 GROUP BY channel", [run]
            ).fetchall()
        )
        connection.execute("INSERT INTO hidden_figure VALUES (?, 'external', 'channel', 'letter')", [run])
    told = words_of(page_of(workplace, run))
    assert f"Personer {counts['letter']}" in exact
    assert f"Personer {counts['letter']}" not in told
    assert f"Personer {counts['email']}" in told
    assert "visas inte" in told


def test_what_a_person_must_read_has_an_id_and_names_who_has_read_it(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_in(tmp_path)
    (tmp_path / "directory.yaml").write_text(
        "persons: {manager_waste: {name: Exempel Chef, address: chef@example.se, roles: [manager]}}", encoding="utf-8"
    )
    text = folder / "text.sv.md"
    sentence = "Kommunfullmäktigesammanträdesprotokollsjusteringen föranleder remissinstansutlåtanden."
    hard = "\n\n".join(" ".join([sentence] * often) for often in (50, 51, 52))
    text.write_text(text.read_text(encoding="utf-8") + f"\n\n{hard}\n", encoding="utf-8")
    place = replace(workplace, directory=tmp_path / "directory.yaml")
    run = prepare(place, folder)
    unread = words_of(page_of(place, run))
    with store.writing(place) as connection:
        connection.execute("UPDATE run SET digest = 'd' WHERE run = ?", [run])
        connection.execute(
            "INSERT INTO approval BY NAME SELECT ? AS run, 'd' AS digest, 'manager' AS role, "
            "'manager_waste' AS approver, TIMESTAMPTZ '2027-01-02 12:00:00+01' AS approved_at, ['lix:1'] AS reviewed",
            [run],
        )
    read = words_of(page_of(place, run))
    assert "lix:1" in unread
    assert "Läst och godtagen" not in unread
    assert "ingen ännu" in unread
    assert "Läst och godtagen av Exempel Chef." in read
    assert "Exempel Chef, 2 januari 2027" in read


def test_prepare_tells_each_step_on_the_error_stream_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with steps(PREPARING) as go_on:
        for _ in PREPARING[1:]:
            go_on()
    told = capsys.readouterr()
    assert told.out == ""
    assert [line.partition(" s  ")[2] for line in told.err.splitlines()] == [
        f"{number} of {len(PREPARING)}  {name} …" for number, name in enumerate(PREPARING, start=1)
    ]
