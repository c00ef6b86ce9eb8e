"""Headings, tables, contrast, languages, dates: each planted fault is found in its place, and near misses pass."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

import campaigns
from campaigns.brief_loading import load_brief
from campaigns.errors import Finding
from campaigns.languages_told import is_language_tag, language_of, may_be_in
from campaigns.programme import load_programme
from tasks.gate_subjects import subject_of
from tasks.gates.appearance import texts_seen
from tasks.gates.examining import GateSubject, examine
from tasks.markdown import to_html, to_text
from tasks.rendered_texts import render_texts
from tasks.workplace import Workplace

HOME = Path(campaigns.__file__).parent
BODY = "Vi vill att du börjar sortera ditt matavfall hemma."
WHY = "## Varför ska jag sortera?"
LINK = "(https://start.stockholm.example.se/matavfall)"
TABLE = "| Dag | Plats |\n|---|---|\n| Måndag | Gården |"
Planted = Callable[..., tuple[list[Finding], list[str]]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> GateSubject:
    """One sound e-mail in Swedish, to which a template's HTML can be added."""
    folder = tmp_path_factory.mktemp("campaign") / "matavfall"
    shutil.copytree(HOME / "matavfall", folder)
    return rendered(folder)[0]


def rendered(folder: Path, *, file: str = "text.sv.md", channel: str = "email") -> list[GateSubject]:
    brief = load_brief(folder).model_copy(update={"languages": (file.split(".")[-2],)})
    place = Workplace(home=folder.parent, key=b"a key for tests only")
    return [
        subject_of(
            brief, folder, wave=each.wave, channel=each.channel, language=each.language, subject=each.subject,
            text=each.text, html=each.html, facts=each.facts,
        )
        for each in render_texts(brief, folder, place)
        if each.source == file and each.channel == channel
    ]  # fmt: skip


@pytest.fixture
def planted(tmp_path: Path) -> Planted:
    """Plant edits in a copy of the food waste campaign: every finding of one gate, and the lines of the text."""

    def plant(gate: str, *edits: tuple[str, str], file: str = "text.sv.md") -> tuple[list[Finding], list[str]]:
        folder = tmp_path / "matavfall"
        shutil.copytree(HOME / "matavfall", folder)
        text = (folder / file).read_text(encoding="utf-8")
        for before, after in edits:
            assert before in text
            text = text.replace(before, after, 1)
        (folder / file).write_text(text, encoding="utf-8")
        return examine(rendered(folder, file=file), [load_programme().gate(gate)]), text.splitlines()

    return plant


def with_template(subject: GateSubject, before: str, after: str) -> GateSubject:
    """A template of the campaign's own that prints something else."""
    assert before in subject.html
    return replace(subject, html=subject.html.replace(before, after, 1))


def found(subject: GateSubject, gate: str) -> list[Finding]:
    return examine([subject], [load_programme().gate(gate)])


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (WHY, "#### Varför ska jag sortera?", "####"),
        ("## Så gör du", "### Så gör du", "### Så"),
        (WHY, "##", "##"),
        (WHY, "**Varför ska jag sortera?**", "**Varför"),
        (WHY, "***Därför:***", "***Därför"),
        (WHY, "##Varför ska jag sortera?", "##Varför"),
        (f"{BODY}", f"# Rubrik\n\n{BODY}\n\n# En till\n\nText.", "# En till"),
    ],
)
def test_a_heading_out_of_order_is_found_in_its_line(planted: Planted, before: str, after: str, line: str) -> None:
    findings, lines = planted("headings", (before, after))
    assert findings
    for finding in findings:
        assert finding.kind == "B"
        assert lines[finding.line - 1].startswith(line)
        assert finding.sentence or "empty" in finding.message


@pytest.mark.parametrize(
    "after",
    [
        f"# En rubrik\n\n{BODY}",
        f"**Gör det senast i april.**\n\n{BODY}",
        f"Gör det **senast i april**, tack.\n\n{BODY}",
        f"{BODY}\n\n## Hemma\n\n### I köket\n\nText.",
        f"- **Påse**\n- Kärl\n\n{BODY}",
    ],
)
def test_sound_headings_and_bold_sentences_pass(planted: Planted, after: str) -> None:
    assert planted("headings", (BODY, after))[0] == []


