"""Texts become variants: what is written is what is sent, and nothing that a person is called can change it."""

import resource
import time
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from typing import Any

import duckdb
import lxml.html
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

import campaigns.brief as brief_module
from campaigns.brief import Brief
from campaigns.errors import BriefInvalid
from campaigns.texts import TextSource
from tasks import messages, rendering, runs, slots, store
from tasks.messages import build_variants
from tasks.rendered_texts import render_texts
from tasks.variants import RenderedVariant
from tasks.workplace import Workplace

MATAVFALL = Path(brief_module.__file__).parent / "matavfall"
TEXT = """---
subject: "{{ first_name }}, börja sortera: å, ä & ö"
preheader: Kort & bra
page_title: Sortera <mat>
---
Hej {{ first_name }}!

{% if housing == "flat" %}
Du bor i lägenhet.
{% else %}
Du bor i hus.
{% endif %}

Hämta påsar på [kartan](https://example.se/karta?plats={{ pickup_place }}), {{ pickup_place }}. <b>Inte fet</b>
"""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000b494441"
    "54789c6360000200000500017a5eab3f0000000049454e44ae426082"
)
VALUES = {
    "first_name": "Åsa", "pickup_place": "Bromma", "recipient": "asa@example.se", "message_id": "0" * 32,
    "unsubscribe_url": "mailto:budkavle@example.se?subject=unsubscribe", "date": "Mon, 18 Jan 2027 08:00:00 +0100",
    "address_name": "Åsa Prov", "street": "Provgatan 1", "apartment": "lgh 1001", "postcode": "123 45",
    "city": "Stockholm",
}  # fmt: skip


def a_brief(**changes: Any) -> Brief:
    data = YAML(typ="safe").load((MATAVFALL / "campaign.yaml").read_text(encoding="utf-8"))
    return Brief.model_validate(data | {"languages": ["sv"]} | changes)


def a_folder(place: Path, text: str = TEXT, **others: str) -> Path:
    folder = place / "prov"
    folder.mkdir(exist_ok=True)
    (folder / "text.sv.md").write_text(text, encoding="utf-8")
    for name, content in others.items():
        (folder / f"{name}.md".replace("__", ".")).write_text(content, encoding="utf-8")
    return folder


def rendered(folder: Path, workplace: Workplace, channel: str = "email", **changes: Any) -> RenderedVariant:
    variants = render_texts(a_brief(**changes), folder, workplace)
    return next(variant for variant in variants if (variant.channel, variant.wave) == (channel, "external"))


def faults(folder: Path, workplace: Workplace, **changes: Any) -> list[str]:
    with pytest.raises(BriefInvalid) as caught:
        render_texts(a_brief(**changes), folder, workplace)
    return [f"{finding.file}:{finding.line} {finding.message}" for finding in caught.value.findings]


def page_of(html: str | bytes) -> Any:
    return lxml.html.document_fromstring(html.decode() if isinstance(html, bytes) else html)


def said(text: str) -> str:
    return " ".join(text.split())


def with_body(body: str) -> str:
    return f"---\nsubject: Hej\n---\n{body}\n"


@pytest.fixture(scope="module")
def email(tmp_path_factory: pytest.TempPathFactory) -> RenderedVariant:
    place = tmp_path_factory.mktemp("email")
    return rendered(a_folder(place), Workplace(home=place / "home", key=b"a key for tests only"))


A_MARKER = slots.marker("city", "html")
hostile = st.sampled_from(
    ["<script>", "a\r\nBcc: x@example.se", "a\r\n\r\nbody", '"', "مريم", "=?utf-8?q?x?=", "x" * 30, A_MARKER]
)  # fmt: skip
anything = st.text(max_size=60) | hostile | st.lists(hostile, max_size=3).map("".join)


