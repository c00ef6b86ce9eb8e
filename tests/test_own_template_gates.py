"""What a campaign's own template writes or loses is judged as its texts are, and told where it stands."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from campaigns.errors import Finding
from tasks.checking import check_campaign
from tasks.gates.reading import lines_of
from tasks.workplace import Workplace

ROOT = Path(__file__).resolve().parents[1] / "campaigns"
WORDS = "Moderaterna bjuder in. Vi implementerar en talesman. We will come and you can read it with us."
TEXT = "text.internal.sv.md"
AFTER = "Skriv till oss, så läser vi"
Check = Callable[..., list[Finding]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Check a shipped campaign with files written over or edited: file name to text, or to (old, new)."""

    def checked(campaign: str = "medarbetare", **written: object) -> list[Finding]:
        folder = tmp_path / campaign
        shutil.copytree(ROOT / campaign, folder)
        for name, given in written.items():
            path, content = folder / name, given
            if isinstance(content, tuple):
                old, new = content
                text = path.read_text(encoding="utf-8")
                assert text.count(old) == 1
                content = text.replace(old, new)
            path.write_bytes(content if isinstance(content, bytes) else str(content).encode())
        return check_campaign(Workplace(home=tmp_path / "home", key=b"k"), folder)

    return checked


def below(words: str) -> str:
    """The text to employees with a paragraph more."""
    lines = (ROOT / "medarbetare" / TEXT).read_text(encoding="utf-8").split("\n")
    (at,) = [number for number, line in enumerate(lines) if AFTER in line]
    return "\n".join([*lines[: at + 1], "", words, *lines[at + 1 :]])


def places(found: list[Finding], gate: str) -> set[tuple[str, int]]:
    return {(each.file, each.line) for each in found if each.gate == gate}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (
            "web.html.j2",
            '{% extends "web.html.j2" %}\n{% block body %}\n<p>WORDS</p>'
            "<div data-body>{{ message.body }}</div>{% endblock %}",
        ),
        ("email.html.j2", '{% extends "email.html.j2" %}\n{% block facts %}{{ super() }}\n<p>WORDS</p>{% endblock %}'),
        ("email.txt.j2", '{% include "email.txt.j2" %}\n\nWORDS\n'),
    ],
)  # fmt: skip
def test_words_of_a_template_are_judged_as_those_of_a_text(check: Check, name: str, written: str) -> None:
    found = check(**{name: written.replace("WORDS", WORDS)})
    for gate in ("politics", "jargon", "gendered", "language_part"):
        assert places(found, gate) == {(name, 3)}, gate


@pytest.mark.parametrize("alternative", ["", ' alt=""', ' alt="En karta"'])
def test_an_empty_picture_of_a_template_hides_no_other_fault_of_it(check: Check, alternative: str) -> None:
    picture = f'<img src="{{{{ message.logotype }}}}"{alternative}>'
    found = check(**{"email.html.j2": '{% extends "email.html.j2" %}\n{% block facts %}{{ super() }}'
                     f"\n{picture}\n<p>{WORDS}</p>{{% endblock %}}"})  # fmt: skip
    assert places(found, "image_file") == {("email.html.j2", 3)}
    assert places(found, "jargon") == places(found, "politics") == {("email.html.j2", 4)}
    assert bool(places(found, "alt_text")) is (not alternative)


def test_words_of_the_shared_layout_are_nobodys_fault(check: Check) -> None:
    assert check(**{"email.html.j2": '{% extends "email.html.j2" %}{% block facts %}{{ super() }}{% endblock %}'}) == []


@pytest.mark.parametrize(
    ("written", "gate", "line"),
    [
        ('{% extends "web.html.j2" %}\n{% block body %}{% endblock %}', "text_file", 2),
        ('{% extends "web.html.j2" %}\n{% block bodyy %}<p>Hej</p>{% endblock %}', "text_syntax", 2),
        ('{% extends "web.html.j2" %}\n{% block sender %}{% endblock %}', "logotype", 2),
        ('{% extends "web.html.j2" %}\n{% block facts %}{% endblock %}', "contact_present", 2),
        ('{% extends "web.html.j2" %}\n{% block facts %}{% endblock %}', "date_present", 2),
        ('{% extends "web.html.j2" %}\n{% block heading %}{% endblock %}', "headings", 2),
        (
            '{% extends "web.html.j2" %}{% block facts %}{{ super() }}\n'
            '<a href="https://start.stockholm/a"></a>{% endblock %}',
            "link_text", 2,
        ),
    ],
)  # fmt: skip
def test_what_a_template_loses_is_told_at_its_block(check: Check, written: str, gate: str, line: int) -> None:
    found = check(**{"web.html.j2": written})
    assert places(found, gate) == {("web.html.j2", line)}
    assert gate in {"headings", "link_text", "text_syntax"} or all(
        "web.html.j2" in each.remedy for each in found if each.gate == gate
    )


