"""Every gate finds seeded defects at the line where they were written, and lets a sound text through."""

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_file
from hypothesis import given
from hypothesis import strategies as st
from personnummer.personnummer import valid

from campaigns.brief import Brief, Decision, Override
from campaigns.errors import Finding
from campaigns.language import translations
from campaigns.programme import load_programme
from tasks.gates import examining
from tasks.gates.examining import GATES, GateSubject, accept_overrides, examine, refuses
from tasks.gates.readability import reading_index, sentences
from tasks.gates.reading import WORD, line_of

SOURCE = """---
subject: Börja sortera
---
Hej {{ first_name }},

Börja sortera din mat i dag. Det går fort.

- Hämta en påse.
- Lägg maten där.

Se [stadens sida om mat](https://start.example.se/mat).
"""
BRIEF = """title: Prov
sender:
  body: Stadens Avfall
decision:
  status: decided
contact:
  way: svar@example.se
"""
FOOT = (
    "Stadens Avfall, en del av Stockholms stad. Beslutat av Kommunfullmäktige. "
    "Svar: svar@example.se, vardagar 8–16, inom två dagar. 18 januari 2027."
)
HTML = f"""<!doctype html><html lang="sv"><head><title>Börja</title></head><body>
<img class="logotype" src="cid:logotype" alt="Stadens Avfall">
<main><h1>Börja sortera</h1>
<p>Hej du,</p><p>Börja sortera din mat i dag. Det går fort.</p><ul><li>Hämta en påse.</li><li>Lägg maten där.</li>
</ul><p>Se <a href="https://start.example.se/mat">stadens sida om mat</a>.</p></main>
<footer><p>{FOOT}</p></footer></body></html>"""
TEXT = f"""Hej du,

Börja sortera din mat i dag. Det går fort.

- Hämta en påse.
- Lägg maten där.

Se stadens sida om mat: https://start.example.se/mat

{FOOT}
"""
PUZZLES = (
    "Anna and her family love doing puzzles. Anna is best at little puzzles. Anna and her brother work on medium "
    "size puzzles together. Anna's Brother likes puzzles with cars in them. When the whole family does a puzzle, "
    "they do really big puzzles. It can take them a week to finish a really big puzzle. Last year they did a puzzle "
    "with 500 pieces! Anna tries to finish one small puzzle a day by her. Her puzzles have about 50 pieces. They "
    "all glue their favorite puzzles together and frame them. The puzzles look so nice on the wall."
)
NO_BRIEF: Any = None
HEAVY = (
    "Kommunfullmäktiges avfallshanteringsplan förutsätter omfattande verksamhetsutveckling inom förvaltningarna "
    "tillsammans med samarbetspartners. "
)


@pytest.fixture
def subject(tmp_path: Path, brief: Brief) -> GateSubject:
    folder = tmp_path / "prov"
    folder.mkdir()
    (folder / "text.sv.md").write_text(SOURCE, encoding="utf-8")
    (folder / "campaign.yaml").write_text(BRIEF, encoding="utf-8")
    return GateSubject(brief, folder, "text.sv.md", "external", "email", "sv", "Börja sortera", TEXT, HTML)


@pytest.fixture
def brief() -> Brief:
    return Brief.model_validate(
        {
            "title": "Prov",
            "edition": "1",
            "goal": "G3",
            "objective": {
                "outcome": "sorts", "group": "alla", "baseline": 0, "target": 0.1, "unit": "person", "by": "2027-04-18",
            },
            "kpis": [{"name": "sorterar", "stage": "outcome"}],
            "sender": {"body": "Stadens Avfall", "kind": "company", "unit": "avfall"},
            "manager": "manager",
            "communicator": "communicator",
            "contact": {"way": "svar@example.se", "hours": "vardagar 8–16", "answer_within": "två dagar"},
            "decision": {"status": "decided", "body": "Kommunfullmäktige"},
            "overall_message": "sustainable_city",
            "legal_basis": [{"register": "population", "purpose": "waste", "article": "6.1 e"}],
            "waves": [{"name": "external", "start": "2027-01-18T08:00:00+01:00", "audience": "audience.sql"}],
            "languages": ["sv"],
            "minority_language_decision": "på begäran",
            "channels": ["email"],
            "landing_page": "https://start.example.se",
            "budget": {"sek": 1, "co2_kg": 1},
            "contact_cap": 1,
            "schedule": {"start": "2027-01-18T08:00:00+01:00", "valid_until": "2027-06-30T23:59:00+02:00"},
            "holdout": {"share": 0, "by": "person"},
            "looks": [30],
            "feedback_by": "2027-06-15",
        }
    )  # fmt: skip