def directly(variant: RenderedVariant, values: dict[str, str]) -> EmailMessage:
    """The same message built by the standard library for one person."""

    def seen(part: str) -> str:
        return slots.parse(part.encode()).fill(values).decode()

    message = EmailMessage(policy=SMTP)
    message["Subject"] = seen(variant.subject)
    message["From"] = Address("Stockholm Vatten och Avfall", addr_spec="budkavle@example.se")
    message["To"] = values["recipient"]
    message.set_content(seen(variant.text))
    message.add_alternative(seen(variant.html), subtype="html")
    return message


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(st.fixed_dictionaries({"first_name": anything, "pickup_place": anything}))
def test_joined_bytes_read_like_a_message_built_for_one_person(email: RenderedVariant, person: dict[str, str]) -> None:
    values = VALUES | person
    joined: Any = message_from_bytes(slots.parse(email.template).fill(values), policy=default)
    direct: Any = message_from_bytes(directly(email, values).as_bytes(), policy=default)
    assert str(joined["From"]) == str(direct["From"])
    assert str(joined["To"]) == str(direct["To"])
    plain = slots.parse(email.subject.encode()).fill(values).decode().strip("\u2068")
    assert joined["Subject"].replace("\u2068", "") == plain.replace("\u2068", "").replace("\u2069", "")
    for part in ("plain", "html"):
        assert joined.get_body((part,)).get_content() == direct.get_body((part,)).get_content()
    assert [part.get_content_type() for part in joined.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert not list(joined.defects)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.fixed_dictionaries({name: anything for name in VALUES}))
def test_no_value_adds_a_header_a_part_or_an_element(email: RenderedVariant, values: dict[str, str]) -> None:
    usual: Any = message_from_bytes(slots.parse(email.template).fill(VALUES), policy=default)
    hostile_one: Any = message_from_bytes(slots.parse(email.template).fill(values), policy=default)
    assert hostile_one.keys() == usual.keys()
    assert len(list(hostile_one.walk())) == len(list(usual.walk()))
    pages = [page_of(each.get_body(("html",)).get_content()) for each in (usual, hostile_one)]
    assert [element.tag for element in pages[0].iter()] == [element.tag for element in pages[1].iter()]
    assert [element.keys() for element in pages[0].iter()] == [element.keys() for element in pages[1].iter()]


def test_the_message_has_the_headers_of_a_bulk_message(email: RenderedVariant) -> None:
    message = message_from_bytes(slots.parse(email.template).fill(VALUES), policy=default)
    assert message["Subject"] == "Åsa, börja sortera: å, ä & ö"
    assert message["Message-ID"] == f"<{'0' * 32}@example.se>"
    assert message["Date"].datetime.isoformat() == "2027-01-18T08:00:00+01:00"
    assert message["Reply-To"] == "kundservice@svoa.example.se"
    assert message["Content-Language"] == "sv"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<mailto:budkavle@example.se?subject=unsubscribe>"
    assert message["List-Unsubscribe-Post"] is None


def test_with_a_public_address_unsubscribing_takes_one_click(tmp_path: Path, workplace: Workplace) -> None:
    public = Workplace(home=workplace.home, key=workplace.key, public_url="https://example.se")
    template = slots.parse(rendered(a_folder(tmp_path), public).template)
    page = slots.unsubscribe_address("ab", sender_address="s@example.se", public_url=public.public_url)
    message = message_from_bytes(template.fill(VALUES | {"unsubscribe_url": page}), policy=default)
    assert message["List-Unsubscribe"] == "<https://example.se/unsubscribe/ab>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_no_line_is_longer_than_smtp_allows(email: RenderedVariant) -> None:
    for value in ("x" * 150, "å" * 150, "<" * 150):
        message = slots.parse(email.template).fill(VALUES | {"first_name": value})
        assert max(len(line) for line in message.split(b"\r\n")) <= 998
    assert email.template.count(b"\n") == email.template.count(b"\r\n")


