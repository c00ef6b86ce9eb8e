"""What lies in a campaign's folder and is no text of it: never read into a message, never a traceback, told at once."""

import os
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from test_messages import PNG, a_brief, a_folder, faults, rendered, with_body

from campaigns.brief_subject import Subject
from campaigns.campaign_files import PICTURE, TEMPLATE, TEXT, is_read
from campaigns.errors import BriefInvalid
from campaigns.texts import read_text
from tasks.audience_query import examine
from tasks.rendered_texts import render_texts
from tasks.workplace import Workplace

SECRET = "a key that nobody may read"
INCLUDING = with_body('Hej\n\n{% include "part.md" %}')
PLACES = ("part.md", "text.sv.md", "email.html.j2", "email.txt.j2")


def a_head(width: int, height: int) -> bytes:
    """A PNG whose head promises this many pixels, and little more."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return PNG[:8] + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + PNG[33:]


def a_picture(kind: str) -> bytes:
    """A picture of 40 by 40 pixels that are not alike."""
    made = BytesIO()
    Image.effect_noise((40, 40), 50).save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize("name", PLACES)
def test_a_link_out_of_the_folder_is_never_read_into_a_message(tmp_path: Path, workplace: Workplace, name: str) -> None:
    folder = a_folder(tmp_path, INCLUDING, part="Del.")
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(tmp_path / "secret")
    named = faults(folder, workplace)
    assert f"prov/{name}:0 {name} leads out of the campaign's folder" in named
    assert SECRET not in str(named)


def test_a_link_within_the_folder_is_read(tmp_path: Path, workplace: Workplace) -> None:
    folder = a_folder(tmp_path, INCLUDING, other="Delens ord.")
    (folder / "part.md").symlink_to("other.md")
    assert "Delens ord." in rendered(folder, workplace).text


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("made", ["pipe", "device", "folder", "loop", "broken"])
def test_what_is_no_file_is_told_and_never_waited_for(
    tmp_path: Path, workplace: Workplace, name: str, made: str
) -> None:
    folder = a_folder(tmp_path, with_body("Hej"))
    path = folder / name
    path.unlink(missing_ok=True)
    if made == "pipe":
        os.mkfifo(path)
    elif made == "folder":
        path.mkdir()
    else:
        path.symlink_to({"device": "/dev/zero", "loop": name, "broken": "nowhere"}[made])
    assert any(each.startswith(f"prov/{name}:0 {name} ") for each in faults(folder, workplace))


def test_hidden_files_of_an_editor_are_nobodys_text(tmp_path: Path, workplace: Workplace) -> None:
    folder = a_folder(tmp_path, with_body("Hej"))
    (folder / ".#text.sv.md").symlink_to("me@host.123:45")
    (folder / ".part.md").mkdir()
    assert "Hej" in rendered(folder, workplace).text


@pytest.mark.parametrize(("name", "most"), [("part.md", TEXT), ("text.sv.md", TEXT), ("email.html.j2", TEMPLATE)])
def test_a_file_is_measured_before_it_is_read(tmp_path: Path, workplace: Workplace, name: str, most: int) -> None:
    folder = a_folder(tmp_path, with_body("Hej"))
    with (folder / name).open("ab") as file:
        file.truncate(most + 1)
    assert any(f"{name} is larger than {most // 1000} kB" in each for each in faults(folder, workplace))


@given(st.integers(0, 3), st.sampled_from([TEXT, TEMPLATE, PICTURE]))
def test_nothing_larger_than_its_bound_is_ever_read(
    tmp_path_factory: pytest.TempPathFactory, over: int, most: int
) -> None:
    path = tmp_path_factory.mktemp("sizes") / "file"
    path.touch()
    os.truncate(path, most + over)
    assert is_read(path, most) is (over == 0)


def test_a_query_is_no_link_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "outside.sql").write_text("SELECT 1", encoding="utf-8")
    folder = a_folder(tmp_path, with_body("Hej"))
    (folder / "audience.sql").symlink_to(tmp_path / "outside.sql")
    question, found = examine(folder / "audience.sql", a_brief(), "external")
    assert question.text == ""
    assert "leads out of the campaign's folder" in found[0].message
    assert Subject(folder, {}).file("audience.sql") is None


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (PNG + b"\0" * PICTURE, "is larger than 1 MB"),
        (a_head(60_000, 60_000), "is over 4,000 pixels wide or high"),
        (a_head(4_001, 1), "is over 4,000 pixels wide or high"),
        (PNG[:8] + b"rubbish", "is no PNG, JPEG or GIF"),
        (b"\xff\xd8\xff", "is no PNG, JPEG or GIF"),
        (PNG[:-6], "is cut off"),
        (a_picture("JPEG")[:-200], "is cut off"),
        (a_picture("GIF")[:-2], "is cut off"),
    ],
)
def test_a_picture_that_nobody_could_show_is_told_by_its_head(
    tmp_path: Path, workplace: Workplace, content: bytes, found: str
) -> None:
    folder = a_folder(tmp_path, with_body("![Karta](karta.png)"))
    (folder / "karta.png").write_bytes(content)
    assert any(found in each for each in faults(folder, workplace))


def test_a_picture_of_the_most_pixels_is_shown(tmp_path: Path, workplace: Workplace) -> None:
    folder = a_folder(tmp_path, with_body("![Karta](karta.png)"))
    (folder / "karta.png").write_bytes(a_head(4_000, 4_000))
    variants = render_texts(a_brief(channels=["web"]), folder, workplace)
    assert "data:image/png" in variants[0].html


@pytest.mark.parametrize("nested", ["[" * 3000 + "]" * 3000, "{a: " * 3000 + "}" * 3000, "&x [*x]", "!!binary x"])
def test_hostile_front_matter_is_a_finding(tmp_path: Path, nested: str) -> None:
    path = a_folder(tmp_path, f"---\nsubject: Hej\nx: {nested}\n---\nHej\n") / "text.sv.md"
    assert read_text(path, "sv")[1]


@pytest.mark.parametrize("written", ["", " \n", "<!-- x -->", "{# x #}"])
@pytest.mark.parametrize("name", ["email.html.j2", "web.html.j2", "letter.html.j2"])
def test_a_template_that_prints_nothing_is_told_and_not_passed_over(
    tmp_path: Path, workplace: Workplace, written: str, name: str
) -> None:
    folder = a_folder(tmp_path, with_body("Hej"))
    (folder / name).write_text(written, encoding="utf-8")
    assert any(f"prov/{name}:1 the template prints no words" in each for each in faults(folder, workplace))


def test_a_plain_text_template_that_prints_nothing_is_told(tmp_path: Path, workplace: Workplace) -> None:
    folder = a_folder(tmp_path, with_body("Hej"))
    (folder / "email.txt.j2").write_text("\n", encoding="utf-8")
    assert any("prov/email.txt.j2:1 the template prints no words" in each for each in faults(folder, workplace))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"---\nsubject: {'å' * 1001}\n---\nHej\n", "longer than 1,000 characters"),
        (
            with_body('{% for a in "' + "x" * 400 + '" %}{{ "' + "ord " * 100 + '" }}{% endfor %}'),
            "longer than 30,000",
        ),
        (with_body('{% for a in "' + "x" * 100 + '" %}{{ "' + "ord " * 20 + '" }}{% endfor %}'), "more than 5,000"),
    ],
)
def test_a_text_that_swells_is_told_at_once(tmp_path: Path, workplace: Workplace, text: str, found: str) -> None:
    with pytest.raises(BriefInvalid, match=found):
        render_texts(a_brief(), a_folder(tmp_path, text), workplace)


@pytest.mark.parametrize(
    ("body", "line", "found"),
    [
        ("Hej\n\n" + "[a](" * 20_000, 6, "more than 5,000 characters"),
        ("Hej\n\n| a | b |\n|---|---|\n" + "| en sak | en plats |\n" * 4_000, 6, "more than 5,000 characters"),
        ("a\n\n" * 10_000, 1_001, "more than 1,000 lines"),
    ],
)
def test_a_text_that_the_gates_would_read_for_minutes_is_told_with_its_line(
    tmp_path: Path, workplace: Workplace, body: str, line: int, found: str
) -> None:
    (told,) = faults(a_folder(tmp_path, with_body(body)), workplace)
    assert told.startswith(f"prov/text.sv.md:{line} ")
    assert found in told


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("<style>\n" + "a{" * 3_000 + "}" * 3_000 + "</style>\n<p>Hej</p>", 2),
        ('<p>Hej</p>\n<p style="color: ' + "(" * 3_000 + '">Hej</p>', 2),
        ("<p>Hej</p><style>{% for a in '" + "x" * 300 + "' %}a{ {% endfor %}</style>", 1),
    ],
)
def test_a_style_sheet_that_is_nested_without_end_is_told_with_its_line(
    tmp_path: Path, workplace: Workplace, written: str, line: int
) -> None:
    folder = a_folder(tmp_path, with_body("Hej"))
    (folder / "web.html.j2").write_text(written, encoding="utf-8")
    (told,) = faults(folder, workplace)
    assert told.startswith(f"prov/web.html.j2:{line} ")
    assert "brackets stand inside each other" in told


def test_a_template_of_more_elements_than_a_page_needs_is_told(tmp_path: Path, workplace: Workplace) -> None:
    folder = a_folder(tmp_path, with_body("Hej"))
    (folder / "web.html.j2").write_text("<p>Hej</p>\n" * 7_000, encoding="utf-8")
    (told,) = faults(folder, workplace)
    assert "more than 12,000 tags" in told