def written(subject: GateSubject, old: str, new: str) -> GateSubject:
    """Seed the same defect where the communicator writes and in every part made from it."""
    source = subject.folder / subject.source
    source.write_text(source.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return replace(subject, text=subject.text.replace(old, new), html=subject.html.replace(old, new))


def found(subject: GateSubject, name: str) -> list[Finding]:
    return examine([subject], [load_programme().gate(name)])


def test_a_sound_text_passes_every_gate(subject: GateSubject) -> None:
    assert examine([subject], load_programme().text_gates) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        ("sender_present", "Stadens Avfall", "Vi", 2),
        ("sender_present", "Stadens Avfall", "Stadens", 2),
        ("endorsement", "en del av Stockholms stad", "ett bolag", 2),
        ("endorsement", "en del av Stockholms stad", "en del av staden", 2),
        ("decision_label", "Beslutat", "Sagt", 4),
        ("decision_label", "Beslutat", "Förslag – inte beslutat", 4),
        ("decision_label", "Kommunfullmäktige", "någon", 4),
        ("contact_present", "svar@example.se", "", 6),
        ("contact_present", "svar@example.se", "svar@example", 6),
        ("contact_present", "vardagar 8–16", "ibland", 6),
        ("contact_present", "två dagar", "kort", 6),
    ],
)
def test_what_the_layout_must_print_is_missed_in_each_part(
    subject: GateSubject, name: str, old: str, new: str, line: int
) -> None:
    only_html = replace(subject, html=subject.html.replace(old, new))
    only_text = replace(subject, text=subject.text.replace(old, new))
    for broken in (only_html, only_text):
        (finding,) = found(broken, name)
        assert (finding.file, finding.line) == ("campaign.yaml", line)


PROMISED = "Förslag – inte beslutat: Nämnden. Tyck till senast: 14 mars 2027. Läs vad det blev, senast: 15 juni 2027."


@pytest.fixture
def proposal(subject: GateSubject) -> GateSubject:
    decision = Decision(status="proposed", body="Nämnden", consultation_until=date(2027, 3, 14))
    promised = {
        "text": f"{subject.text}\n{PROMISED}\n",
        "html": subject.html.replace("</footer>", f"{PROMISED}</footer>"),
    }
    return replace(subject, brief=subject.brief.model_copy(update={"decision": decision}), **promised)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("consultation", "14 mars 2027", "snart"),
        ("consultation", "14 mars 2027", "4 mars 2027"),
        ("consultation", "Tyck till senast: 14 mars 2027.", ""),
        ("consultation", "14 mars", "14 april"),
        ("feedback_promise", "15 juni 2027", "längre fram"),
        ("feedback_promise", "15 juni 2027", "5 juni 2027"),
        ("feedback_promise", "Läs vad det blev, senast: 15 juni 2027.", ""),
        ("feedback_promise", "15 juni", "15 juli"),
    ],
)
def test_a_proposal_without_its_last_day_or_its_promise_is_found_in_each_part(
    proposal: GateSubject, name: str, old: str, new: str
) -> None:
    assert found(proposal, name) == []
    for part in ("text", "html"):
        broken = replace(proposal, **{part: getattr(proposal, part).replace(old, new)})
        (finding,) = found(broken, name)
        assert (finding.file, finding.kind) == ("campaign.yaml", "B")
        assert finding.line == {"consultation": 4, "feedback_promise": 1}[name]


