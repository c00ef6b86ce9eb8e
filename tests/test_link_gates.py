"""Links and pictures: each planted fault is found in its place, and near misses pass."""

import base64
import ipaddress
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import campaigns
from campaigns.audience_knowledge import knows_more_than_age_and_place
from campaigns.brief_loading import inspect_brief, load_brief
from campaigns.errors import Finding
from campaigns.programme import load_programme
from tasks.gate_subjects import subject_of
from tasks.gates.examining import GateSubject, examine
from tasks.rendered_texts import render_texts
from tasks.web_addresses import is_public, is_public_name, numeric_address
from tasks.workplace import Workplace

HOME = Path(campaigns.__file__).parent
ADDRESS = "https://start.stockholm.example.se/matavfall"
LINK = f"[hur du sorterar matavfall]({ADDRESS})"
BODY = "Vi vill att du börjar sortera ditt matavfall hemma."
IMAGES = "images:\n"
PRESS = (
    "press_contact:\n  name: Presstjänsten, Stockholm Vatten och Avfall\n  way: press@svoa.example.se\n"
    "  hours: vardagar 8–17\n"
)
AGE_ALONE = """SELECT person.person_key, 'sorts' AS need,
    CASE WHEN person.age >= 65 THEN 'senior' ELSE 'adults' END AS life_situation, 'flat' AS housing,
    NULL AS pickup_place
FROM register_population AS person
WHERE person.age >= 18 AND person.district = 'Södermalm' AND {more}"""
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
Planted = Callable[..., list[Finding]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "matavfall"
    shutil.copytree(HOME / "matavfall", copy)
    (copy / "pase.png").write_bytes(base64.b64decode(PIXEL))
    return copy


def edit(folder: Path, file: str, before: str, after: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def subjects(folder: Path, file: str = "text.sv.md") -> list[GateSubject]:
    brief = load_brief(folder).model_copy(update={"languages": (file.split(".")[-2],)})
    return [
        subject_of(
            brief, folder, wave=each.wave, channel=each.channel, language=each.language, subject=each.subject,
            text=each.text, html=each.html, facts=each.facts,
        )
        for each in render_texts(brief, folder, Workplace(home=folder.parent, key=b"a key for tests only"))
        if each.source == file
    ]  # fmt: skip


def found(folder: Path, gate: str, file: str = "text.sv.md") -> list[Finding]:
    return examine(subjects(folder, file), [load_programme().gate(gate)])


def of_brief(folder: Path, gate: str) -> list[Finding]:
    return [finding for finding in inspect_brief(folder)[1] if finding.gate == gate]


NOT_TO_BE_FOLLOWED = (
    "http://start.stockholm.example.se/matavfall", "https://", "https:///matavfall", "https://localhost/mat",
    "https://10.1.2.3/", "https://192.168.0.1/", "https://172.16.5.4/", "https://169.254.169.254/latest",
    "https://100.64.0.1/", "https://[::1]/", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/",
    "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://intranat/mat", "https://wiki.stad.local/",
    "https://start..se/", "https://user:word@start.stockholm.example.se/", "https://https://start.se/",
    "mailto:", "mailto:kundservice", "mailto:?subject=Hej", "tel:", "tel:08", "", "#", "#saknas", "/matavfall",
    "start.stockholm.example.se/matavfall", "ftp://start.stockholm.example.se/", "javascript:alert(1)",
    "https://start.stockholm.example.se:99999/",
)  # fmt: skip
TO_BE_FOLLOWED = (
    "https://start.stockholm.example.se/annat", "https://start.stockholm.example.se", "HTTPS://start.example.se/",
    "https://start.stockholm.example.se/?fraga=vad#svar", "https://start.stockholm.example.se:8443/",
    "https://stadsträdgården.example.se/", "mailto:kundservice@svoa.example.se",
    "mailto:kundservice@svoa.example.se?subject=Påse", "tel:+46850800000", "tel:08-508%20000%2000", "tel:112",
)  # fmt: skip


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Finding]]:
    """What is found at each of these addresses, all of them in one text, each in a line of its own."""
    folder = tmp_path_factory.mktemp("links") / "matavfall"
    shutil.copytree(HOME / "matavfall", folder)
    lines = {address: f"Se [sidan om {number}]({address})."
             for number, address in enumerate((*NOT_TO_BE_FOLLOWED, *TO_BE_FOLLOWED), 100)}  # fmt: skip
    edit(folder, "text.sv.md", LINK, f"{LINK}.\n\n" + "\n\n".join(lines.values()) + "\n\nHej")
    written = (folder / "text.sv.md").read_text(encoding="utf-8").splitlines()
    findings = found(folder, "link_address")
    places = {address: written.index(line) + 1 for address, line in lines.items()}
    assert {each.line for each in findings} <= set(places.values())
    return {address: [each for each in findings if each.line == line] for address, line in places.items()}


