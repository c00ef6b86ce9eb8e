"""Printed letters: the page's words, PDF/UA-1, an address that every right-hand window shows, values as values."""

import csv
import io
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lxml.etree
import lxml.html
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PageObject, PdfReader
from small_run import kill, workers_of

import campaigns
from campaigns.brief_loading import load_brief
from campaigns.errors import InputError
from tasks import letters, slots, typesetting
from tasks.letter_source import ADDRESS, CLEAR, DIVIDER, letter_source
from tasks.rendered_texts import render_texts
from tasks.sample_typesetting import MOST_LETTERS, SampleProcess, typeset_sample
from tasks.senders.letter import LETTERS_PER_FILE, LetterSender
from tasks.senders.protocol import Message, Setting
from tasks.slot_values import default_values
from tasks.typesetting import typeset, typeset_apart
from tasks.variants import RenderedVariant
from tasks.workplace import Workplace

SCHOOL = Path(campaigns.__file__).parent / "sok-skola"
STAND_IN = Path(campaigns.__file__).parent / "layouts" / "logotype_stand_in.svg"
POINTS_PER_MM = 72 / 25.4
PAGE = f"""<html lang="sv" dir="ltr"><head><title>Prov</title></head><body><div class="sheet">
<header><p class="logotype"><img src="data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmci\
IHdpZHRoPSI5IiBoZWlnaHQ9IjkiLz4=" alt="Stadens märke"></p><p class="sender">Staden</p></header>
<address lang="sv" dir="ltr">{slots.marker("address_name", "html")}<br>{slots.marker("street", "html")}<br></address>
<p class="date">1 januari</p><main><h1>Prov</h1><h3>Under</h3><p>Före {slots.marker("first_name", "html")} efter.</p>
<ul><li>Ett</li><li>Två</li></ul><table><thead><tr><th>Dag</th><th>Plats</th></tr></thead><tbody><tr><td>Må</td>
<td>Torget</td></tr></tbody></table><p><a href="https://example.se/{slots.marker("first_name", "part")}">sidan</a>
<a href="{slots.marker("last_name", "url")}">egen</a></p></main><footer class="facts"><p>Slut.</p></footer></div>"""
PERSON = {
    "address_name": "Åsa Prov", "street": "Provgatan 1", "apartment": "", "postcode": "123 45", "city": "Stockholm",
    "first_name": "Åsa", "last_name": "Prov",
}  # fmt: skip
ADDRESSES = [
    {},
    {"address_name": "Maximiliana Konstantinopolitanska-Prov af Exempelhjelm, c/o Bokföringsbyrån Exempel",
     "street": "Södra Exempelstrandsvägen 123 B", "apartment": "lgh 1202"},
    {"address_name": "Måns Prov", "street": "c/o Exempelföreningen för långa adresser på brev, box 1", "city": "Ö"},
    {"address_name": "W" * 90, "street": "W " * 200, "city": "W" * 60},
    {"address_name": "مريم تجربة"},
]  # fmt: skip
HOSTILE = [
    "#panic()", '"); #panic() //', '\\" + panic() + \\"', "\\", "\\\\", '"', "'", "// x", "/* x", "*/", "<label>",
    "@ref", "$x$", "*b* _i_ `c`", "= H", "- x -- y --- z ...", "~", "\\u{41}", "#{1+1}", "[x]", "(:)", "a\nb",
    "a\u2028b", "</p><script>", "{{ x }}",
    DIVIDER.decode(), slots.marker("street", "typst"), 'values.at("x")', "", " ", "x" * 300,
    "https://example.se/å?a=1&b=2", 'https://example.se/"#panic()',
]  # fmt: skip
SMALL = (
    b'#set document(title: [Prov])\n#set text(lang: "sv")\n#metadata(none) <first-page> Hej #metadata(none) <last-page>'
)
SLOW = b"#for number in range(100000) [#number ]"
TOO_LARGE = b"#let a = range(1000000000)"
LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_characters="\xad"), max_size=30)
hostile = LATIN | st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE), max_size=3).map("".join)


def printed(text: str) -> str:
    """A text without what the breaking of lines and the direction of letters have added or taken away."""
    shown = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in shown if unicodedata.category(sign) not in {"Cf", "Cc"} and not sign.isspace())