def test_a_day_without_its_year_is_enough_and_what_is_decided_promises_nothing(
    proposal: GateSubject, subject: GateSubject
) -> None:
    short = {part: getattr(proposal, part).replace(" 2027.", ".") for part in ("text", "html")}
    for name in ("consultation", "feedback_promise"):
        assert found(replace(proposal, **short), name) == []
        assert found(subject, name) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        ("link_text", "stadens sida om mat", "läs mer", 11),
        ("link_text", "stadens sida om mat", "Klicka här!", 11),
        ("link_text", "stadens sida om mat", "den här sidan", 11),
        ("link_text", "stadens sida om mat", "Läs mer på vår webbplats", 11),
        ("link_text", "stadens sida om mat", "tällä sivulla", 11),
        ("link_text", "stadens sida om mat", "هذه الصفحة", 11),
        ("link_text", "stadens sida om mat", "boggan", 11),
        ("link_text", "stadens sida om mat", "https://start.example.se/mat", 11),
        ("placeholder", "Hämta en påse.", "Hämta en påse senast [datum].", 8),
        ("placeholder", "Hämta en påse.", "Hämta en påse ((plats)).", 8),
        ("placeholder", "Lägg maten där.", "TODO skriv klart.", 9),
        ("placeholder", "Lägg maten där.", "Lorem ipsum.", 9),
        ("placeholder", "Det går fort.", "Ring 08-XXX XX XX.", 6),
        ("placeholder", "Det går fort.", "Det här är ett test.", 6),
        ("placeholder", "Det går fort.", "Hej {{ förnamn }}.", 6),
        ("personal_number", "Lägg maten där.", "Fråga 189003069805.", 9),
        ("personal_number", "Lägg maten där.", "Fråga 18900306-9805.", 9),
        ("personal_number", "Det går fort.", "Fråga 900306+9805.", 6),
        ("personal_number", "Det går fort.", "Fråga 121212-1212.", 6),
        ("personal_number", "Det går fort.", "Fråga 121272-1219.", 6),
        ("sentence_length", "Det går fort.", "Det går " + "mycket " * 23 + "fort.", 6),
        ("sentence_length", "Lägg maten där.", "Lägg maten " + "och resterna " * 12 + "där.", 9),
        ("lix", "Det går fort.", HEAVY * 7, 6),
        ("lix", "Lägg maten där.", HEAVY * 7, 9),
    ],
)
def test_a_defect_in_the_text_is_found_at_its_line(
    subject: GateSubject, name: str, old: str, new: str, line: int
) -> None:
    findings = found(written(subject, old, new), name)
    assert {(finding.file, finding.line) for finding in findings} == {("text.sv.md", line)}


def test_a_placeholder_in_a_value_of_the_brief_is_found_there(subject: GateSubject) -> None:
    path = subject.folder / "campaign.yaml"
    path.write_text(BRIEF.replace("svar@example.se", "XXX"), encoding="utf-8")
    (finding,) = found(replace(subject, text=subject.text.replace("svar@example.se", "XXX")), "placeholder")
    assert (finding.file, finding.line) == ("campaign.yaml", 7)


def test_a_defect_in_the_front_matter_is_found_there(subject: GateSubject) -> None:
    broken = replace(written(subject, "subject: Börja sortera", "subject: TODO rubrik"), subject="TODO rubrik")
    (finding,) = found(broken, "placeholder")
    assert (finding.file, finding.line) == ("text.sv.md", 2)


@pytest.mark.parametrize(
    ("source", "picture"),
    [
        ("![](karta.png)", '<img src="karta.png">'),
        ("![karta.png](karta.png)", '<img src="karta.png" alt="karta.png">'),
        ("![IMG_2031](karta.png)", '<img src="karta.png" alt="IMG_2031">'),
        ("![bild](karta.png)", '<img src="cid:1" alt="bild">'),
        ("<svg role='img'>", '<svg role="img"><path d="M0 0"/></svg>'),
    ],
)
def test_a_picture_that_nobody_described_is_found_at_its_line(subject: GateSubject, source: str, picture: str) -> None:
    (subject.folder / subject.source).write_text(SOURCE.replace("- Hämta", f"{source}\n- Hämta"), encoding="utf-8")
    (finding,) = found(replace(subject, html=HTML.replace("<ul>", f"{picture}<ul>")), "alt_text")
    assert finding.line == 8


@pytest.mark.parametrize(
    "picture",
    ['<img src="x.png" alt="">', '<img src="x.png" role="presentation">', "<svg><title>Karta över Järva</title></svg>"],
)
def test_a_picture_marked_as_decoration_or_described_passes(subject: GateSubject, picture: str) -> None:
    assert found(replace(subject, html=HTML.replace("<ul>", f"{picture}<ul>")), "alt_text") == []


@pytest.mark.parametrize(
    "words", ["Information om kärl", "Öppna data", "Läs mer om mat", "Sidan om kärl", "Härlanda sida"]
)
def test_a_link_that_names_its_page_passes(subject: GateSubject, words: str) -> None:
    assert found(written(subject, "stadens sida om mat", words), "link_text") == []


@pytest.mark.parametrize("words", ["bild", "kuva", "صورة", "sawir", "Bild."])
def test_a_word_for_a_picture_is_found_in_the_pictures_own_line(subject: GateSubject, words: str) -> None:
    source = SOURCE.replace("Det går fort.", "Det går fort, se bild, kuva, صورة, sawir.")
    source = source.replace("- Hämta", f"![{words}](karta.png)\n- Hämta")
    (subject.folder / subject.source).write_text(source, encoding="utf-8")
    html = HTML.replace("<ul>", f'<img src="data:image/png;base64,AA" alt="{words}"><ul>')
    (finding,) = found(replace(subject, html=html), "alt_text")
    assert finding.line == 8