def test_the_same_inputs_give_the_same_bytes_and_another_key_another_boundary(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    first = render_texts(a_brief(), folder, Workplace(home=tmp_path, key=b"one"))
    assert first == render_texts(a_brief(), folder, Workplace(home=tmp_path, key=b"one"))
    other = rendered(folder, Workplace(home=tmp_path, key=b"two"))
    boundary = message_from_bytes(other.template).get_boundary()
    assert boundary
    assert boundary.encode() not in b"".join(variant.template for variant in first)


def test_identical_texts_share_a_variant_and_branches_make_their_own(tmp_path: Path, workplace: Workplace) -> None:
    branching = [v for v in render_texts(a_brief(), a_folder(tmp_path), workplace) if v.channel == "email"]
    assert len(branching) == 4
    plain = a_folder(tmp_path, with_body("Hej"))
    shared = [v for v in render_texts(a_brief(), plain, workplace) if v.channel == "email"]
    assert [[dict(each.facts)["housing"] for each in v.combinations] for v in shared] == [["flat", "house"]] * 2
    assert len({variant.variant for variant in shared}) == 2


def test_a_wave_uses_its_own_text_where_there_is_one(tmp_path: Path, workplace: Workplace) -> None:
    folder = a_folder(tmp_path, with_body("Till alla"), text__internal__sv=with_body("Till kollegor"))
    variants = list(render_texts(a_brief(), folder, workplace))
    texts = {variant.wave: variant for variant in variants}
    assert "Till kollegor" in texts["internal"].text
    (told,) = (each.template for each in variants if (each.wave, each.channel) == ("internal", "email"))
    assert b"unsubscribe" not in told.lower()
    assert b"avregistrera" not in told.lower()
    assert "Till alla" in texts["external"].text
    assert texts["internal"].source == "text.internal.sv.md"


@pytest.mark.parametrize("channel", ["email", "letter", "web"])
def test_every_message_says_who_what_is_decided_and_how_to_answer(
    tmp_path: Path, workplace: Workplace, channel: str
) -> None:
    variant = rendered(a_folder(tmp_path), workplace, channel)
    page = page_of(variant.html)
    for part in (variant.text, page.text_content()):
        words = said(part)
        assert "Stockholm Vatten och Avfall – en del av Stockholms stad" in words
        assert "Beslutat: Kommunfullmäktige, 15 juni 2026, KS 2026/0001 (exempel)" in words
        assert "kundservice@svoa.example.se" in words
        assert "vardagar 8–16" in words
        assert "två arbetsdagar" in words
        assert "18 januari 2027" in words
    assert [heading.text for heading in page.iter("h1")] == ["Sortera <mat>"]
    assert (page.get("lang"), page.get("dir")) == ("sv", "ltr")
    assert page.xpath("//*[@class='logotype']")
    assert "<b>Inte fet</b>" in said(page.text_content())


def test_a_department_names_the_city_and_a_proposal_is_called_one(tmp_path: Path, workplace: Workplace) -> None:
    sender = {"body": "Trafikkontoret", "kind": "department", "unit": "cykel"}
    variant = rendered(
        a_folder(tmp_path),
        workplace,
        sender=sender,
        decision={"status": "proposed", "body": "Trafiknämnden", "consultation_until": "2027-03-14"},
    )
    assert "Trafikkontoret, Stockholms stad" in variant.text
    assert "Förslag – inte beslutat: Trafiknämnden\nTyck till senast: 14 mars 2027\n" in variant.text


def test_labels_follow_the_language_of_the_message(tmp_path: Path, workplace: Workplace) -> None:
    folder = a_folder(tmp_path, TEXT, text__en=TEXT, text__ar=TEXT)
    contact = {"way": "svar@example.se", "hours": "vardagar 8–16", "answer_within": "två arbetsdagar"}
    brief = a_brief(languages=["sv", "en", "ar"], contact=contact)
    found = {v.language: v for v in render_texts(brief, folder, workplace)}
    assert "part of the City of Stockholm" in found["en"].text
    assert "Decided: Kommunfullmäktige, 15 June 2026" in found["en"].text
    english = page_of(found["en"].html)
    assert [each.text for each in english.xpath("//*[@lang='sv']")] == ["vardagar 8–16", "två arbetsdagar"]
    assert page_of(found["ar"].html).get("dir") == "rtl"


def test_a_heading_in_the_text_is_the_only_one(tmp_path: Path, workplace: Workplace) -> None:
    page = page_of(rendered(a_folder(tmp_path, with_body("# Egen rubrik")), workplace).html)
    assert [heading.text for heading in page.iter("h1")] == ["Egen rubrik"]


def test_the_web_page_holds_defaults_and_no_slots(tmp_path: Path, workplace: Workplace) -> None:
    web = rendered(a_folder(tmp_path), workplace, "web")
    assert web.slots == ()
    assert slots.MARKER_SIGN.encode() not in web.template
    assert "Hej du som bor här!" in web.text
    assert web.template.startswith(b"<!doctype html>")


def test_a_letter_has_the_address_on_its_lines(tmp_path: Path, workplace: Workplace) -> None:
    letter = rendered(a_folder(tmp_path), workplace, "letter")
    text = slots.parse(letter.text.encode()).fill(VALUES).decode()
    assert "Åsa Prov\nProvgatan 1 lgh 1001\n123 45 Stockholm\n" in text
    assert "kartan <https://example.se/karta?plats=Bromma>" in said(text)
    assert set(slots.POSTAL) <= set(letter.slots)


def test_only_a_raster_logotype_goes_with_the_mail(tmp_path: Path, workplace: Workplace) -> None:
    assert b"image/" not in rendered(a_folder(tmp_path), workplace).template
    logotype = tmp_path / "logo.png"
    logotype.write_bytes(PNG)
    place = Workplace(home=workplace.home, key=workplace.key, logotype=logotype)
    template = rendered(a_folder(tmp_path), place).template
    message: Any = message_from_bytes(slots.parse(template).fill(VALUES), policy=default)
    image = next(part for part in message.walk() if part.get_content_maintype() == "image")
    assert image.get_content() == PNG
    assert f'src="cid:{image["Content-ID"].strip("<>")}"' in message.get_body(("html",)).get_content()
    assert template == rendered(a_folder(tmp_path), place).template


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Hej {{ first_nam }}", "nobody gives first_nam a value"),
        ("{% if first_name %}Hej{% endif %}", "the slot first_name is used for more than printing"),
        ("{{ first_name | upper }}", "the slot first_name is used for more than printing"),
        ("{{ first_name ~ '!' }}", "the slot first_name is used for more than printing"),
        ("{% for x in first_name %}{{ x }}{% endfor %}", "the slot first_name is used for more than printing"),
        ("{{ first_name.upper }}", "the slot first_name is used for more than printing"),
        ("{{ first_name[0] }}", "the slot first_name is used for more than printing"),
        ("{% set x = first_name %}{{ x }}", "the slot first_name is used for more than printing"),
        ("{{ 'a' if first_name else 'b' }}", "the slot first_name is used for more than printing"),
        ("{% if housing == 'flat' %}", "Jinja2 cannot read this"),
        ("{% include 'ingen.md' %}", "the part ingen.md is missing"),
        ("{% include housing %}", "a part is included by a computed name"),
        ("{{ housing.upper() }}", "a text may not hold this (call)"),
        ("{{ 'a' * 3 }}", "a text may not hold this (mul)"),
        ("{{ " + "(" * 1500 + "1" + ")" * 1500 + " }}", "an expression is nested too deeply to be read"),
        ("{{ range(3) }}", "nobody gives range a value"),
        ("{{ lipsum }}", "nobody gives lipsum a value"),
        ("{{ housing | pprint }}", "texts have no filter pprint"),
        ("{{ housing.street }}", "the text cannot be rendered"),
        ("{{ " + "1 + " * 5000 + "1 }}", "an expression is nested too deeply to be read"),
        ("{{ 'a'" + "|upper" * 3000 + " }}", "an expression is nested too deeply to be read"),
        ("{{ " + "9" * 5000 + " }}", "a number is too long to be read"),
        ("{{ 'a' | replace('a', 'b' * 9) }}", "a text may not hold this (mul)"),
        ("{{ 1 is foo }}", "texts have no test foo"),
        ("{% include 'text.sv.md#body' %}", "the part text.sv.md#body is missing"),
        ('{{ "\\ud800" }}', "a character here cannot be shown"),
        ("a\x00b", "the text cannot be rendered: it holds a character that cannot be shown"),
        ("{% if housing == 'falt' %}x{% endif %}", "housing is compared with 'falt', a value that it never has"),
        ("{% if 1 == housing %}x{% endif %}", "housing is compared with '1', a value that it never has"),
        ("{% if housing in ['flat', 'hus'] %}x{% endif %}", "housing is compared with 'hus', a value that it never"),
        ("{% if channel != 'mail' %}x{% endif %}", "channel is compared with 'mail', a value that it never has"),
        ("{% if wave == 'remindr' %}x{% endif %}", "wave is compared with 'remindr', a value that it never has"),
        ("{% if language == 'fa' %}x{% endif %}", "language is compared with 'fa', a value that it never has"),
    ],
)
def test_a_fault_in_a_text_is_named_with_file_and_line(
    tmp_path: Path, workplace: Workplace, body: str, found: str
) -> None:
    named = faults(a_folder(tmp_path, with_body(f"Hej\n\n{body}")), workplace)
    assert any(fault.startswith("prov/text.sv.md:6 ") and found in fault for fault in named), named


