"""Every campaign that ships can be used as it is: brief, queries, and a text in every language for every wave."""

import re
from pathlib import Path

import duckdb
import lxml.html
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from browser import faults_shown
from hypothesis import given
from hypothesis import strategies as st

import campaigns
from campaigns.brief import Brief
from campaigns.brief_loading import inspect_brief, load_brief
from campaigns.errors import RegisterFileInvalid
from campaigns.language import CATALOGUES, base, direction, long_date, translations
from tasks import (
    audience,
    audience_profile,
    audience_query,
    channels,
    digest,
    directions,
    evaluation,
    messages,
    outcomes,
    previews,
    reports,
    review,
    runs,
    slots,
    store,
)
from tasks.checking import check_campaign
from tasks.gate_subjects import subject_of
from tasks.gates.readability import reading_index, sentences
from tasks.local_time import today
from tasks.register import import_register
from tasks.rendered_texts import render_texts
from tasks.slot_values import default_values
from tasks.synthesis import synthesise
from tasks.variants import RenderedVariant
from tasks.workplace import Workplace

HOME = Path(campaigns.__file__).parent
SHIPPED = sorted(path.parent for path in HOME.glob("*/campaign.yaml") if path.parent.name != "template")
SCHOOL = HOME / "sok-skola"
ADDED = ("City of Stockholm", "Decided", "Contact us", "Hours", "We answer within", "Date")
GUARDIANS = """
SELECT
    col0 AS person_key, col1 AS guardian_of, col2 AS language, col3 AS has_email, false AS has_digital_mailbox,
    MAP {'school_choice': col4} AS attributes
FROM (VALUES
    ('first', 'six', 'sv', true, 'not_made'),
    ('second', 'six,eight', 'so', false, 'made'),
    ('alone', 'thirteen', 'ar', false, 'not_made'),
    ('of twins', 'twin,other twin', 'fi', true, 'not_made'),
    ('of both years', 'six,thirteen', 'sv', true, 'made'),
    ('of eight', 'eight', 'sv', true, 'not_made'),
    ('bereaved', 'dead', 'sv', true, 'not_made'),
    ('of one who moved', 'moved', 'sv', true, 'not_made')
)
"""
CHILDREN = """
SELECT col0 AS person_key, col1 AS birth_year, col2 AS status
FROM (VALUES
    ('six', 2021, 'alive'), ('eight', 2019, 'alive'), ('thirteen', 2014, 'alive'), ('twin', 2021, 'alive'),
    ('other twin', 2021, 'alive'), ('dead', 2021, 'dead'), ('moved', 2021, 'moved')
)
"""