def test_a_link_around_an_undescribed_picture_has_no_text(subject: GateSubject) -> None:
    html = HTML.replace(">stadens sida om mat<", '><img src="x.png" alt=""><')
    assert [finding.gate for finding in found(replace(subject, html=html), "link_text")] == ["link_text"]


def test_a_bare_address_is_right_on_paper_only(subject: GateSubject) -> None:
    html = HTML.replace(">stadens sida om mat<", ">https://start.example.se/mat<")
    assert found(replace(subject, html=html, channel="letter"), "link_text") == []
    assert len(found(replace(subject, html=html), "link_text")) == 1


@pytest.mark.parametrize(
    "html",
    [
        HTML.replace('class="logotype"', ""),
        HTML.replace("<img", '<img style="display: none"'),
        HTML.replace("<img", "<span").replace('Avfall">\n<main', 'Avfall"></span>\n<main'),
        HTML.replace("<img", "<div hidden><img").replace('Avfall">\n<main', 'Avfall"></div>\n<main'),
        "",
    ],
)
def test_a_logotype_that_nobody_sees_is_missing(subject: GateSubject, html: str) -> None:
    assert [finding.line for finding in found(replace(subject, html=html), "logotype")] == [2]


@pytest.mark.parametrize("html", [HTML.replace('lang="sv"', 'lang="en"'), HTML.replace(' lang="sv"', "")])
def test_a_page_in_another_language_than_it_says_is_found(subject: GateSubject, html: str) -> None:
    (finding,) = found(replace(subject, html=html), "language_tag")
    assert finding.language == "sv"


def test_a_right_to_left_language_must_run_right_to_left(subject: GateSubject) -> None:
    arabic = replace(subject, language="ar", html=HTML.replace('lang="sv"', 'lang="ar"'))
    assert len(found(arabic, "language_tag")) == 1
    assert found(replace(arabic, html=HTML.replace('lang="sv"', 'lang="ar" dir="rtl"')), "language_tag") == []


def test_sentences_and_words_are_counted_in_arabic_too() -> None:
    assert sentences(["قدّم الطلب الآن. هل تحتاج إلى مساعدة؟ اتصل بنا."]) == [
        "قدّم الطلب الآن.", "هل تحتاج إلى مساعدة؟", "اتصل بنا."
    ]  # fmt: skip
    assert WORD.findall("قدّم الطلب") == ["قدّم", "الطلب"]


def test_the_decision_is_looked_for_in_the_language_of_the_text(subject: GateSubject) -> None:
    arabic = replace(subject, language="ar")
    assert "مقرَّر" in found(arabic, "decision_label")[0].message
    told = {"text": subject.text.replace("Beslutat", "مقرَّر"), "html": subject.html.replace("Beslutat", "مقرَّر")}
    assert found(replace(arabic, **told), "decision_label") == []


def test_a_department_must_name_the_city(subject: GateSubject) -> None:
    sender = subject.brief.sender.model_copy(update={"kind": "department"})
    department = replace(subject, brief=subject.brief.model_copy(update={"sender": sender}))
    assert found(department, "sender_present") == []
    nameless = replace(department, text=department.text.replace("Stockholms stad", "staden"))
    assert len(found(nameless, "sender_present")) == 1


def test_a_hidden_sender_does_not_count(subject: GateSubject) -> None:
    assert len(found(replace(subject, html=HTML.replace("<footer>", "<footer hidden>")), "sender_present")) == 1


@pytest.mark.parametrize(
    "text",
    ["Ring 070-174 06 05.", "Ring 0701740605.", "Ring 08-508 000 00.", "Org.nr 212000-0142.", "Nr 189003069804."],
)
def test_telephone_and_other_numbers_are_not_personal_numbers(subject: GateSubject, text: str) -> None:
    assert found(replace(subject, text=text, html=""), "personal_number") == []