def test_all_faults_of_all_texts_come_at_once(tmp_path: Path, workplace: Workplace) -> None:
    text = "---\nsubjekt: Hej\npreheader: '{{ okänd }}'\n---\n{{ a }}\n\n{% include 'del.md' %}\n"
    named = faults(a_folder(tmp_path, text, **{"del": "x\n{{ b }}"}), workplace, languages=["sv", "en"])
    assert len(named) == 6, named
    assert any(fault.startswith("prov/text.sv.md:2 nobody reads the key subjekt") for fault in named)
    assert any(fault.startswith("prov/text.sv.md:3 ") and "okänd" in fault for fault in named)
    assert any(fault.startswith("prov/text.sv.md:5 nobody gives a a value") for fault in named)
    assert any(fault.startswith("prov/del.md:2 nobody gives b a value") for fault in named)
    assert any("text.en.md" in fault and "missing" in fault for fault in named)


NUMBERS = "[" + ",".join(map(str, range(300))) + "]"
ENDLESS = "".join(f"{{% for {name} in {NUMBERS} %}}" for name in "abcd") + "{% endfor %}" * 4
HARMFUL = {
    "{{ okänd }}": "nobody gives okänd a value",
    "{% if %}": "Jinja2 cannot read this",
    "{{ ''.__class__ }}": "the text cannot be rendered",
    "{{ 'x' | attr('__class__') }}": "texts have no filter attr",
    "{{ '{0.__class__}'.format(housing) }}": "a text may not hold this (call)",
    "{{ 'a' * 10 ** 10 }}": "a text may not hold this (mul)",
    "{{ '%999999999d' % 1 }}": "a text may not hold this (mod)",
    "{% set x = '" + "a" * 1000 + "' %}" + "{% set x = x ~ x ~ x ~ x ~ x ~ x ~ x ~ x %}" * 9: "too much memory",
    ENDLESS: "it takes more than 1 seconds",
}