@pytest.mark.parametrize("address", NOT_TO_BE_FOLLOWED)
def test_a_link_that_nobody_can_follow_is_found_in_its_line(judged: dict[str, list[Finding]], address: str) -> None:
    assert {(each.file, each.kind) for each in judged[address]} == {("text.sv.md", "B")}
    number = 100 + NOT_TO_BE_FOLLOWED.index(address)
    assert all(f"sidan om {number}" in each.sentence for each in judged[address])


@pytest.mark.parametrize("address", TO_BE_FOLLOWED)
def test_a_link_that_can_be_followed_passes_wherever_it_leads(judged: dict[str, list[Finding]], address: str) -> None:
    assert judged[address] == []


@pytest.mark.parametrize("after", [f"[om mat] ({ADDRESS})", f"[om mat]({ADDRESS}", "[om mat](mat sidan)"])
def test_what_never_became_a_link_is_found(folder: Path, after: str) -> None:
    edit(folder, "text.sv.md", LINK, after)
    assert found(folder, "link_address")


@pytest.mark.parametrize(
    "words", ["läs mer", "Klicka här", "read more", "lue lisää", "اقرأ المزيد", "www.stockholm.se"]
)
def test_words_that_say_nothing_are_found(folder: Path, words: str) -> None:
    edit(folder, "text.sv.md", LINK, f"[{words}]({ADDRESS})")
    assert found(folder, "link_text")


def test_a_bare_address_in_the_text_is_found_on_a_screen_and_passes_on_paper(folder: Path) -> None:
    edit(folder, "text.sv.md", LINK, ADDRESS)
    assert {finding.channel for finding in found(folder, "link_text")} == {"email"}


@pytest.mark.parametrize(
    "address",
    [
        f"{ADDRESS}?utm_source=mejl", f"{ADDRESS}?id=77", f"{ADDRESS}?sida=2&fbclid=x", f"{ADDRESS}#utm_medium=mejl",
        f"{ADDRESS}?namn={{{{ first_name }}}}", f"{ADDRESS}/{{{{ first_name }}}}",
    ],
)  # fmt: skip
def test_a_link_that_tells_on_an_employee_is_found(folder: Path, address: str) -> None:
    edit(folder, "text.internal.sv.md", ADDRESS, address)
    lines = (folder / "text.internal.sv.md").read_text(encoding="utf-8").splitlines()
    findings = found(folder, "tracking", "text.internal.sv.md")
    assert findings
    assert all(address in lines[finding.line - 1] and finding.requirement == "P8b" for finding in findings)


@pytest.mark.parametrize("address", [f"{ADDRESS}?sida=2", f"{ADDRESS}#identitet", f"{ADDRESS}?video=barn"])
def test_an_address_that_is_the_same_for_all_passes(folder: Path, address: str) -> None:
    edit(folder, "text.internal.sv.md", ADDRESS, address)
    assert found(folder, "tracking", "text.internal.sv.md") == []


def test_a_link_to_the_public_keeps_the_parameters_of_the_page_and_none_of_marketing(folder: Path) -> None:
    edit(folder, "text.sv.md", ADDRESS, f"{ADDRESS}?sida=2")
    assert found(folder, "tracking") == []
    edit(folder, "text.sv.md", f"{ADDRESS}?sida=2", f"{ADDRESS}?sida=2&utm_source=mejl")
    assert "utm_source" in found(folder, "tracking")[0].message


def test_a_picture_fetched_from_elsewhere_tells_who_opened_the_mail(folder: Path) -> None:
    mail = next(each for each in subjects(folder, "text.internal.sv.md") if each.channel == "email")
    pixel = replace(mail, html=mail.html.replace("<h1", '<img src="https://t.example.se/1.gif" alt=""><h1', 1))
    assert len(examine([pixel], [load_programme().gate("tracking")])) == 1