@given(st.dates(date(1901, 1, 1), date(2026, 1, 1)), st.integers(1, 999), st.sampled_from(["", "-", "+", " "]))
def test_no_valid_personal_number_passes_and_none_is_repeated(day: date, serial: int, between: str) -> None:
    digits = f"{day:%Y%m%d}{serial:03}"
    number = next(f"{digits[:8]}{between}{digits[8:]}{check}" for check in range(10) if valid(f"{digits}{check}"))
    subject = GateSubject(NO_BRIEF, Path("nowhere"), "", "", "", "sv", "", f"Fråga {number}.", "")
    (finding,) = found(subject, "personal_number")
    assert number not in str(finding)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Cool dogs wear da sunglasses.", 25.0),
        (PUZZLES, 22.131),
    ],
)
def test_lix_agrees_with_published_values(text: str, value: float) -> None:
    """The literals are test vectors of textstat (MIT), tests/backend/metrics/test_lix.py."""
    assert reading_index(sentences([text])) == pytest.approx(value, abs=0.0005)


def test_headings_and_list_items_are_sentences_and_abbreviations_end_none() -> None:
    assert sentences(["Så gör du", "Hämta påsen kl. 8 i dag.", "Ring t.ex. Anna. Sen är det klart."]) == [
        "Så gör du", "Hämta påsen kl. 8 i dag.", "Ring t.ex. Anna.", "Sen är det klart.",
    ]  # fmt: skip


def test_lix_has_a_limit_for_each_kind_of_reader(subject: GateSubject) -> None:
    heavy = written(subject, "Det går fort.", HEAVY * 7)
    assert lix_kinds(heavy) == ["H"]
    assert lix_kinds(replace(heavy, wave="internal")) == ["W"]
    assert lix_kinds(replace(heavy, facts={"easy_read": "yes"})) == ["W"]
    assert lix_kinds(replace(heavy, language="en")) == []


def test_lix_between_the_limits_warns_for_the_public_only_and_leaves_short_texts_alone(subject: GateSubject) -> None:
    middling = "Hushållen sorterar matavfall hemma och lämnar sedan påsarna i husets kärl. "
    text = replace(subject, html="", text=middling * 7)
    assert 40 < reading_index(sentences([middling])) < 50
    assert lix_kinds(text) == ["W"]
    assert lix_kinds(replace(text, wave="internal")) == []
    assert lix_kinds(replace(text, text=middling * 5)) == []


def lix_kinds(subject: GateSubject) -> list[str]:
    return [finding.kind for finding in found(subject, "lix")]


def test_a_long_average_is_found_although_no_sentence_is_too_long(subject: GateSubject) -> None:
    sentence = "Vi vill att du " + "och jag " * 8 + "sorterar."
    text = "\n\n".join([sentence] * 3)
    (finding,) = found(replace(subject, text=text, html=""), "sentence_length")
    assert "average" in finding.message


def test_an_override_accepts_a_warning_with_its_reason_and_nothing_else(subject: GateSubject) -> None:
    warning = Finding("lix", "P5b", "W", "text.sv.md", 1, "heavy", "shorten")
    blocking = replace(warning, kind="B")
    accepted, still = accept_overrides([warning, blocking], [Override(gate="lix", reason="lagtext som måste citeras")])
    assert not refuses(accepted)
    assert "lagtext" in str(accepted)
    assert refuses(still)


def test_a_fault_shared_by_several_facts_is_reported_once(subject: GateSubject) -> None:
    broken = written(subject, "Det går fort.", "TODO")
    both = [replace(broken, facts={"housing": value}) for value in ("flat", "house")]
    assert len(examine(both, [load_programme().gate("placeholder")])) == 1


def test_an_excerpt_is_found_across_mark_up_and_slots() -> None:
    lines = ["Se", "Hej {{ first_name }}, **börja** nu.", "Börja [sortera maten](https://x) i dag."]
    assert line_of(lines, "Hej du, börja nu") == 2
    assert line_of(lines, "Börja sortera maten i dag.") == 3
    assert line_of(lines, "Något helt annat som inte finns") == 0


def test_every_gate_has_a_row_in_the_programme_and_every_row_a_gate() -> None:
    assert {rule.id for rule in load_programme().text_gates} == set(GATES)


def test_every_sentence_of_a_gate_is_translated() -> None:
    swedish = translations("sv")
    folder = Path(examining.__file__).parent
    messages = {
        message
        for path in folder.glob("*.py")
        for _, message, _, _ in extract_from_file("python", path, keywords={"say": None})
        if isinstance(message, str)
    }
    spoken = {call for path in folder.glob("*.py") for call in _said(path)}
    assert messages == spoken
    assert [message for message in messages if swedish.gettext(message) == message] == []


def _said(path: Path) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    says = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "say"]
    return [ast.literal_eval(node.args[0]) for node in says]