PLACES = ["body", "part", "subject", "preheader", "page_title", "sms", "alt", "block"]
ENDS_THE_PROCESS = ("it takes", "too much")


@pytest.mark.parametrize(
    ("place", "written"),
    [
        (place, written)
        for place in PLACES
        for written, found in HARMFUL.items()
        if place in PLACES[1:3] or not found.startswith(ENDS_THE_PROCESS)
    ],
    ids=lambda given: HARMFUL.get(given, given),
)
def test_what_harms_is_named_wherever_it_stands(tmp_path: Path, workplace: Workplace, place: str, written: str) -> None:
    quoted, body, part, at = written.replace("'", "''"), "Hej", "Hej", "text.sv.md:3"
    matter = {"alt": f"alt:\n  a.png: '{quoted}'", "block": f"sms: |\n  {written}"}.get(place, f"{place}: '{quoted}'")
    if place in {"body", "part"}:
        matter, body = "preheader: Hej", "{% include 'del.md' %}" if place == "part" else written
        part, at = (f"Hej\n\n{written}", "del.md:3") if place == "part" else (part, "text.sv.md:5")
    subject = "" if place == "subject" else "subject: Hej\n"
    text = f"---\n{subject}{matter}\n---\n{body}\n"
    at = {"subject": "text.sv.md:2", "alt": "text.sv.md:4", "block": "text.sv.md:4"}.get(place, at)
    named = faults(
        a_folder(tmp_path, text, **{"del": part, "text__internal__sv": "---\nsubject: '{{ x }}'\n---\n"}), workplace
    )
    if HARMFUL[written].startswith(("the text", "too much", "it takes")):  # found once the rest can be read
        named = faults(a_folder(tmp_path, text, text__internal__sv=with_body("{{ [] | first }}")), workplace)
        assert any(fault.startswith("prov/text.internal.sv.md:4 ") for fault in named), named
    else:
        assert any(fault.startswith("prov/text.internal.sv.md:2 ") for fault in named), named
    assert any(fault.startswith(f"prov/{at} ") and HARMFUL[written] in fault for fault in named), named


