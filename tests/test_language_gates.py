"""Gates of wording: each finds what a communicator lets slip, at its line, and lets plain and lawful texts pass."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer.personnummer import valid

import campaigns
from campaigns.brief import Brief, Crisis
from campaigns.brief_loading import load_brief
from campaigns.errors import Finding
from campaigns.programme import load_programme
from tasks.gates import spelling
from tasks.gates.channels_agree import as_read
from tasks.gates.decisions import settled
from tasks.gates.examining import GateSubject, examine
from tasks.gates.personal_numbers import personal_numbers
from tasks.gates.politics import political
from tasks.gates.readability import lix_of, reading_index, sentences
from tasks.gates.word_lists import WORDS, hits
from tasks.gates.wording import misquotations

HOME = Path(campaigns.__file__).parent
MAIN = "Stockholm – en öppen, innovativ, hållbar stad"
PUNCTUATED = (
    "\nI said: 'This is a test sentence to test the remove_punctuation function.\nIt's short and not the work of a "
    "singer-songwriter. But it'll suffice.'\nYour answer was: \"I don't know. If I were you I'd write a test; just to "
    "make\nsure, you're really just removing the characters you want to remove!\" Didn't\n"
)


@pytest.fixture(scope="module")
def brief() -> Brief:
    return load_brief(HOME / "matavfall")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "campaign.yaml").write_text((HOME / "matavfall" / "campaign.yaml").read_text("utf-8"), "utf-8")
    return tmp_path


def written(folder: Path, brief: Brief, *lines: str, language: str = "sv", line: str = "Sortera hemma") -> GateSubject:
    """A text of these paragraphs; the first of them stands in line 4 of its file, each in a line of its own."""
    source = ["---", f"subject: {line}", "---", *lines]
    (folder / f"text.{language}.md").write_text("\n".join(source) + "\n", encoding="utf-8")
    body = "".join(f"<p>{each}</p>" for each in lines)
    html = f'<html lang="{language}"><body><main><div data-body>{body}</div></main></body></html>'
    text = "\n\n".join(lines)
    return GateSubject(brief, folder, f"text.{language}.md", "external", "email", language, line, text, html)


def found(subject: GateSubject, name: str) -> list[Finding]:
    return examine([subject], [load_programme().gate(name)])


@pytest.mark.parametrize(
    ("name", "language", "bad"),
    [
        ("jargon", "sv", "Du ska inkomma med din ansökan."),
        ("jargon", "sv", "Samtliga hushåll får en påse."),
        ("jargon", "sv", "Vi tillhandahåller påsar."),
        ("jargon", "sv", "Beträffande kärlet ringer du oss."),
        ("jargon", "sv", "Påsarna delas ut p.g.a. ett beslut."),
        ("jargon", "en", "Please utilise the paper bags."),
        ("jargon", "en", "Contact us prior to the collection."),
        ("jargon", "fi", "Soita meille, mikäli tarvitset apua."),
        ("gendered", "sv", "Fråga en tjänsteman på kontoret."),
        ("gendered", "sv", "Be städerskan ta med påsen."),
        ("gendered", "sv", "Den boende tar med sig sin påse när han eller hon går ut."),
        ("gendered", "en", "Ask the chairman of your housing association."),
        ("gendered", "en", "We need more manpower."),
        ("gendered", "fi", "Kysy virkamieheltä tai palomieheltä."),
        ("spelling", "sv", "Lägg ditt matafvall i påsen."),
        ("spelling", "sv", "Säg till din bostadsrätsförening."),
        ("spelling", "sv", "Kommunfulmäktige tog beslutet."),
        ("main_message", "sv", "Stockholm - en öppen, innovativ, hållbar stad"),
        ("main_message", "sv", "Stockholm – en öppen och hållbar stad"),
        ("main_message", "sv", "Vi är en mångfald av verksamheter som utvecklar staden."),
        ("main_message", "en", "Stockholm – the capital of Scandinavia"),
        ("politics", "sv", "Det säger borgarrådet Anna Exempelsson."),
        ("politics", "sv", "Anna Exempelsson (M) hälsar alla välkomna."),
        ("politics", "sv", "Rösta på oss i höst."),
        ("politics", "en", "The Green Party thanks you."),
        ("politics", "fi", "Pormestari kiittää kaikkia."),
        ("politics", "ar", "يشكركم حزب المدينة."),
        ("politics", "so", "Xisbiga ayaa kuu mahadcelinaya."),
    ],
)
def test_a_seeded_word_is_found_once_at_its_line_with_its_sentence(
    folder: Path, brief: Brief, name: str, language: str, bad: str
) -> None:
    findings = found(written(folder, brief, "Hej!", bad, "Tack.", language=language), name)
    assert {(each.file, each.line) for each in findings} == {(f"text.{language}.md", 5)}
    assert {each.sentence for each in findings} == {bad}


@pytest.mark.parametrize(
    ("name", "language", "good"),
    [
        ("jargon", "sv", "Du får påsar av oss, och du lämnar in din ansökan när du kan."),
        ("jargon", "sv", "Vi erbjuder alla en plats enligt gällande regler."),
        ("jargon", "en", "Use the paper bags before the collection. You can apply now."),
        ("gendered", "sv", "Fråga en handläggare eller ombudsmannen. Man kan ringa Herman och Norman."),
        ("gendered", "en", "The manager of the German school and the woman next door manage."),
        (
            "spelling",
            "sv",
            "Järva, Kungsholmen och Hässelby-Vällingby får e-post på svar@example.se, t.ex. i dag kl. 8.",
        ),
        ("spelling", "sv", "Läs broschyren ”Food waste” på vår webbplats, eller ring Stockholm Vatten och Avfall."),
        ("main_message", "sv", f"{MAIN}."),
        ("main_message", "sv", "Vi vill att Stockholm är en öppen stad, och en hållbar stad för alla."),
        ("main_message", "sv", "I staden finns en mångfald av verksamheter."),
        ("main_message", "en", "Stockholm – the Capital of Scandinavia. Stockholm is the capital of Sweden."),
        (
            "politics",
            "sv",
            "Kommunfullmäktige beslutade om en moderat och liberal taxa. Gå till vänster vid Centralen.",
        ),
        ("politics", "sv", "Tröjan finns i storlek (M) och (L). S:t Erik står i porten. Rösta på valdagen."),
        ("politics", "sv", "Trafiknämnden och stadsdelsnämnden svarar på frågor om partiet av påsar och C-vitamin."),
        ("politics", "en", "The Education Committee decided. Turn left at the green door, and have a party."),
    ],
)
def test_plain_and_lawful_words_pass(folder: Path, brief: Brief, name: str, language: str, good: str) -> None:
    assert found(written(folder, brief, good, language=language), name) == []


def test_a_word_in_several_lines_is_found_in_each_and_nowhere_else(folder: Path, brief: Brief) -> None:
    subject = written(folder, brief, "Samtliga får påsar.", "Alla får kärl.", "Vi hjälper samtliga boende.")
    assert [each.line for each in found(subject, "jargon")] == [4, 6]


def test_a_word_is_found_in_subject_preheader_alternative_text_and_the_title_of_the_brief(
    folder: Path, brief: Brief
) -> None:
    subject = written(folder, brief, "Hej!", line="Samtliga ska sortera")
    assert [each.line for each in found(subject, "jargon")] == [2]
    (folder / "text.sv.md").write_text(
        "---\nsubject: Hej\nalt:\n  bild: Brandman\npreheader: Tjänstemän\n---\nHej!\n", "utf-8"
    )
    hidden = '<div style="display: none">Tjänstemän</div><img alt="Brandman">'
    html = f'<html lang="sv"><body>{hidden}<main><div data-body><p>Hej!</p></div></main></body></html>'
    other = GateSubject(brief, folder, "text.sv.md", "external", "email", "sv", "Hej", "Hej!", html)
    assert [each.line for each in found(other, "gendered")] == [4, 5]
    titled = brief.model_copy(update={"title": "Avseende matavfall"})
    (folder / "campaign.yaml").write_text("edition: x\ntitle: Avseende matavfall\n", encoding="utf-8")
    (finding,) = found(written(folder, titled, "Hej!"), "jargon")
    assert (finding.file, finding.line) == ("campaign.yaml", 2)


def test_a_word_in_an_included_part_is_found_in_that_file(folder: Path, brief: Brief) -> None:
    subject = written(folder, brief, "Vi tillser att det blir gjort.")
    (folder / "text.sv.md").write_text("---\nsubject: Hej\n---\n{% include 'part.sv.md' %}\n", encoding="utf-8")
    (folder / "part.sv.md").write_text("Hej!\n\nVi tillser att\ndet blir gjort.\n", encoding="utf-8")
    assert [(each.file, each.line) for each in found(subject, "jargon")] == [("part.sv.md", 3)]


def test_words_marked_as_another_language_are_left_alone(folder: Path, brief: Brief) -> None:
    subject = written(folder, brief, 'Läs <span lang="en">how to utilise fud</span> först.')
    assert found(subject, "spelling") == found(subject, "jargon") == []


@pytest.mark.parametrize("field", ["sender", "press_contact", "decision", "partners"])
def test_a_politician_as_sender_contact_or_partner_is_found_in_the_brief(
    folder: Path, brief: Brief, field: str
) -> None:
    name = "Borgarrådet Anna"
    changed = {
        "sender": brief.sender.model_copy(update={"unit": name}),
        "press_contact": brief.press_contact.model_copy(update={"name": name}) if brief.press_contact else None,
        "decision": brief.decision.model_copy(update={"body": name}),
        "partners": (name,),
    }[field]
    (folder / "campaign.yaml").write_text(f"title: Prov\n{field}:\n  here: {name}\n", encoding="utf-8")
    subject = written(folder, brief.model_copy(update={field: changed}), "Hej!")
    assert {(each.file, each.line) for each in found(subject, "politics")} == {("campaign.yaml", 3)}


@pytest.mark.parametrize(
    "text",
    [
        "Karin Exempel (s) svarar", "(S, V och MP) är eniga", "SD och KD vill annat", "en S-ledd nämnd",
        "M, L och C säger ja",
        "socialdemokraternas förslag", "Miljöpartiet", "moderaterna", "Centerpartisten", "finansborgarrådet",
        "oppositionsborgarråd", "gruppledaren", "riksdagsledamoten", "partiledare", "trafiknämndens ordförande",
    ],
)  # fmt: skip
def test_parties_and_offices_are_known_in_their_forms(text: str) -> None:
    assert political("sv", text)


@pytest.mark.parametrize(
    "text",
    [
        "Planen (C) 2026",
        "storlek S, M och L",
        "MP3 och SD-kort",
        "Farsta stadsdelsnämnd",
        "borgarrådsberedningen",
        "punkt (3)",
    ],
)
def test_what_only_looks_like_a_party_passes(text: str) -> None:
    assert political("sv", text) == ()


SETTLED = [
    ("sv", "Kommunfullmäktige tog beslutet den 15 juni 2026."),
    ("en", "The Council took the decision on 15 June 2026."),
    ("so", "Waxaan dhisaynaa meel cusub dayrta."),
    ("sv", "Exempelparken ska byggas om."), ("sv", "Det är beslutat."), ("sv", "Vi kommer att bygga en ny lekplats."),
    ("sv", "Parken får en ny lekplats."), ("sv", "I vår bygger vi en ny lekplats."), ("sv", "Vi inför en ny taxa."),
    ("sv", "Farsta stadsdelsnämnd har beslutat om parken."), ("sv", "Byggstart i maj."),
    ("en", "The park will be rebuilt."), ("en", "It has been decided."), ("en", "We are building a playground."),
    ("fi", "Puisto rakennetaan uudelleen."), ("fi", "Asiasta on päätetty."), ("fi", "Puisto saa uuden leikkipaikan."),
    ("ar", "سيتم بناء ملعب جديد."), ("ar", "تقرر بناء ملعب جديد."), ("ar", "ستُبنى حديقة جديدة."),
    ("so", "Meel cusub ayaa la dhisi doonaa."), ("so", "Waa la go'aamiyay."), ("so", "Waan dhiseynaa garoon cusub."),
]  # fmt: skip
OPEN = [
    ("en", "Nothing will be built before the decision."),
    ("sv", "Inget kommer att byggas före beslutet."),
    ("sv", "Mötet kommer att hållas i biblioteket."), ("sv", "Vi kommer att läsa alla svar."),
    ("sv", "Förslaget är att parken byggs om."), ("sv", "Vi vill bygga en lekplats."), ("sv", "Inget är beslutat än."),
    ("sv", "Parken kan komma att byggas om."), ("sv", "En lekplats skulle byggas här."),
    ("sv", "Hur ska parken se ut?"),
    ("sv", "Senast i juni berättar vi vad nämnden har beslutat."), ("sv", "Om nämnden säger ja byggs parken om."),
    ("en", "We will read every answer."), ("en", "Nothing has been decided."), ("en", "A playground would be built."),
    ("fi", "Mitään ei ole vielä päätetty."), ("fi", "Ehdotamme, että puisto rakennetaan uudelleen."),
    ("ar", "لم يُقرَّر أي شيء بعد."), ("ar", "نقترح بناء ملعب جديد."), ("ar", "سنقرأ كل الأجوبة."),
    ("so", "Weli waxba lama go'aamin."), ("so", "Jawaab kasta waan akhrin doonnaa."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text"), SETTLED)
def test_a_proposal_told_as_settled_is_found(folder: Path, brief: Brief, language: str, text: str) -> None:
    decision = brief.decision.model_copy(update={"status": "proposed"})
    proposed = brief.model_copy(update={"decision": decision})
    subject = written(folder, proposed, "Hej!", text, language=language)
    assert [(each.line, each.sentence) for each in found(subject, "decision_wording")] == [(5, text)]
    assert found(written(folder, brief, "Hej!", text, language=language), "decision_wording") == []


@pytest.mark.parametrize(("language", "text"), OPEN)
def test_a_proposal_told_as_one_passes(language: str, text: str) -> None:
    assert settled(language, text) == ()


def test_every_text_of_a_crisis_is_read_by_a_person(folder: Path, brief: Brief) -> None:
    crisis = brief.model_copy(update={"crisis": Crisis(verified_source="Driftcentralen")})
    assert [each.kind for each in found(written(folder, crisis, "Koka vattnet."), "crisis_advice")] == ["H"]
    assert found(written(folder, brief, "Koka vattnet."), "crisis_advice") == []


def test_a_missing_dictionary_is_told_and_never_passed_over(
    folder: Path, brief: Brief, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spelling, "DICTIONARIES", ("no_such_dictionary",))
    spelling.dictionary.cache_clear()
    try:
        (finding,) = found(written(folder, brief, "Hej!"), "spelling")
    finally:
        spelling.dictionary.cache_clear()
    assert "dictionary is missing" in finding.message


def test_a_near_word_is_suggested(folder: Path, brief: Brief) -> None:
    (finding,) = found(written(folder, brief, "Lägg ditt matafvall här."), "spelling")
    assert "“matavfall”" in finding.remedy


@pytest.mark.parametrize(
    "text",
    [
        "Senast [datum]", "[[", "{{ slot }}", "Hej %namn%", "Hej <namn>", "Ring NN", "XX april", "asdf", "Lorem ipsum",
        "FIXME", "Fyll i här", "Test Testsson", "exempel@exempel.se", "test@test.se", "Svar senast ____", "(datum)",
        "den 20XX", "ÅÅÅÅ-MM-DD", "08-000 00 00", "John Doe", "text här", "نص تجريبي", "Tähän: esimerkkiteksti",
        "vad???",
    ],
)  # fmt: skip
def test_what_is_not_finished_is_found(folder: Path, brief: Brief, text: str) -> None:
    line = text.replace("<", "&lt;").replace(">", "&gt;")
    subject = written(folder, brief, "Hej!", line)
    (folder / "text.sv.md").write_text(f"---\nsubject: Hej\n---\nHej!\n{text}\n", encoding="utf-8")
    assert {each.line for each in found(subject, "placeholder")} == {5}


@pytest.mark.parametrize(
    "text",
    [
        "Fyll i blanketten och skriv ditt namn.", "Vi testar vattnet i dag.", "Se punkt [1].",
        "Gör så här … och sedan så.",
        "Storlek XL och XXL.", "Skriv till svar@example.se.", "Värdet är 50 % och 20 %.",
        "Är det sant?", "Ring 08-508 000 00.",
    ],
)  # fmt: skip
def test_finished_text_passes(folder: Path, brief: Brief, text: str) -> None:
    assert found(written(folder, brief, text), "placeholder") == []


def numbers(text: str) -> list[str]:
    return list(personal_numbers(text))


@pytest.mark.parametrize(
    "text",
    [
        "18900306-9805", "189003069805", "1890-03-06-9805", "900306 - 9805", "1890 0306 9805",
        "１８９００３０６９８０５", "١٨٩٠٠٣٠٦-٩٨٠٥", "121272–1219", "900306\u00a0+\u00a09805", "1 2 1 2 1 2 - 1 2 1 2",
        "18900306\u00ad9805",
    ],
)  # fmt: skip
def test_a_personal_number_is_found_in_every_writing(folder: Path, brief: Brief, text: str) -> None:
    (finding,) = found(written(folder, brief, "Hej!", f"Fråga {text} här."), "personal_number")
    assert finding.line == 5
    assert not re.search(r"\d{4}", finding.sentence)


@pytest.mark.parametrize(
    "text",
    ["08-508 000 00", "+46 70 174 06 05", "OCR 1234 5678 9012 3456", "org.nr 212000-0142",
     "2027-01-18 14.30", "KS 2026/0001",
     "2027-01-18–2027-02-18", "den 18 januari 2027", "12 345 678 kronor", "postnummer 123 45"],
)  # fmt: skip
def test_other_numbers_are_not_personal_numbers(text: str) -> None:
    assert numbers(text) == []


@given(
    st.dates(date(1901, 1, 1), date(2026, 1, 1)), st.integers(1, 999), st.booleans(), st.sampled_from(["٠", "０", "0"])
)
def test_no_personal_or_coordination_number_passes_in_any_digits(
    day: date, serial: int, coordination: bool, zero: str
) -> None:
    digits = f"{day:%Y%m}{day.day + 60 * coordination:02}{serial:03}"
    number = next(f"{digits}{check}" for check in range(10) if valid(f"{digits}{check}"))
    shown = "".join(chr(ord(zero) + int(digit)) for digit in number)
    assert numbers(f"Fråga {shown}.") == [number]


@pytest.mark.parametrize(("text", "value"), [("", 0.0), (PUNCTUATED, 23.808)])
def test_lix_agrees_with_published_values_of_punctuated_text(text: str, value: float) -> None:
    """The literals are test vectors of textstat (MIT), tests/backend/metrics/test_lix.py."""
    assert reading_index(sentences([text])) == pytest.approx(value, abs=0.0005)


def test_lix_of_published_counts() -> None:
    """textstat's long text has 372 words, 77 of them long; it counts 17 sentences, as it cuts “T.V. and” in two."""
    assert lix_of(372, 77, 17) == pytest.approx(42.581, abs=0.0005)
    assert lix_of(0, 0, 0) == 0