def of_page(html: str) -> str:
    """What a letter's page shows on paper: the logotype's words, list signs, and the address of a link after it."""
    body = lxml.html.document_fromstring(html).body
    for link in body.xpath(".//a[starts-with(@href, 'http')]"):
        link.tail = f" ({link.get('href')}){link.tail or ''}"
    for items in body.xpath(".//ol | .//ul"):
        for number, item in enumerate(items.iter("li"), start=1):
            item.text = f"{f'{number}.' if items.tag == 'ol' else '•'} {item.text or ''}"
    logotype = lxml.etree.parse(str(STAND_IN)).xpath("//*[local-name()='text']")
    return printed("".join(each.text for each in logotype) + body.text_content())


def of_pdf(reader: PdfReader) -> str:
    return printed("".join(page.extract_text() for page in reader.pages))


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def positions(page: PageObject) -> list[tuple[float, float, str]]:
    """Return (millimetres from the left, of the baseline from the top, text) of every run of text on a page."""
    found: list[tuple[float, float, str]] = []

    def visit(text: str, matrix: Any, text_matrix: Any, font: Any, size: float) -> None:
        if text.strip():
            x = text_matrix[4] * matrix[0] + text_matrix[5] * matrix[2] + matrix[4]
            y = text_matrix[4] * matrix[1] + text_matrix[5] * matrix[3] + matrix[5]
            found.append((x / POINTS_PER_MM, (float(page.mediabox.height) - y) / POINTS_PER_MM, text))

    page.extract_text(visitor_text=visit)
    return found