def test_a_part_that_includes_itself_is_named(tmp_path: Path, workplace: Workplace) -> None:
    parts = {"one": "x\n{% include 'two.md' %}", "two": "{% include 'one.md' %}"}
    named = faults(a_folder(tmp_path, with_body("{% include 'one.md' %}"), **parts), workplace)
    assert named == [
        "prov/one.md:2 the part two.md includes itself in the end",
        "prov/two.md:1 the part one.md includes itself in the end",
    ]


def test_a_folded_field_is_counted_line_by_line(tmp_path: Path, workplace: Workplace) -> None:
    named = faults(a_folder(tmp_path, "---\nsubject: >\n  hej\n  på\n  {{ dig }}\n---\nHej"), workplace)
    assert named == ["prov/text.sv.md:5 nobody gives dig a value"]


@pytest.mark.parametrize("text", ["", "Hej", "---\nsubject: Hej", "---\n: [\n---\nHej", "---\nsubject: 5\n---\nHej"])
def test_a_text_without_sound_front_matter_is_refused_with_its_place(
    tmp_path: Path, workplace: Workplace, text: str
) -> None:
    assert all(fault.startswith("prov/text.sv.md:") for fault in faults(a_folder(tmp_path, text), workplace))


def test_a_slot_in_the_host_of_an_address_is_refused(tmp_path: Path, workplace: Workplace) -> None:
    for host in ("https://{{ pickup_place }}.example.se/", "//{{ pickup_place }}/"):
        named = faults(a_folder(tmp_path, with_body(f"[länk]({host})")), workplace)
        assert "a slot stands in the href" in named[0]


@pytest.mark.parametrize("body", ["QZSLOTQsecretQZ", "qzslot", "QZSLOTnowhereQfirst_nameQZ"])
def test_a_text_cannot_write_the_marks_of_slots_itself(tmp_path: Path, workplace: Workplace, body: str) -> None:
    (found,) = faults(a_folder(tmp_path, with_body(f"Hej.\n\nSkriv {body} här.")), workplace)
    assert "text.sv.md:6 the text holds a word that is kept for the places of slots" in found
    assert "QZ" not in found