@pytest.mark.parametrize("style", ["p { opacity: .3 }", ".facts { opacity: 0.2 }", "h1, p { color: transparent }"])
def test_a_style_that_hides_is_told_in_the_template_that_writes_it(check: Check, style: str) -> None:
    found = check(
        **{"email.html.j2": f'{{% extends "email.html.j2" %}}\n{{% block style %}}\n{style}\n{{% endblock %}}'}
    )
    assert {(each.file, each.line) for each in found} == {("email.html.j2", 3)}
    assert "own_style" in {each.gate for each in found}


def test_a_file_that_is_larger_than_any_that_is_read_has_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "text.sv.md"
    path.write_bytes(b"hej\n" * 50_000)
    assert len(lines_of(path)) == 50_000
    path.write_bytes(b"hej\n" * 50_001)
    assert lines_of(path) == []


def test_a_text_without_words_is_refused(check: Check) -> None:
    matter = "---\nsubject: Svara enkelt\npreheader: Tre råd\npage_title: Svara enkelt\n---\n"
    assert {each.file for each in check(**{TEXT: matter}) if each.gate == "text_file"} == {TEXT}


def test_a_query_that_is_not_utf8_is_a_finding(check: Check) -> None:
    assert "audience_file" in {each.gate for each in check(**{"employees.sql": "-- å\nSELECT 1".encode("latin-1")})}


@pytest.mark.parametrize(
    ("words", "gate", "sentence"),
    [
        ("Test test test.", "placeholder", "Test test test."),
        ("Det är bra<br>för oss.", "placeholder", "Det är bra<br>för oss."),
        ('Se <p style="color:#bbb">detta</p>.', "placeholder", "Se"),
        ("Se det&amp;nbsp;här.", "placeholder", "Se det&nbsp;här."),
        ("Numret är 640823-**3234** här.", "personal_number", "Numret är … här."),
        ("Numret är 640823-\n3234 här.", "personal_number", "Numret är … här."),
        ("Läs [råd om mejl](http://start.stockholm/q). Vi ger råd om mejl.", "link_address", "Läs råd om mejl."),
        ("Vi ger råd om mejl. Läs [råd om mejl](http://start.stockholm/q).", "link_address", "Läs råd om mejl."),
        ("Se [stockholm.se/svara](https://stockholm.se/svara/x).", "link_text", "Se stockholm.se/svara."),
        (
            "[Skriv till oss i dag](javascript:alert) nu.",
            "link_address",
            "[Skriv till oss i dag](javascript:alert) nu.",
        ),
        ("# Sist ett råd", "headings", "Sist ett råd"),
        ("Sist ett råd\n====", "headings", "Sist ett råd"),
    ],
)
def test_a_fault_is_told_in_its_line_and_sentence(check: Check, words: str, gate: str, sentence: str) -> None:
    text = below(words)
    line = text.split("\n").index(words.split("\n", maxsplit=1)[0]) + 1
    found = [each for each in check(**{TEXT: text}) if each.gate == gate]
    assert {(each.file, each.line) for each in found} == {(TEXT, line)}
    assert all(each.sentence.startswith(sentence) for each in found)


@pytest.mark.parametrize("words", ["12" * 20000, "[" * 8000, "a" * 20000, "[" + "a" * 20000, "1-1 " * 8000])
def test_a_hostile_text_gives_a_bounded_number_of_findings(check: Check, words: str) -> None:
    assert len(check(**{TEXT: below(words)})) < 20


def test_a_contact_that_reaches_nobody_is_told_in_its_line(check: Check) -> None:
    found = check("vattenlacka", **{"campaign.yaml": (
        "  way: kundservice@svoa.example.se\n  hours: {sv: dygnet runt, en: all day and night}",
        '  way: kundservice\n  hours: {sv: "?", en: vi svarar dig dygnet runt alla dagar i veckan}',
    )})  # fmt: skip
    assert [number for _, number in sorted(places(found, "contact_present"))] == [23, 24]
    assert places(found, "language_part") == {("campaign.yaml", 24)}


def test_a_subject_line_in_another_language_is_found(check: Check) -> None:
    mixed = (
        "subject: What is it like to work for the City of Stockholm?",
        "subject: Hur är det att jobba i Stockholms stad?",
    )
    found = [each for each in check("rekrytering", **{"text.en.md": mixed}) if each.gate == "language_part"]
    assert {each.message for each in found} == {"A passage in Swedish is marked as English"}
    assert {(each.file, each.line) for each in found} == {("text.en.md", 2)}


def test_words_in_another_language_are_no_misspellings(check: Check) -> None:
    found = check("parkdialog", **{"text.sv.md": (ROOT / "parkdialog" / "text.fi.md").read_text(encoding="utf-8")})
    assert "language_part" in {each.gate for each in found}
    assert len({each.sentence for each in found if each.gate == "spelling"}) < 20