def test_a_page_without_any_heading_of_the_first_level_is_found(sound: GateSubject) -> None:
    heading = lxml.html.document_fromstring(sound.html).xpath("string(//h1)")
    without = replace(sound, html=sound.html.replace("<h1", "<p", 1).replace("</h1>", "</p>", 1))
    assert heading
    assert ["no heading" in finding.message for finding in found(without, "headings")] == [True]


@pytest.mark.parametrize("wave_date", ["18 januari 2027", "2027-01-18"])
def test_the_date_may_be_written_in_the_usual_ways(sound: GateSubject, wave_date: str) -> None:
    told = replace(
        sound,
        html=sound.html.replace("18 januari 2027", wave_date),
        text=sound.text.replace("18 januari 2027", wave_date),
    )
    assert found(told, "date_present") == []


@pytest.mark.parametrize(
    ("part", "after"),
    [("html", ""), ("text", ""), ("html", "19 januari 2027"), ("html", "<span hidden>18 januari 2027</span>")],
)
def test_a_date_that_a_template_leaves_out_is_missed_in_each_part(sound: GateSubject, part: str, after: str) -> None:
    without = replace(sound, **{part: getattr(sound, part).replace("18 januari 2027", after)})
    (finding,) = found(without, "date_present")
    assert (finding.file, finding.requirement) == ("campaign.yaml", "P5c")


def test_the_date_in_the_communicators_own_text_is_not_the_date_of_the_letter(sound: GateSubject) -> None:
    page = sound.html.replace("18 januari 2027", "").replace(BODY, f"{BODY} Den 18 januari 2027 börjar vi.")
    assert len(found(replace(sound, html=page), "date_present")) == 1


@pytest.mark.parametrize(
    ("gate", "before", "after"),
    [
        ("sender_present", '<p class="sender"', '<p hidden class="sender"'),
        ("sender_present", "</head>", "<style>.sender {display: none}</style></head>"),
        ("logotype", "</head>", "<style>p.logotype {display: none !important}</style></head>"),
        ("contact_present", '<p class="contact"', '<p hidden class="contact"'),
        ("decision_label", "</head>", "<style>.sheet .decision {visibility: hidden}</style></head>"),
        ("date_present", "</head>", "<style>.date {display: none}</style></head>"),
    ],
)
def test_what_a_template_hides_is_missing_although_the_text_names_it(
    sound: GateSubject, gate: str, before: str, after: str
) -> None:
    assert "Stockholm Vatten och Avfall" in " ".join(sound.body)
    assert found(with_template(sound, before, after), gate)
    assert found(sound, gate) == []


@pytest.mark.parametrize(
    ("after", "line"),
    [
        (f"|  |  |\n|---|---|\n| Måndag | Gården |\n\n{BODY}", "| Måndag"),
        (f"Varje dag.\n\n| Dag |  |\n|---|---|\n| Måndag | Gården |\n\n{BODY}", "| Dag"),
    ],
)
def test_a_table_without_names_of_its_columns_is_found(planted: Planted, after: str, line: str) -> None:
    findings, lines = planted("table_structure", (BODY, after))
    assert [lines[finding.line - 1].startswith(line) for finding in findings] == [True] * len(findings)
    assert findings


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("<table><tr><td><p>En</p></td><td><p>Två</p></td></tr></table>", "look alone is not marked"),
        ("<table><tr><td>Bara en cell</td></tr></table>", "look alone is not marked"),
        ("<table><tr><td>Dag</td><td>Plats</td></tr><tr><td>Måndag</td><td>Gården</td></tr></table>", "no header"),
        ("<table role='presentation'><tr><th>Dag</th><th>Plats</th></tr></table>", "marked as one for the look"),
        ("<table><tr><th> </th><th></th></tr><tr><td>Måndag</td><td>Gården</td></tr></table>", "no header"),
    ],
)
def test_a_template_s_table_says_what_it_is(sound: GateSubject, table: str, message: str) -> None:
    (finding,) = found(with_template(sound, "<h1", f"{table}<h1"), "table_structure")
    assert message in finding.message


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><th>Dag</th><td>Måndag</td></tr></table>",
        "<table role='presentation'><tr><td><table><tr><th>A</th><th>B</th></tr></table></td></tr></table>",
        "<table role='none'><tr><td>En</td><td>Två</td></tr></table>",
        "<table><tr><th></th><th>2025</th><th>2026</th></tr><tr><td>Järva</td><td>1</td><td>2</td></tr></table>",
        "<table style='display:none'><tr><td>En</td></tr></table>",
    ],
)
def test_a_table_that_says_what_it_is_passes(sound: GateSubject, table: str) -> None:
    assert found(with_template(sound, "<h1", f"{table}<h1"), "table_structure") == []