@pytest.mark.parametrize(
    ("picture", "row", "gate"),
    [
        ("![En brun påse](pase.png)", "", "image_declared"),
        ("![En brun påse](pase.png)", "  - {file: annan.png, source: Stad, licence: avtal}\n", "image_declared"),
        ("![Ett barn med en påse](pase.png)", "  - {file: pase.png, source: Stad, licence: avtal}\n", "image_person"),
        ("![A man with a bag](pase.png)", "  - {file: pase.png, source: Stad, licence: avtal}\n", "image_person"),
        ("![En påse](pase.png)", "  - {file: pase.png, source: Stad, licence: avtal, consent: S1}\n", "image_person"),
        ("![En påse](pase.png)", "  - {file: pase.png, source: Stad, licence: avtal, consent: S1, shows_child: true}\n",
         "image_person"),
        ("![](pase.png)", "  - {file: pase.png, source: Stad, licence: avtal}\n", "alt_text"),
        ("![pase.png](pase.png)", "  - {file: pase.png, source: Stad, licence: avtal}\n", "alt_text"),
        ("![Bild](pase.png)", "  - {file: pase.png, source: Stad, licence: avtal}\n", "alt_text"),
    ],
)  # fmt: skip
def test_a_picture_without_what_it_needs_is_found_in_its_line(folder: Path, picture: str, row: str, gate: str) -> None:
    edit(folder, "text.sv.md", BODY, f"{picture}\n\n{BODY}")
    edit(folder, "campaign.yaml", IMAGES, IMAGES + row)
    lines = (folder / "text.sv.md").read_text(encoding="utf-8").splitlines()
    findings = found(folder, gate)
    assert findings
    assert {lines[finding.line - 1] for finding in findings} == {picture}


@pytest.mark.parametrize("words", ["Hur man öppnar kärlet", "En påse, men inte full", "A bin with a lid"])
def test_a_picture_of_a_thing_is_not_taken_for_one_of_a_person(folder: Path, words: str) -> None:
    edit(folder, "text.sv.md", BODY, f"![{words}](pase.png)\n\n{BODY}")
    assert found(folder, "image_person") == []


def test_a_declared_picture_of_a_thing_passes_in_every_way_of_describing_it(folder: Path) -> None:
    edit(folder, "text.sv.md", BODY, f"![En brun påse](pase.png)\n\n![](pase.png)\n\n{BODY}")
    edit(folder, "text.sv.md", "alt:\n", "alt:\n  pase.png: En brun påse\n")
    edit(folder, "campaign.yaml", IMAGES, IMAGES + "  - {file: pase.png, source: Budkavle, licence: avtal}\n")
    for gate in ("image_declared", "image_person", "alt_text", "placeholder"):
        assert found(folder, gate) == []


@pytest.mark.parametrize(
    ("gate", "before", "after", "kind"),
    [
        ("capacity", "capacity: {", "#capacity: {", "W"),
        ("capacity", "on: 2026-11-16", "on: 2027-02-16", "W"),
        ("insight_link", "insight_page:", "#insight_page:", "W"),
        ("insight_link", "insight_page: https:", "insight_page: http:", "W"),
        ("insight_link", "insight_page: https://start.stockholm.example.se/", "insight_page: /", "W"),
        ("crisis_update", "capacity:", "crisis: {verified_source: Driften, actors: [Brandkåren]}\ncapacity:", "B"),
        ("crisis_update", "capacity:", "crisis: {next_update: 2027-01-18T12:00:00+01:00, actors: [x]}\ncapacity:", "B"),
        ("crisis_update", "capacity:", "crisis: {next_update: 2027-01-18T12:00:00+01:00}\ncapacity:", "B"),
        ("crisis_update", "capacity:", "crisis: {next_update: 2027-01-17T12:00:00+01:00, verified_source: Budkavle, "
         "actors: [x]}\ncapacity:", "B"),
        ("image_rights", "licence: EUPL-1.2}", "licence: EUPL-1.2, shows_person: true}", "B"),
        ("image_rights", "licence: EUPL-1.2}", 'licence: " "}', "B"),
    ],
)  # fmt: skip
def test_what_a_campaign_owes_is_missed(folder: Path, gate: str, before: str, after: str, kind: str) -> None:
    edit(folder, "campaign.yaml", before, after)
    findings = of_brief(folder, gate)
    assert findings
    assert {finding.kind for finding in findings} == {kind}


def test_a_whole_crisis_passes(folder: Path) -> None:
    crisis = "crisis: {verified_source: Driften, actors: [Brandkåren], next_update: 2027-01-18T12:00:00+01:00}\n"
    edit(folder, "campaign.yaml", "capacity:", f"{crisis}capacity:")
    assert inspect_brief(folder)[1] == []


@pytest.mark.parametrize(
    "words",
    [
        "Det här är ett pressmeddelande.", "Pressen är välkommen till gården.", "Vi bjuder in till presskonferens.",
        "Välkomna till gården, journalister!", "This is a press release.", "Journalists are welcome.",
        "Tiedotusvälineet ovat tervetulleita.", "Kutsumme toimittajat puistoon.", "هذا بيان صحفي.",
        "ندعو وسائل الإعلام إلى الحديقة.", "Suxufiyiinta waa ku soo dhaweynaynaa.",
    ],
)  # fmt: skip
def test_whoever_invites_the_press_names_whom_to_call(folder: Path, words: str) -> None:
    edit(folder, "text.sv.md", BODY, f"{words}\n\n{BODY}")
    assert of_brief(folder, "press_contact") == []
    edit(folder, "campaign.yaml", PRESS, "")
    (finding,) = of_brief(folder, "press_contact")
    assert "text.sv.md:10" in finding.message