def ink(source: bytes) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom, in millimetres, of what is printed in the clear area of the first page."""
    import typst

    images = typst.compile(source, format="png", ppi=25.4 * 4, font_paths=typesetting._fonts())
    first = images[0] if isinstance(images, list) else images
    assert isinstance(first, bytes)
    sheet = np.asarray(Image.open(io.BytesIO(first)).convert("L")) < 200
    left, top = round(CLEAR.left * 4), round(CLEAR.top * 4)
    rows, columns = np.nonzero(sheet[top : round((CLEAR.top + CLEAR.height) * 4), left:])
    return (columns.min() + left) / 4, (rows.min() + top) / 4, (columns.max() + left) / 4, (rows.max() + top) / 4


def tags(element: Any) -> Iterator[Any]:
    """Return every structure element below one, in reading order."""
    element = element.get_object()
    if isinstance(element, list):
        for each in element:
            yield from tags(each)
    elif isinstance(element, dict) and "/S" in element:
        yield element
        yield from tags(element.get("/K", []))
    elif isinstance(element, dict) and "/K" in element:
        yield from tags(element["/K"])


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> list[RenderedVariant]:
    place = Workplace(home=tmp_path_factory.mktemp("home"), key=b"a key for tests only")
    return [each for each in render_texts(load_brief(SCHOOL), SCHOOL, place) if each.channel == "letter"]


@pytest.fixture(scope="module")
def template() -> slots.Template:
    return slots.parse(letter_source(PAGE))


def values_of(language: str, **others: str) -> dict[str, str]:
    return default_values(load_brief(SCHOOL), language) | others


def one_of(variants: list[RenderedVariant], language: str) -> RenderedVariant:
    return next(each for each in variants if each.language == language and each.wave == "invitation")


def unnumbered(variant: RenderedVariant) -> bytes:
    return variant.template.replace(b"#let numbered = true", b"#let numbered = false")


def test_words_that_typst_remembers_make_the_same_file() -> None:
    template = slots.parse(letter_source(PAGE))
    document = letters.batch(template.fill(PERSON | {"first_name": name}) for name in ("Åsa", "Måns"))
    assert document.count(b"same(") > 3
    forgotten = document.replace(b"#let same(words) = box(width: 100%, words)", b"#let same(words) = words")
    assert forgotten != document
    assert typeset(forgotten).pdf == typeset(document).pdf


def test_blocks_that_are_the_same_for_everybody_stand_outside_what_is_made_for_each() -> None:
    text, _, made_for_each = letter_source(PAGE).decode().partition("#let letter(values)")
    for words in ("Stadens märke", "1 januari", "Under", "Två", "Torget", "Slut."):
        assert words in text
        assert words not in made_for_each
    assert all(slot in made_for_each for slot in ("address_name", "first_name", "last_name"))


def test_a_letter_says_the_words_of_its_page_and_no_others(variants: list[RenderedVariant]) -> None:
    first = {(each.wave, each.language): each for each in variants}
    assert {language for _, language in first} == {"sv", "en", "fi", "so", "ar"}
    for variant in first.values():
        values = values_of(variant.language)
        page = of_page(slots.parse(variant.html.encode()).fill(values).decode())
        letter = of_pdf(read(letters.sample(unnumbered(variant), values).pdf))
        if variant.language != "ar":
            assert letter == page
        else:  # read from its shapes, Arabic has no order; its letters, and all that is Latin, can be told
            assert set(letter) == set(page)
            assert Counter(re.findall("[A-Za-z0-9]", letter)) == Counter(re.findall("[A-Za-z0-9]", page))


def test_arabic_is_shaped_and_runs_from_the_right(variants: list[RenderedVariant]) -> None:
    assert b'#set text(lang: "ar", dir: rtl)' in one_of(variants, "ar").template

    page = read(letters.sample(one_of(variants, "ar").template, values_of("ar")).pdf).pages[0]
    fonts = {font.get_object()["/BaseFont"].partition("+")[2] for font in page["/Resources"]["/Font"].values()}
    assert {"DejaVuSans", "DejaVuSans-Bold"} <= fonts
    title = '#set page(width: auto, height: auto, margin: 0pt)\n#set text(font: "DejaVu Sans")\n'
    joined, apart = (
        read(typesetting.typst.compile(f"{title}{word}".encode(), font_paths=typesetting._fonts())).pages[0].mediabox
        for word in ("مرحبا", "\u200c".join("مرحبا"))
    )
    assert joined.width < 0.95 * apart.width, "letters that join are narrower than letters that stand alone"


@pytest.mark.parametrize("others", ADDRESSES, ids=["usual", "long", "many_words", "endless", "arabic"])
@pytest.mark.parametrize("language", ["sv", "ar"])
def test_every_window_shows_the_address_and_nothing_else(
    variants: list[RenderedVariant], language: str, others: dict[str, str]
) -> None:
    source = slots.parse(one_of(variants, language).template).fill(values_of(language, **PERSON | others))
    left, top, right, bottom = ink(source)
    assert left >= ADDRESS.left - 0.3
    assert right <= ADDRESS.left + ADDRESS.width + 0.3
    assert top >= 45
    assert bottom <= (69.2 if others else 60)


def test_the_address_stands_on_lines_of_its_own_at_the_stated_millimetres(variants: list[RenderedVariant]) -> None:
    page = read(letters.sample(one_of(variants, "fi").template, values_of("fi", **PERSON)).pdf).pages[0]
    assert [round(float(side) / POINTS_PER_MM) for side in page.mediabox[2:]] == [210, 297]
    inside, outside = [], []
    for x, y, text in positions(page):
        within = CLEAR.left <= x and CLEAR.top <= y <= CLEAR.top + CLEAR.height
        (inside if within else outside).append((round(x, 1), y, text.strip()))
    assert [text for _, _, text in inside] == ["Åsa Prov", "Provgatan 1", "123 45 Stockholm"]
    assert {x for x, _, _ in inside} == {ADDRESS.left}
    assert all(45 < y < 60 for _, y, _ in inside)
    assert min(y for x, y, _ in outside if x >= CLEAR.left) > CLEAR.top + CLEAR.height
    assert any(y > 99 for _, y, _ in outside)


def test_a_letter_is_tagged_as_pdf_ua_1(variants: list[RenderedVariant]) -> None:
    for language in ("sv", "en", "ar"):
        reader = read(letters.sample(one_of(variants, language).template, values_of(language)).pdf)
        root: Any = reader.trailer["/Root"]
        metadata = root["/Metadata"].get_object().get_data().decode()
        assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
        assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == (language, True)
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert reader.metadata is not None
        assert len(reader.metadata.title or "") > 10
        assert not {"Förnamn", "‹", slots.MARKER_SIGN} & set(str(reader.metadata.title).split())


def test_headings_lists_tables_links_and_pictures_are_known_as_such(template: slots.Template) -> None:
    root: Any = read(typeset(template.fill(PERSON)).pdf).trailer["/Root"]
    found = [str(each["/S"])[1:] for each in tags(root["/StructTreeRoot"])]
    assert [tag for tag in found if tag in {"H1", "H2", "H3", "Figure", "L", "Table"}] == [
        "Figure", "H1", "H2", "L", "Table",
    ]  # fmt: skip
    assert (found.count("LI"), found.count("TH"), found.count("TD")) == (2, 2, 2)
    assert "Link" in found
    pictures = [each for each in tags(root["/StructTreeRoot"]) if each["/S"] == "/Figure"]
    assert [each["/Alt"] for each in pictures] == ["Stadens märke"]


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(st.tuples(hostile, hostile), min_size=1, max_size=40))
def test_a_value_never_changes_anything_but_its_own_words(
    template: slots.Template, people: list[tuple[str, str]]
) -> None:
    values = [PERSON | {"first_name": name, "last_name": other, "street": other} for name, other in people]
    reader = read(typeset(letters.batch(template.fill(each) for each in values)).pdf)
    assert [page.extract_text()[:6] for page in reader.pages[::2]] == ["Staden"] * len(people)
    for number, each in enumerate(values):
        letter = printed("".join(page.extract_text() for page in reader.pages[2 * number : 2 * number + 2]))
        assert letter == "".join(map(printed, expected(each)))


def expected(values: dict[str, str]) -> list[str]:
    name, other, street = (
        slots.parse(slots.marker(slot, place).encode()).fill(values).decode()
        for slot, place in (("first_name", "address"), ("last_name", "link"), ("street", "address"))
    )
    part = slots.parse(slots.marker("first_name", "part").encode()).fill(values).decode()
    return [
        "Staden", "Åsa Prov", street, "1 januari Prov Under Före", name, "efter. • Ett • Två DagPlats MåTorget",
        "sidan (https://example.se/", part, ")", "egen", f"({other})" if other.startswith("http") else "", "Slut.",
    ]  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=40))
def test_no_name_in_any_script_stops_a_batch(template: slots.Template, names: list[str]) -> None:
    values = [{slot: name for slot in PERSON} for name in names]
    found = typeset(letters.batch(template.fill(each) for each in values))
    assert found.places == tuple((2 * number + 1, 1) for number in range(len(names)))


def test_a_letter_with_an_endless_value_goes_on_overleaf_and_the_next_begins_on_a_new_sheet(
    template: slots.Template,
) -> None:
    values = [PERSON, PERSON | {"first_name": "y" * 9000, "last_name": "https://example.se/" + "y" * 900}, PERSON]
    found = typeset(letters.batch(template.fill(each) for each in values))
    (first, one), (second, many), (third, last) = found.places
    assert (first, one, second, last) == (1, 1, 3, 1)
    assert many > 2
    assert third % 2 == 1
    pages = read(found.pdf).pages
    assert third == second + many + many % 2
    assert len(pages) == third


def test_a_later_page_has_its_number_and_a_blank_back_has_none(template: slots.Template) -> None:
    numbered = slots.parse(letter_source(PAGE, numbered=True))
    long = PERSON | {"first_name": "många ord " * 1000}
    pages = read(typeset(letters.batch(numbered.fill(each) for each in (PERSON, long))).pdf).pages
    tops = [next((text.strip() for _, y, text in positions(page) if y < 20), "") for page in pages]
    assert tops[:5] == ["", "", "", "2", "3"]


def test_a_page_with_a_broken_logotype_is_refused_before_anything_is_approved() -> None:
    with pytest.raises(InputError, match="cannot be typeset"):
        letters.letter_template(PAGE.replace("svg+xml", "png"), PERSON)


def test_a_batch_that_fails_says_nothing_of_what_stands_in_it() -> None:
    with pytest.raises(InputError) as caught:
        typeset_apart(b'#panic("Hemligt Namn")')
    assert "Hemligt" not in str(caught.value)


def test_the_same_letters_are_the_same_bytes(template: slots.Template) -> None:
    source = letters.batch([template.fill(PERSON), template.fill(PERSON | {"first_name": "Bo"})])
    assert typeset(source) == typeset_apart(source)


def sender_of(home: Path, template: slots.Template) -> LetterSender:
    return LetterSender(Setting("run", "external-letter-0001", home, lambda message: template.fill(message.slots)))


def people(count: int, language: str, name: str = "Åsa") -> list[Message]:
    return [
        Message(f"{language}{number:03}", f"letter-{language}", (), language, language,
                PERSON | {"address_name": f"{name} {language} {number}"})
        for number in range(count)
    ]  # fmt: skip


def test_the_manifest_tells_where_each_letter_stands(tmp_path: Path, template: slots.Template) -> None:
    sender = sender_of(tmp_path, template)
    messages = [*people(LETTERS_PER_FILE + 2, "sv"), *people(2, "en")]
    sender.open()
    sender.prepare(messages)
    assert [outcome.status for outcome in sender.send(messages)] == ["accepted"] * len(messages)
    rows = list(csv.DictReader(sender.manifest.open(encoding="utf-8")))
    assert {row["message_id"] for row in rows} == {message.message_id for message in messages}
    names = dict.fromkeys(row["file"] for row in rows)
    files = {name: read((sender.manifest.parent / name).read_bytes()).pages for name in names}
    assert [sum(row["file"] == name for row in rows) for name in files] == [2, LETTERS_PER_FILE, 2]
    assert len({(row["file"], row["language"]) for row in rows}) == len(files)
    for row in rows:
        assert (int(row["first_page"]) % 2, row["pages"]) == (1, "1")
    for row in (rows[1], rows[LETTERS_PER_FILE], rows[-1]):
        assert f"{row['name']}\n" in files[row["file"]][int(row["first_page"]) - 1].extract_text()


def test_what_an_attempt_has_left_is_never_handed_over(tmp_path: Path, template: slots.Template) -> None:
    sender = sender_of(tmp_path, template)
    sender.open()
    sender.prepare([*people(2, "sv"), *people(2, "en", "Suppressed")])
    assert sender.after_crash() == "not_sent"
    sender.prepare(people(2, "sv"))
    list(sender.send(people(2, "sv")))
    left = [path for path in sender.manifest.parent.iterdir() if path.suffix == ".pdf"]
    assert [path.name for path in left] == [row["file"] for row in csv.DictReader(sender.manifest.open())][:1]
    assert "Suppressed" not in of_pdf(read(left[0].read_bytes()))
    assert sender.after_crash() == "accepted"


@pytest.mark.parametrize("missing", ["street", "postcode", "city"])
def test_a_letter_that_no_post_can_carry_is_rejected_and_not_printed(
    tmp_path: Path, template: slots.Template, missing: str
) -> None:
    sender = sender_of(tmp_path, template)
    sent = people(3, "sv")
    sent[1] = sent[1]._replace(slots={**sent[1].slots, missing: " "})
    sender.open()
    sender.prepare(sent)
    outcomes = list(sender.send(sent))
    assert [outcome.status for outcome in outcomes] == ["accepted", "rejected", "accepted"]
    rows = list(csv.DictReader(sender.manifest.open(encoding="utf-8")))
    assert [row["message_id"] for row in rows] == [sent[0].message_id, sent[2].message_id]
    printed = of_pdf(read((sender.manifest.parent / rows[0]["file"]).read_bytes()))
    assert sent[1].slots["address_name"] not in printed


def test_a_sample_that_takes_too_much_memory_is_refused_by_its_process() -> None:
    with pytest.raises(InputError, match="too long or too much memory"):
        typeset_sample(TOO_LARGE)


@pytest.mark.parametrize("ending", [lambda: typeset_sample(TOO_LARGE), lambda: typeset_sample(SLOW, seconds=0.2)])
def test_after_a_sample_that_ended_the_process_the_next_is_set_as_before(ending: Callable[[], object]) -> None:
    typeset_sample(SMALL)
    with pytest.raises(InputError, match="too long or too much memory"):
        ending()
    assert len(read(typeset_sample(SMALL).pdf).pages) == 1


def test_whatever_ended_the_process_of_samples_another_sets_the_letter() -> None:
    typeset_sample(SMALL)
    for worker in workers_of(os.getpid()):
        if b"tasks.sample_typesetting" in Path(f"/proc/{worker}/cmdline").read_bytes():
            kill(worker)
    assert len(read(typeset_sample(SMALL).pdf).pages) == 1


def test_the_process_of_samples_is_replaced_before_it_has_kept_too_much() -> None:
    process = SampleProcess()
    asked = 0
    while process.takes_another():
        assert isinstance(process.ask(SMALL, 60), typesetting.Letters)
        asked += 1
    process.end()
    assert asked == MOST_LETTERS


@pytest.mark.parametrize(
    "left_out", [r"<header>.*?</header>", r"<address.*?</address>", r'<p class="date">.*?</p>', r"<title>.*?</title>"]
)
def test_a_template_that_leaves_a_part_out_still_gives_a_letter(left_out: str) -> None:
    assert letters.letter_template(re.sub(left_out, "", PAGE, flags=re.DOTALL), default_sample()).startswith(b"#set")


@pytest.mark.parametrize(
    "empty",
    [
        "<h2></h2>",
        "<p><a href='https://example.se/x'></a></p>",
        "<ul><li></li></ul>",
        "<p><img src='{}'></p>",
        "<blockquote></blockquote>",
        "<table><tr><td></td><td>Ord</td></tr></table>",
        "<table><tr></tr></table>",
        "<table></table>",
        "<ol start='x'><li></li></ol>",
        "<p></p>",
    ],
)
def test_what_has_no_words_is_printed_as_nothing(empty: str) -> None:
    picture = re.search(r"data:[^\"]+", PAGE)
    assert picture
    page = PAGE.replace("<ul>", empty.format(picture.group()) + "<ul>")
    assert letters.letter_template(page, default_sample()).startswith(b"#set")


def default_sample() -> dict[str, str]:
    return {name: "Prov" for name in ("address_name", "street", "first_name", *slots.named_in(PAGE))}