def test_a_table_of_an_own_template_is_found_in_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "matavfall"
    shutil.copytree(HOME / "matavfall", folder)
    lines = (HOME / "layouts" / "email.html.j2").read_text(encoding="utf-8").splitlines()
    number = next(at for at, line in enumerate(lines) if 'class="sheet"' in line)
    lines[number] = lines[number].replace(' role="presentation"', "")
    (folder / "email.html.j2").write_text("\n".join(lines), encoding="utf-8")
    findings = found(rendered(folder)[0], "table_structure")
    assert [(finding.file, finding.line) for finding in findings] == [("email.html.j2", number + 1)]


def test_a_table_in_markdown_has_its_header(planted: Planted) -> None:
    assert planted("table_structure", (BODY, f"{TABLE}\n\n{BODY}"))[0] == []


@pytest.mark.parametrize(
    "markup",
    [
        '<p style="color:#999">Svagt</p>',
        '<p style="color: rgb(150, 150, 150)">Svagt</p>',
        '<p style="color:hsl(0, 0%, 60%)">Svagt</p>',
        '<p style="color:silver">Svagt</p>',
        '<div style="background:#0a4a86"><p><span style="color:#1c1c1c">Svagt</span></p></div>',
        '<div style="background-color:#ffffff80"><p style="color:#999">Svagt</p></div>',
        '<p style="opacity:.4">Svagt</p>',
        '<p style="font-size:24px;color:#999">Svagt</p>',
        '<p style="font-size:23px;color:#888">Svagt</p>',
        '<p style="font-size:18px;font-weight:bold;color:#888">Svagt</p>',
        '<table role="presentation" bgcolor="#777777"><tr><td>Svagt</td></tr></table>',
        '<p><font color="#aaaaaa">Svagt</font></p>',
        '<style>.pale{color:#aaa}</style><p class="pale">Svagt</p>',
        '<style>div > p.pale, b {color:#aaa !important}</style><div><p class="pale" style="color:#000">Svagt</p></div>',
        "<style>@media (prefers-color-scheme: dark) {.night{color:#222 !important}}</style><p class='night'>Svagt</p>",
        "<style>@media (max-width: 480px) {.small{color:#bbb}}</style><p class='small'>Svagt</p>",
    ],
)
def test_text_that_is_hard_to_see_is_found(sound: GateSubject, markup: str) -> None:
    findings = found(with_template(sound, "<h1", f"{markup}<h1"), "contrast")
    assert [finding.sentence for finding in findings] == ["Svagt"]


@pytest.mark.parametrize(
    "markup",
    [
        '<p style="color:#595959;background:#ffffff">Tydligt</p>',
        '<p style="font-size:24px;color:#888;background:#fff">Stort</p>',
        '<p style="font-size:19px;font-weight:700;color:#888;background:#fff">Stort och fett</p>',
        '<p style="color:#fff;display:none">Dolt</p>',
        '<p style="color:#999"> </p>',
        '<div style="color:#999"><p style="color:#1c1c1c;background:#fff">Tydligt</p></div>',
        '<p style="background:#0a4a86;color:white">Tydligt</p>',
        '<p style="color:#ccc;background:url(bild.png)">Över en bild: webbläsaren ser det</p>',
        "<style>@media print {.faint{color:#eee}}</style><p class='faint'>Bara på papper</p>",
        "<style>.faint:hover{color:#eee}</style><p class='faint'>Bara under pekaren</p>",
    ],
)
def test_text_that_can_be_seen_passes(sound: GateSubject, markup: str) -> None:
    assert found(with_template(sound, "<h1", f"{markup}<h1"), "contrast") == []


@pytest.mark.parametrize(
    ("pair", "ratio"),
    [("color:#777777;background:#ffffff", 4.48), ("color:#767676;background:#ffffff", 4.54), ("color:#000", 21.0)],
)
def test_the_ratio_is_that_of_wcag(pair: str, ratio: float) -> None:
    """#767676 on white is the lightest grey that WCAG's own understanding document lets pass at 4.5 to 1."""
    (text,) = texts_seen(lxml.html.document_fromstring(f'<html><body><p style="{pair}">Text</p></body></html>'))
    assert round(text.look.ratio, 2) == ratio


