"""A campaign's own template and its pictures: rendered within the same bounds, and seen by the gates."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_messages import ENDLESS, PNG, VALUES, a_brief, a_folder, faults, page_of, rendered, said, with_body

from campaigns.programme import load_programme
from tasks import slots
from tasks.gate_subjects import subject_of
from tasks.gates import active_content, examining
from tasks.text_pictures import shown_within
from tasks.variants import RenderedVariant
from tasks.workplace import Workplace

EXTENDED = """{% extends "email.html.j2" %}
{% block sender %}
<p class="logotype">Stockholms stad</p>
<p class="sender">{{ message.sender }} hälsar {{ first_name }}</p>
{% endblock %}
"""
PICTURE = with_body("![Karta över Bromma](karta%20a.png)\n\nHej {{ first_name }}")


def a_template(folder: Path, written: str, name: str = "email.html.j2") -> Path:
    (folder / name).write_text(written, encoding="utf-8")
    return folder


def found_in(variant: RenderedVariant, folder: Path) -> list[tuple[str, str, str, int]]:
    subject = subject_of(
        a_brief(), folder, wave=variant.wave, channel=variant.channel, language=variant.language,
        subject=variant.subject, text=variant.text, html=variant.html, facts=variant.facts,
    )  # fmt: skip
    found = examining.examine([subject], load_programme().text_gates)
    return [(finding.gate, finding.kind, finding.file, finding.line) for finding in found]


def test_a_template_may_change_a_block_of_the_shared_layout(tmp_path: Path, workplace: Workplace) -> None:
    variant = rendered(a_template(a_folder(tmp_path), EXTENDED), workplace)
    page = page_of(slots.parse(variant.html.encode()).fill(VALUES | {"first_name": "<b>Åsa</b>"}))
    assert "hälsar <b>Åsa</b>" in said(page.xpath("//p[@class='sender']")[0].text_content())
    assert "Beslutat" in page.text_content()
    assert page.xpath("//p[@class='sender']/@style")
    assert "hälsar" not in rendered(a_folder(tmp_path), workplace, "web").html


def test_a_template_may_stand_alone_and_branch_on_facts(tmp_path: Path, workplace: Workplace) -> None:
    folder = a_template(
        a_folder(tmp_path), "{{ message.text }}{{ _('Date') }} {{ housing }} {{ first_name }}", "email.txt.j2"
    )
    text = slots.parse(rendered(folder, workplace).text.encode()).fill(VALUES).decode()
    assert text.endswith("Datum flat Åsa\n")


def test_a_logotype_that_a_template_leaves_out_is_found_there(tmp_path: Path, workplace: Workplace) -> None:
    folder = a_folder(tmp_path, with_body("Hej"))
    assert "logotype" not in {found[0] for found in found_in(rendered(folder, workplace), folder)}
    a_template(folder, EXTENDED.replace(' class="logotype"', ""))
    assert ("logotype", "B", "email.html.j2", 2) in found_in(rendered(folder, workplace), folder)


@pytest.mark.parametrize(
    ("written", "line", "found"),
    [
        ("<p>\n{{ message.okänd }}</p>", 2, "no attribute"),
        ("<p>\n\n{{ okänd }}</p>", 3, "undefined"),
        ("<p>\n{% if %}</p>", 2, "Jinja2 cannot read this"),
        ("<p>\n{{ ''.__class__.__mro__ }}</p>", 2, "unsafe"),
        ("<p>\n{{ message.__class__.__init__.__globals__ }}</p>", 2, "unsafe"),
        ("<p>\n{{ _.__globals__ }}</p>", 2, "unsafe"),
        ("<p>\n{{ first_name | upper }}</p>", 2, "more than printing"),
        ("<p>\n{% include 'ingen.html.j2' %}</p>", 2, "ingen"),
        ("<p>\n{% include '../../../etc/passwd' %}</p>", 2, "passwd"),
        ("{% extends 'own/email.html.j2' %}", 1, "nested too deeply"),
        ("<p>\n" + ENDLESS + "</p>", 2, "takes more than"),
        ("<p>\n{{ 'a' * 10 ** 10 }}</p>", 2, "too much memory"),
    ],
)
def test_a_fault_of_a_template_is_named_with_file_and_line(
    tmp_path: Path, workplace: Workplace, written: str, line: int, found: str
) -> None:
    named = faults(a_template(a_folder(tmp_path), written), workplace)
    assert any(each.startswith(f"prov/email.html.j2:{line} ") and found in each for each in named), named


def test_a_picture_goes_with_the_mail_and_stands_in_other_pages(tmp_path: Path, workplace: Workplace) -> None:
    folder = a_folder(tmp_path, PICTURE)
    (folder / "karta a.png").write_bytes(PNG)
    message: Any = message_from_bytes(slots.parse(rendered(folder, workplace).template).fill(VALUES), policy=default)
    image = next(part for part in message.walk() if part.get_content_maintype() == "image")
    (shown,) = page_of(message.get_body(("html",)).get_content()).xpath("//div[@data-body]//img")
    assert image.get_content() == PNG
    assert shown.get("src") == f"cid:{image['Content-ID'].strip('<>')}"
    assert shown.get("alt") == "Karta över Bromma"
    assert not message.defects
    for channel in ("web", "letter"):
        (shown,) = page_of(rendered(folder, workplace, channel).html).xpath("//div[@data-body]//img")
        assert shown.get("src").startswith("data:image/png;base64,")


def test_a_preview_shows_the_picture_that_goes_with_the_mail_and_no_other(tmp_path: Path, workplace: Workplace) -> None:
    folder = a_folder(tmp_path, PICTURE)
    (folder / "karta a.png").write_bytes(PNG)
    html = rendered(folder, workplace).html
    assert "data:image/png;base64," in shown_within(html, folder)
    (folder / "karta a.png").write_bytes(PNG + b"other")
    assert shown_within(html, folder) == html
    (folder / "karta a.png").unlink()
    assert shown_within(html, folder) == html


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("karta.png", "is missing"),
        ("https://example.se/karta.png", "is no file of the campaign"),
        ("//example.se/karta.png", "is no file of the campaign"),
        ("../karta.png", "is no file of the campaign"),
        ("..%2fkarta.png", "is no file of the campaign"),
        ("karta.svg", "is no file of the campaign"),
        ("text.png", "is no PNG, JPEG or GIF"),
        ("outside.png", "leads out of the campaign's folder"),
        ("large.png", "is larger than 1 MB"),
    ],
)
def test_a_picture_that_is_no_file_of_the_campaign_is_refused_at_its_line(
    tmp_path: Path, workplace: Workplace, address: str, found: str
) -> None:
    folder = a_folder(tmp_path, with_body(f"Hej\n\n![Karta]({address})"))
    (tmp_path / "karta.png").write_bytes(PNG)
    (folder / "text.png").write_text("<svg onload=alert(1)>")
    (folder / "large.png").write_bytes(PNG + b"\0" * 1_000_000)
    (folder / "outside.png").symlink_to(tmp_path / "karta.png")
    named = faults(folder, workplace)
    assert any(each.startswith("prov/text.sv.md:6 ") and found in each for each in named), named


def test_a_slot_is_no_address_of_a_picture(tmp_path: Path, workplace: Workplace) -> None:
    named = faults(a_folder(tmp_path, with_body("![Karta]({{ pickup_place }})")), workplace)
    assert any("a slot stands in the address of a picture" in each for each in named)


def test_of_very_many_faults_of_a_gate_fifty_are_told_and_that_there_are_more(
    tmp_path: Path, workplace: Workplace
) -> None:
    words = "\n\n".join(f"[Mer om det här](http://stad{number}.example.se/)" for number in range(60))
    folder = a_folder(tmp_path, with_body(words))
    found = [each for each in found_in(rendered(folder, workplace), folder) if each[0] == "link_address"]
    assert len(found) == examining.MOST_FAULTS + 1


@settings(max_examples=25)
@given(
    st.sampled_from(["p", "div", "td", "a", "svg", "image", "video", "source", "section"]),
    st.sampled_from(["onclick", "ONLOAD", "src", "srcset", "poster", "background", "data", "ping", "style", "fill"]),
    st.sampled_from(["https://matare.example.se/a", "//matare.example.se/a", "http:a"]),
)
def test_nothing_that_runs_or_is_fetched_ever_passes_in_an_attribute(tag: str, name: str, address: str) -> None:
    value = {"style": f"background: URL( '{address}' )", "fill": f"u\\72l({address})"}.get(name, address)
    element = lxml.html.fragment_fromstring(f'<div><{tag} {name}="{value}"></{tag}></div>')
    assert [each for each in active_content.wrong_in(element)]


@pytest.mark.parametrize(
    "style",
    [
        "@import 'a.css';", "@IMPORT url(a.css);", "p { background: image-set('a.png' 1x) }",
        "p { background: -webkit-image-set(url(a.png) 1x) }", "@font-face { src: url(https://example.se/a.woff) }",
        "p { width: expression(alert(1)) }", "@media print { p { list-style: url( 'a' ) } }",
    ],
)  # fmt: skip
def test_a_style_sheet_that_fetches_or_runs_is_known(style: str) -> None:
    assert active_content.fetched(style)


@pytest.mark.parametrize(
    "style",
    ["p { content: 'https://example.se' }", "p { fill: url(#a) }", "p { background: url(data:image/png;base64,) }"],
)
def test_a_style_sheet_that_needs_nobody_passes(style: str) -> None:
    assert not active_content.fetched(style)


@pytest.mark.parametrize(
    "comment", ["<!--[if mso]><img src='https://example.se/a.png'><![endif]-->", "<!--><script></script>-->"]
)
def test_what_some_programs_read_in_a_comment_is_looked_at(comment: str) -> None:
    document = lxml.html.document_fromstring(f"<html><body><p>Hej</p>{comment}</body></html>")
    assert [each for each in active_content.wrong_in(document)]