def test_an_address_in_a_slot_leads_nowhere_but_to_the_web_or_mail(tmp_path: Path, workplace: Workplace) -> None:
    template = slots.parse(
        rendered(a_folder(tmp_path, with_body("[länk]({{ pickup_place }})")), workplace).html.encode()
    )
    for value, address in (
        ("javascript:alert(1)", "#"),
        ("https://example.se/?a=1&b=2", "https://example.se/?a=1&b=2"),
    ):
        page = page_of(template.fill(VALUES | {"pickup_place": value}))
        assert page.xpath("//a[text()='länk']/@href") == [address]


def job(tmp_path: Path, body: str, name: str = "text") -> rendering.Job:
    path = tmp_path / "prov" / f"{name}.sv.md"
    return rendering.Job(TextSource(f"prov/{path.name}", path, "sv", {"body": body}), {"housing": "flat"}, ())


def test_an_endless_loop_is_an_error_and_not_a_hang(tmp_path: Path) -> None:
    started = time.monotonic()
    answers, findings = rendering.render_jobs(
        [job(tmp_path, "fine"), job(tmp_path, "Hej\n\n" + ENDLESS, "slow"), job(tmp_path, "{{ [] | first }}", "wrong")],
        {},
    )
    assert time.monotonic() - started < 30
    assert answers[0] == {"body": "fine", "parts": ""}
    assert [(found.file, found.line) for found in findings] == [("prov/slow.sv.md", 3), ("prov/wrong.sv.md", 1)]
    assert "takes more than 1 seconds" in findings[0].message


def test_a_text_that_uses_up_the_processor_ends_its_process_and_leaves_the_others_reported(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answers, findings = rendering.render_jobs(
        [job(tmp_path, ENDLESS, "slow"), job(tmp_path, "{{ [] | first }}", "wrong"), job(tmp_path, "fine")],
        {},
        seconds=1,
    )
    assert [(found.file, found.line) for found in findings] == [("prov/slow.sv.md", 1), ("prov/wrong.sv.md", 1)]
    assert "more than 1 seconds of the processor" in findings[0].message
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime > 0.9  # not ended by the clock
    assert answers[2] == {"body": "fine", "parts": ""}


def test_checking_a_text_computes_nothing_of_it(tmp_path: Path, workplace: Workplace) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    named = faults(a_folder(tmp_path, with_body("Hej {{ 'a' * 10 ** 9 }}")), workplace)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000
    assert any("mul" in message for message in map(str, named))


def test_a_text_that_eats_memory_is_an_error(tmp_path: Path) -> None:
    _, findings = rendering.render_jobs([job(tmp_path, "{{ ('x' * 1000000000) ~ ('y' * 1000000000) }}")], {})
    assert len(findings) == 1


@pytest.mark.parametrize(
    "escape",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ housing.__class__.__base__.__subclasses__() }}",
        "{{ '{0.__class__.__mro__}'.format(housing) }}",
        "{{ 'x'.format.__globals__ }}",
        "{{ housing | attr('__class__') }}",
        "{{ lipsum.__globals__['os'].popen('id').read() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ joiner }}{{ namespace }}{{ dict }}",
        "{{ self.__init__.__globals__ }}",
        "{% set x = [1] %}{{ x.append(2) }}",
    ],
)
def test_a_way_out_of_the_sandbox_is_refused_even_without_the_check(tmp_path: Path, escape: str) -> None:
    answers, findings = rendering.render_jobs([job(tmp_path, escape)], {})
    assert findings, answers
    assert findings[0].file == "prov/text.sv.md"
    assert findings[0].line == 1


@pytest.mark.slow
def test_more_texts_than_anybody_reads_are_a_warning(tmp_path: Path, workplace: Workplace) -> None:
    facts = [{"name": name, "values": [f"{name}{number}" for number in range(7)]} for name in ("housing", "age")]
    folder = a_folder(tmp_path, with_body("{{ housing }} {{ age }}"))
    brief = a_brief(facts=facts, channels=["email", "web"])
    found = messages.variant_findings(brief, folder, render_texts(brief, folder, workplace))
    assert [(finding.kind, finding.channel) for finding in found] == [("W", "email")]