@given(st.text(alphabet="abc:;{}().#>,*@!-[]='\" \n", max_size=60))
def test_no_style_sheet_brings_the_contrast_down(sheet: str) -> None:
    page = lxml.html.Element("html")
    style, text = lxml.html.Element("style"), lxml.html.Element("p")
    style.text, text.text = sheet, "Text"
    page.extend([style, text])
    assert all(1 <= seen.look.ratio <= 21 for seen in texts_seen(page))


SWEDISH = "Av maten gör vi biogas och gödsel. I soporna gör maten ingen nytta för den som vill spara."


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("text.en.md", SWEDISH),
        ("text.en.md", "Vi vill att du börjar sortera ditt matavfall hemma."),
        ("text.sv.md", "We would like you to start sorting your food waste at home, and it is quick."),
        ("text.sv.md", "Toivomme, että alat lajitella biojätteen kotona ja että se on mahdollista, kun sinä voit."),
        ("text.sv.md", "Waxaan rabnaa inaad bilowdo kala soocidda haraaga cuntada guriga ilaa Abriil oo aad ku ridid."),
        ("text.sv.md", "نود أن تبدأ في فرز مخلفات الطعام في المنزل قبل شهر أبريل"),
    ],
)
def test_a_passage_in_another_language_is_found_in_its_line(planted: Planted, file: str, words: str) -> None:
    at = "## What to do" if file == "text.en.md" else "## Så gör du"
    findings, lines = planted("language_part", (at, f"{words}\n\n{at}"), file=file)
    assert {lines[finding.line - 1] for finding in findings} == {words}
    assert all(finding.sentence in words for finding in findings)


@pytest.mark.parametrize(
    "words",
    [
        "Read about Kommunfullmäktige and Stockholm Vatten och Avfall on the page of the city.",
        "Tack!",
        "Sortera matavfall hemma",
        "See the page “Så gör du” for more.",
    ],
)
def test_names_and_a_few_words_of_another_language_pass(planted: Planted, words: str) -> None:
    assert planted("language_part", ("## What to do", f"{words}\n\n## What to do"), file="text.en.md")[0] == []


@pytest.mark.parametrize(
    ("before", "after", "times"),
    [
        (BODY, f'<span lang="svenska">{BODY}</span>', 1),
        (BODY, f'<span lang="en">{BODY}</span>', 1),
        (BODY, "<span lang='en'>We would like you to start sorting your food waste at home.</span>", 0),
        (BODY, "We would like you to start sorting your food waste at home.", 1),
    ],
)
def test_marks_of_language_are_right(sound: GateSubject, before: str, after: str, times: int) -> None:
    assert len(found(with_template(sound, before, after), "language_part")) == times


@pytest.mark.parametrize(
    ("tag", "right"),
    [("sv", True), ("fit", True), ("sr-Latn", True), ("en-GB", True), ("swe", False), ("svenska", False), ("s", False)],
)
def test_a_language_tag_is_one_that_exists(tag: str, right: bool) -> None:
    assert is_language_tag(tag) is right


def test_a_neighbour_s_small_words_are_given_the_benefit() -> None:
    assert may_be_in("sv", "nb")
    assert may_be_in("fi", "fit")
    assert not may_be_in("sv", "en")


@given(st.text(max_size=120))
def test_no_text_brings_the_search_for_its_language_down(text: str) -> None:
    assert language_of(text) in {"", "ar", "en", "fi", "so", "sv"}


def test_a_picture_in_markdown_says_nothing_only_on_purpose() -> None:
    source = "![](a.png) ![](b.png) ![](c.png) ![Karta](d.png)"
    html = to_html(source, {"a.png": "", "b.png": "En brun påse"})
    pictures = lxml.html.fragment_fromstring(html).xpath("//img")
    assert [(picture.get("alt"), picture.get("role")) for picture in pictures] == [
        ("", "presentation"), ("En brun påse", None), (None, None), ("Karta", None)
    ]  # fmt: skip
    assert to_text(source, "text", {"a.png": "", "b.png": "En brun påse"}).split() == ["En", "brun", "påse", "Karta"]


def test_a_heading_is_placed_in_its_own_line_although_its_words_stand_earlier(planted: Planted) -> None:
    earlier = "Målet är 60 av 100.", "Målet är 60 av 100.\n\n## Hur går det till?\n\n#### Hur går det\n\nHej."
    findings, lines = planted("headings", earlier)
    assert [lines[each.line - 1] for each in findings] == ["#### Hur går det"] * len(findings) != []