def catalogue(language: str) -> Catalog:
    with (CATALOGUES / f"messages.{language}.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.fixture(scope="module")
def school() -> Brief:
    return load_brief(SCHOOL)


@pytest.fixture(scope="module")
def texts(school: Brief, tmp_path_factory: pytest.TempPathFactory) -> list[RenderedVariant]:
    workplace = Workplace(home=tmp_path_factory.mktemp("home"), key=b"a key for tests only")
    return render_texts(school, SCHOOL, workplace)


def answered(query: str, brief: Brief, folder: Path) -> dict[str, tuple[str, ...]]:
    """Each person's need, life situation, school year and number of children."""
    copies = {}
    for register, rows in (("guardians", GUARDIANS), ("population", CHILDREN)):
        copies[register] = folder / f"{register}.parquet"
        duckdb.connect().execute(f"COPY ({rows}) TO '{copies[register]}' (FORMAT parquet)")
    question, findings = audience_query.examine(SCHOOL / query, brief, "invitation")
    assert findings == []
    audience_query.ask(question, brief, copies, folder / "answer")
    rows = (
        duckdb.connect()
        .execute(
            "SELECT person_key, traits['need'], traits['life_situation'], facts['school_year'], facts['children'] FROM "
            f"read_parquet('{folder / 'answer'}')"
        )
        .fetchall()
    )
    return {person: tuple(rest) for person, *rest in rows}


def filled(variant: RenderedVariant, brief: Brief, name: str) -> str:
    values = default_values(brief, variant.language) | {"first_name": name}
    return slots.parse(variant.text.encode()).fill(values).decode()


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_every_campaign_passes_every_check(folder: Path, workplace: Workplace) -> None:
    findings = [finding for finding in check_campaign(workplace, folder) if not finding.accepted]
    readings = {("crisis_advice", "H")} if load_brief(folder).crisis else set()
    assert {(finding.gate, finding.kind) for finding in findings} == readings


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_every_campaign_has_a_sound_brief_and_sound_queries(folder: Path) -> None:
    brief, findings = inspect_brief(folder)
    assert brief is not None
    accepted = {override.gate for override in brief.overrides}
    assert [finding for finding in findings if finding.gate not in accepted] == []
    for wave in brief.waves:
        assert audience_query.examine(folder / wave.audience, brief, wave.name)[1] == []


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_every_language_has_its_own_text_for_employees_and_for_the_public(folder: Path) -> None:
    brief = load_brief(folder)
    told_before = all(override.gate != "internal_pack" for override in brief.overrides)
    for language in brief.languages:
        assert (folder / f"text.internal.{language}.md").is_file() == told_before
        for wave in brief.waves:
            own, shared = folder / f"text.{wave.name}.{language}.md", folder / f"text.{language}.md"
            assert own.is_file() or (wave.name != "internal" and shared.is_file())


def test_the_layouts_speak_every_language_that_a_campaign_uses() -> None:
    written = {message.id for message in catalogue("sv") if message.id}
    used = {base(language) for folder in SHIPPED for language in load_brief(folder).languages}
    for language in used - {"en"}:
        assert written - {message.id for message in catalogue(language) if message.id and message.string} == set()


def test_what_surrounds_a_text_is_in_its_language(school: Brief, texts: list[RenderedVariant]) -> None:
    assert {text.language for text in texts} == {"sv", "en", "ar", "so", "fi"}
    for text in texts:
        say = translations(text.language).gettext
        page = lxml.html.document_fromstring(text.html)
        assert (page.get("lang"), page.get("dir")) == (text.language, direction(text.language))
        shown = " ".join(text.text.split())
        hours, answer_within = school.contact.hours_in(text.language), school.contact.answer_within_in(text.language)
        for phrase in (*map(say, ADDED[: 5 if text.channel == "letter" else 6]), hours, answer_within):
            assert phrase in shown
        marked = set(page.xpath("//@lang")) - ({"sv"} if text.channel == "letter" else set())
        assert marked <= {text.language}


def test_arabic_runs_from_right_to_left_and_keeps_swedish_names_and_numbers_apart(
    school: Brief, texts: list[RenderedVariant]
) -> None:
    email = next(text for text in texts if (text.language, text.channel, text.wave) == ("ar", "email", "invitation"))
    assert '<html lang="ar" dir="rtl">' in email.html
    read = filled(email, school, "Anna")
    for apart in ("\u2068Anna\u2069", "\u2068Utbildningsförvaltningen\u2069، ", "\u206608-465\u00a0004\u00a012\u2069"):
        assert apart in read
    assert "\u2068" not in filled(email, school, "مريم").split("مريم")[0].rpartition("\n")[2]
    letter = next(text for text in texts if (text.language, text.channel) == ("ar", "letter"))
    assert [each.get("dir") for each in lxml.html.document_fromstring(letter.html).iter("address")] == ["ltr"]


def test_the_reminder_thanks_whoever_has_applied_and_the_page_is_the_same_in_both_waves(
    texts: list[RenderedVariant], school: Brief
) -> None:
    for language in school.languages:
        told = {(each.wave, each.channel): each.subject for each in texts if each.language == language}
        assert told["invitation", "email"] != told["reminder", "email"]
        pages = [each.html for each in texts if each.language == language and each.channel == "web"]
        bodies = {lxml.html.document_fromstring(page).xpath("string(//*[@data-body])") for page in pages}
        assert len(bodies) == 2  # for the employees, and for everybody


def test_the_school_audience_is_every_guardian_of_a_child_who_begins(school: Brief, tmp_path: Path) -> None:
    assert answered("audience.sql", school, tmp_path) == {
        "first": ("first_school", "two_guardians", "preschool_class", "one"),
        "second": ("knows_school", "two_guardians", "preschool_class", "one"),
        "alone": ("changes_school", "two_guardians", "year_7", "one"),
        "of twins": ("first_school", "sole_guardian", "preschool_class", "many"),
        "of both years": ("first_school", "two_guardians", "preschool_class", "many"),
    }


def test_the_reminder_leaves_out_those_who_have_chosen(school: Brief, tmp_path: Path) -> None:
    assert set(answered("reminder.sql", school, tmp_path)) == {"first", "alone", "of twins"}


@given(st.text(alphabet="0123456789 -+/.abاب\n", max_size=60))
def test_keeping_telephone_numbers_whole_never_changes_what_is_read(text: str) -> None:
    assert directions.telephones_whole(text, "sv").replace("\u00a0", " ") == text
    whole = directions.telephones_whole(text, "ar")
    assert whole.translate({0x2066: None, 0x2069: None, 0xA0: " "}) == text
    assert whole.count("\u2066") == whole.count("\u2069")


@pytest.mark.parametrize(
    "address", ["tel:08-465-004-12", "tel:+46-8-465-004-12", "https://a.example.se/?n=08-465-004-12"]
)
def test_a_number_in_an_address_stays_as_it_is(address: str) -> None:
    assert directions.telephones_whole(f"[اتصل]({address})", "ar") == f"[اتصل]({address})"


def test_a_telephone_number_as_the_way_to_answer_is_kept_whole(school: Brief, tmp_path: Path) -> None:
    contact = school.contact.model_copy(update={"way": "08-465 004 12"})
    brief = school.model_copy(update={"contact": contact, "languages": ("ar",), "channels": ("email", "web")})
    place = Workplace(home=tmp_path, key=b"a key for tests only")
    email = render_texts(brief, SCHOOL, place)[0]
    links = lxml.html.document_fromstring(email.html).xpath("//a[starts-with(@href, 'tel:')]")
    assert [(link.get("href"), link.text) for link in links] == [
        ("tel:0846500412", "\u206608-465\u00a0004\u00a012\u2069")
    ]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A workplace with the registers of a synthetic city of 4,000 people, extracted today."""
    home = tmp_path_factory.mktemp("city")
    place = Workplace(home=home / "home", key=b"a key for tests only")
    for kind, file in synthesise(4000, 1, home / "files").items():
        import_register(place, file, kind, today())
    return place


@pytest.mark.long
@pytest.mark.parametrize("name", ["parkdialog", "medarbetare", "rekrytering"])
def test_a_campaign_can_be_prepared_on_a_synthetic_city_and_its_preview_read_by_everybody(
    name: str, city: Workplace
) -> None:
    folder = HOME / name
    run = runs.begin(city, load_brief(folder), folder)
    audience.select_audience(city, run)
    audience.draw_holdout(city, run)
    audience_profile.write_profile(city, run)
    channels.plan_channels(city, run)
    messages.build_variants(city, run)
    assert review.review(city, run) == []
    digest.seal(city, run)
    store.take_snapshot(city)
    with store.reading(city) as connection:
        planned = connection.execute("SELECT DISTINCT channel FROM plan WHERE run = ?", [run]).fetchall()
        arms = dict(
            connection.execute("SELECT wave, max(arm) FROM audience WHERE run = ? GROUP BY ALL", [run]).fetchall()
        )
    assert {("web",), ("email",)} <= set(planned)
    aim = "internal" if name == "medarbetare" else "external"
    assert arms[aim] == "treated"
    preview = previews.write_preview(city, run)
    assert faults_shown(preview) == []
    shown = preview.read_text(encoding="utf-8")
    assert bool(re.search(r"\blättläst\b", shown)) == (name == "parkdialog")


def test_a_campaign_to_employees_is_followed_per_unit_and_tells_nothing_of_few_or_of_an_effect(
    city: Workplace, tmp_path: Path
) -> None:
    folder = HOME / "medarbetare"
    run = runs.begin(city, load_brief(folder).model_copy(update={"edition": "followed"}), folder)
    audience.select_audience(city, run)
    audience.draw_holdout(city, run)
    audience_profile.write_profile(city, run)
    channels.plan_channels(city, run)
    messages.build_variants(city, run)
    with store.writing(city) as connection:
        connection.execute(
            "INSERT INTO message BY NAME SELECT run, wave, person_key, channel, message_id FROM assignment "
            "WHERE run = ? AND message_id IS NOT NULL", [run],
        )  # fmt: skip
        connection.execute(
            "INSERT INTO delivery_event BY NAME SELECT run, message_id, 's' AS segment, row_number() OVER () AS "
            "\"offset\", now() AS happened_at, 'accepted' AS status FROM message WHERE run = $run "
            "ORDER BY message_id OFFSET 4", {"run": run},
        )  # fmt: skip
        compared = connection.execute(
            "SELECT count(*) FROM audience_profile WHERE run = ? AND (city_persons > 0 OR dimension = 'district')",
            [run],
        ).fetchone()
        assert compared == (0,)
        found = connection.execute("SELECT DISTINCT unit FROM person WHERE kind = 'employees'").fetchall()
    file = tmp_path / "outcomes.csv"
    rows = [f"{unit};answers_in_time;0.8;2027-04-10" for (unit,) in found]
    file.write_text("personal_number;outcome;value;observed_on\n199001019802;answers_in_time;1;2027-04-10\n")
    with pytest.raises(RegisterFileInvalid, match="one by one"):
        outcomes.import_outcomes(city, run, file)
    file.write_text("\n".join(["unit;outcome;value;observed_on", *rows]) + "\n", encoding="utf-8")
    assert outcomes.import_outcomes(city, run, file).stored == len(found) > 0
    with store.writing(city) as connection:
        values = {"run": run, "today": today()}
        judged = connection.execute(store.statement("quality/outcomes"), values)
        outside = [column[0] for column in judged.description or []].index("outside_audience")
        assert {row[outside] for row in judged.fetchall()} == {False}
    evaluation.evaluate(city, run, 1)
    store.take_snapshot(city)
    page = lxml.html.document_fromstring(reports.write_report(city, run, 1).read_text(encoding="utf-8"))
    text = " ".join(page.text_content().split())
    for told in (
        "Ingen effekt kan visas",
        "i genomsnitt per enhet",
        "Hur många som nåddes och inte nåddes visas inte.",
        "intranätets sida",
        "aldrig för enskilda medarbetare",
    ):
        assert told in text
    sums = {row[0].text_content(): row[-1].text_content() for row in page.iter("tr") if len(row) > 1}
    assert sums["E-post"] == sums["Kronor"] == "visas inte"
    assert not page.xpath("//table[contains(@class, 'reach')]")
    assert "Målgruppen består av" not in text
    for untold in ("medarbetarna får veta före allmänheten", "ett bolag säger"):
        assert untold not in text
    if "visas inte" in {sums[unit] for (unit,) in found}:
        assert "en enhet med färre än tio medarbetare i målgruppen" in text
    assert {sums[unit].split("\N{NO-BREAK SPACE}")[0] for (unit,) in found} <= {"80,0", "visas inte"}


def test_a_proposal_tells_its_last_day_and_when_one_hears_what_came_of_it_in_every_language(
    workplace: Workplace,
) -> None:
    brief = load_brief(HOME / "parkdialog")
    for text in render_texts(brief, HOME / "parkdialog", workplace):
        say = translations(text.language).gettext
        page = " ".join(lxml.html.document_fromstring(text.html).text_content().split())
        for shown in (page, " ".join(text.text.split())):
            assert say("Proposal – not decided") in shown
            for label, day in (
                ("Answer by", brief.decision.consultation_until),
                ("On the city's website you can read what came of it, at the latest on", brief.feedback_by),
            ):
                assert f"{say(label)}: {long_date(day, text.language)}" in shown


def test_layouts_write_a_day_in_somali_as_the_texts_do(workplace: Workplace) -> None:
    brief = load_brief(HOME / "parkdialog")
    texts = [each for each in render_texts(brief, HOME / "parkdialog", workplace) if each.language == "so"]
    assert texts
    for text in texts:
        assert "15 Maarso 2027" in text.text
        assert not re.search(r"\b[A-Z][a-z]+ \d{1,2}, 20\d\d", text.text)


def test_easy_read_texts_are_far_easier_than_the_limit(workplace: Workplace) -> None:
    folder = HOME / "parkdialog"
    brief = load_brief(folder)
    easy = [text for text in render_texts(brief, folder, workplace) if text.facts["easy_read"] == "yes"]
    assert {(text.language, text.channel) for text in easy} == {("sv", "email"), ("sv", "letter")}
    for text in easy:
        subject = subject_of(
            brief, folder, wave=text.wave, channel=text.channel, language="sv", subject=text.subject, text=text.text,
            html=text.html, facts=text.facts,
        )  # fmt: skip
        assert reading_index(sentences(subject.body)) < 20
        assert max(len(sentence.split()) for sentence in sentences(subject.body)) <= 10


def test_a_campaign_to_employees_tells_nobody_who_followed_a_link(workplace: Workplace) -> None:
    for text in render_texts(load_brief(HOME / "medarbetare"), HOME / "medarbetare", workplace):
        assert text.slots == () or set(text.slots) <= {"recipient", "message_id", "date"}
        assert b"List-Unsubscribe" not in text.template
        addresses = lxml.html.document_fromstring(text.html).xpath("//a/@href")
        assert addresses
        assert all(slots.MARKER_SIGN not in address and "?" not in address for address in addresses)