def a_run(workplace: Workplace, folder: Path) -> str:
    run = runs.begin(workplace, a_brief(), folder)
    with store.writing(workplace) as connection:
        connection.execute(
            "INSERT INTO audience BY NAME "
            "SELECT ? AS run, 'external' AS wave, 'p' || i AS person_key, 'sv' AS language, "
            "CASE WHEN i % 3 = 0 THEN map(['housing'], ['house']) ELSE map(['housing'], ['flat']) END AS facts "
            "FROM range(9) AS r(i)",
            [run],
        )
        connection.execute(
            "INSERT INTO assignment BY NAME SELECT run, wave, person_key, "
            "CASE WHEN person_key = 'p1' THEN 'letter' ELSE 'email' END AS channel "
            "FROM audience WHERE person_key <> 'p8'"
        )
    return run


def rows(workplace: Workplace, query: str) -> list[Any]:
    with store.writing(workplace) as connection:
        return connection.execute(query).fetchall()


def test_a_run_gets_the_texts_that_its_people_need_and_no_others(tmp_path: Path, workplace: Workplace) -> None:
    run = a_run(workplace, a_folder(tmp_path))
    assert build_variants(workplace, run) == 4
    made = rows(workplace, "SELECT wave, channel, facts, count(*) FROM variant_choice GROUP BY ALL ORDER BY ALL")
    assert made == [
        ("external", "email", {"housing": "flat"}, 1),
        ("external", "email", {"housing": "house"}, 1),
        ("external", "letter", {"housing": "flat"}, 1),
        ("external", "web", {"housing": "flat"}, 1),
    ]
    wrong = rows(
        workplace,
        "SELECT count(*) FROM assignment JOIN audience USING (run, wave, person_key) "
        "LEFT JOIN variant_choice AS choice USING (run, variant) "
        "WHERE choice.facts IS DISTINCT FROM audience.facts OR choice.channel <> assignment.channel",
    )
    assert wrong == [(0,)]
    assert rows(workplace, "SELECT count(*) FROM assignment WHERE variant IS NULL") == [(0,)]


def test_building_again_replaces_the_texts_and_keeps_the_evidence(tmp_path: Path, workplace: Workplace) -> None:
    folder = a_folder(tmp_path)
    run = a_run(workplace, folder)
    build_variants(workplace, run)
    first = rows(workplace, "SELECT variant FROM variant ORDER BY ALL")
    build_variants(workplace, run)
    assert rows(workplace, "SELECT variant FROM variant ORDER BY ALL") == first
    a_folder(tmp_path, TEXT.replace("lägenhet", "flerfamiljshus"))
    build_variants(workplace, run)
    assert rows(workplace, "SELECT variant FROM variant ORDER BY ALL") != first
    for table in ("variant", "variant_choice", "assignment"):
        kept = duckdb.connect().read_parquet(str(workplace.run_folder(run, "evidence") / f"{table}.parquet")).fetchall()
        assert sorted(map(str, kept)) == sorted(map(str, rows(workplace, f"FROM {table}")))


def test_a_text_that_breaks_leaves_the_run_as_it_was(tmp_path: Path, workplace: Workplace) -> None:
    run = a_run(workplace, a_folder(tmp_path))
    build_variants(workplace, run)
    a_folder(tmp_path, with_body("{{ okänd }}"))
    with pytest.raises(BriefInvalid):
        build_variants(workplace, run)
    assert rows(workplace, "SELECT count(*) FROM variant") == [(4,)]


def test_the_texts_of_the_food_waste_campaign_are_sound(workplace: Workplace) -> None:
    assert render_texts(a_brief(languages=["sv", "en"]), MATAVFALL, workplace)