@pytest.mark.parametrize(
    "words", ["Pressa ut luften.", "Om en journalist ringer svarar vi.", "Välkommen att följa oss i sociala medier."]
)
def test_a_text_that_only_mentions_the_press_passes(folder: Path, words: str) -> None:
    edit(folder, "text.sv.md", BODY, f"{words}\n\n{BODY}")
    edit(folder, "campaign.yaml", PRESS, "")
    assert of_brief(folder, "press_contact") == []


@pytest.mark.parametrize(
    ("more", "warns"),
    [
        ("true", True), ("person.area = '117'", True), ("person.birth_year < 2000", True),
        ("person.status = 'alive'", True), ("person.language = 'en'", False), ("person.has_email", False),
        ("person.attributes['pets'] = 'yes'", False), ("person.easy_read", False),
    ],
)  # fmt: skip
def test_age_and_place_alone_are_not_enough_to_know_anybody(folder: Path, more: str, warns: bool) -> None:
    (folder / "audience.sql").write_text(AGE_ALONE.format(more=more), encoding="utf-8")
    findings = of_brief(folder, "recipient_knowledge")
    assert [finding.kind for finding in findings] == ["W"] * warns


@pytest.mark.parametrize(
    ("need", "warns"),
    [
        ("'sorts'", True), ("person.district", True), ("CASE WHEN home.oldest > 64 THEN 'a' ELSE 'b' END", False),
        ("CASE WHEN home.bin THEN 'a' ELSE 'b' END", False), ("person.language", False), ("area.area", True),
    ],
)  # fmt: skip
def test_what_people_are_known_by_is_traced_through_the_query(need: str, warns: bool) -> None:
    query = f"""WITH area AS (SELECT household_key, any_value(district) AS area FROM register_population GROUP BY ALL)
        SELECT person.person_key, {need} AS need, person.age::TEXT AS life_situation, home.bin AS housing
        FROM register_population AS person JOIN area USING (household_key) JOIN (
            SELECT household_key, max(age) AS oldest, bool_or(attributes['bin'] = 'yes') AS bin
            FROM register_customers WHERE attributes['sorts'] = 'no' GROUP BY household_key
        ) AS home USING (household_key) WHERE person.age > 17"""
    assert knows_more_than_age_and_place(query) is not warns


def test_the_page_about_personal_data_is_linked_unless_the_text_does_so(folder: Path) -> None:
    pages = {each.channel: each for each in subjects(folder)}
    assert "Så behandlar vi" not in pages["email"].html
    edit(folder, "campaign.yaml", "se/dina-uppgifter", "se/personuppgifter")
    pages = {each.channel: each for each in subjects(folder)}
    mail, letter, web = pages["email"], pages["letter"], pages["web"]
    assert ">Så behandlar vi dina personuppgifter</a>" in " ".join(mail.html.split())
    assert "https://start.stockholm.example.se/personuppgifter" in letter.seen
    for text in (mail.text, letter.text):
        assert "https://start.stockholm.example.se/personuppgifter" in text
    assert "personuppgifter" not in web.html


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.1", "127.0.0.1"), ("0x7f.1", "127.0.0.1"), ("2130706433", "127.0.0.1"), ("0177.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"), ("::ffff:127.0.0.1", "::ffff:127.0.0.1"), ("fe80::1%eth0", "fe80::1"),
    ],
)  # fmt: skip
def test_an_address_is_known_however_it_is_written(host: str, address: str) -> None:
    assert numeric_address(host) == ipaddress.ip_address(address)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2001:4860:4860::8888", True), ("10.0.0.1", False), ("100.64.0.1", False),
        ("169.254.169.254", False), ("224.0.0.1", False), ("0.0.0.0", False), ("255.255.255.255", False),
        ("::ffff:10.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("fe80::1", False),
        ("fd00::1", False), ("ff02::1", False), ("::", False), ("192.0.2.1", False), ("::7f00:1", False),
        ("fec0::1", False), ("feff::1", False), ("3fff::1", False), ("3fff:fff:ffff::1", False), ("3ffe::1", True),
    ],
)  # fmt: skip
def test_only_addresses_of_the_internet_are_public(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_one_is_never_more_public(address: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.IPv6Address(f"::ffff:{address}")
    assert is_public(mapped) is is_public(address)


@given(st.text(max_size=40))
def test_no_name_brings_the_look_down(host: str) -> None:
    assert isinstance(is_public_name(host), bool)
    assert numeric_address(host) is None or not is_public_name(host)