def rows(name: str) -> Iterator[dict[str, str]]:
    with (WORDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@pytest.mark.parametrize("name", ["abbreviations", "jargon", "gendered", "politics", "city_words"])
def test_a_word_list_is_sorted_names_its_sources_and_says_what_to_write(name: str) -> None:
    listed = list(rows(name))
    keys = [(row["language"], row["term"].casefold()) for row in listed]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys) or name == "politics"
    assert all(row["source"] and (row.get("replacement") or row.get("kind") or name == "city_words") for row in listed)


@pytest.mark.parametrize("name", ["abbreviations", "jargon", "gendered"])
def test_no_replacement_is_itself_listed(name: str) -> None:
    for row in rows(name):
        assert [hit.term.term for hit in hits(name, row["language"], row["replacement"])] == [], row["term"]


def test_an_exact_message_passes_and_any_change_of_a_sign_is_found() -> None:
    assert misquotations(f"{MAIN}.") == ()
    for at, sign in enumerate(MAIN):
        changed = MAIN[:at] + ("x" if sign != "x" else "y") + MAIN[at + 1 :]
        assert misquotations(changed), changed


@pytest.mark.parametrize(("bare", "meant"), [("fore", "före"), ("pa", "på"), ("sjalv", "själv"), ("hjalpa", "hjälpa")])
def test_a_word_without_its_marks_is_mended_with_them_first(bare: str, meant: str) -> None:
    assert spelling.suggestion(bare) == meant


@pytest.mark.parametrize(
    ("sentence", "instead"),
    [
        ("Enl. Kommunfullmäktige ska alla sortera.", "enligt"),
        ("Enl beslutet ska alla sortera.", "enligt"),
        ("Vi avser att tömma kärlet.", "tänker, ska"),
    ],
)
def test_an_abbreviation_and_a_stiff_verb_are_mended_once_with_their_whole_sentence(
    folder: Path, brief: Brief, sentence: str, instead: str
) -> None:
    subject = written(folder, brief, sentence)
    (fault,) = found(subject, "jargon")
    assert (fault.sentence, fault.remedy) == (sentence, f"Write instead: {instead}.")
    assert found(subject, "spelling") == []


def test_an_abbreviation_is_told_with_what_it_stands_for_until_the_text_explains_it(folder: Path, brief: Brief) -> None:
    (fault,) = found(written(folder, brief, "Vi frågade NKI.", "Vi frågade igen."), "jargon")
    assert (fault.line, fault.remedy) == (4, "Write it out where it first stands: nöjd kund-index.")
    assert found(written(folder, brief, "Nöjd kund-index (NKI) är hur nöjda ni är.", "NKI steg."), "jargon") == []


PARTS = [
    '{% if channel == "web" %}', "{% if housing %}", '{% elif channel != "web" %}', "{% else %}", "{% endif %}",
    "Ett kärl\n", "kostar 700 kronor. ",
]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=12))
def test_a_text_as_a_channel_reads_it_never_moves_a_line_or_adds_a_word(parts: list[str]) -> None:
    text = "".join(parts)
    for channel in ("web", "letter"):
        read = as_read(text, channel)
        assert len(read) == len(text)
        assert all(here in (there, " ") for here, there in zip(read, text, strict=True))
        assert [at for at, sign in enumerate(read) if sign == "\n"] == [
            at for at, sign in enumerate(text) if sign == "\n"
        ]


def test_each_channel_reads_its_own_branch_and_all_of_what_depends_on_something_else() -> None:
    text = '{% if channel == "web" %}A{% else %}B{% endif %}{% if housing == "flat" %}C{% else %}D{% endif %}'
    assert ("".join(as_read(text, "web").split()), "".join(as_read(text, "letter").split())) == ("ACD", "BCD")
