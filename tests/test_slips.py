"""Slips of the hand in a text on free wordings: what one might leave in it, and what looks like it and is right."""

import pytest

from campaigns.languages_told import language_of
from tasks.gates.alternative_texts import says_nothing
from tasks.gates.facts_told import facts_in
from tasks.gates.link_words import names_nothing
from tasks.gates.markdown_slips import slips_in
from tasks.gates.masking import masked
from tasks.gates.personal_links import PERSONAL
from tasks.gates.personal_numbers import personal_numbers
from tasks.gates.unfinished import unfinished_in

LINKS = (
    "PDF|Gå vidare|via denna länk|Mer om detta|Till sidan|Visa mer|Details here|pdf-filen|Läs vidare här|Fortsätt"
    "|More on this|Show more|Till webbplatsen|Öppna dokumentet|View details|Se mer|Continue reading|To the website"
    "|Detaljer|på denna sida|om detta|Hämta PDF|Bilaga|See more here|Ladda ner filen"
)
NAMING_LINKS = (
    "hur du sorterar matavfall|Till e-tjänsten Sök skola|Visa sidan om matavfall|Mer om matavfall|Fortsätt till ansökan"
    "|Details of the proposal|ladda ner broschyren om biogas|PDF om biogas (2 MB)|Detaljplan för Bromma|i Bromma"
    "|den nya parken|Kontakta oss|Det nya avtalet"
)
ALTERNATIVES = (
    "Skärmavbild 2026-11-24 kl. 10.12.33|Skärmavbild|WhatsApp Image 2026-11-24 at 10.12.33|Foto: Lena Ek|Untitled-1"
    "|Infoga alternativtext|A brown bag. Description automatically generated|Automatically generated description"
    "|Screenshot 2026-11-24 101233|Foto: Lena Ek/Mostphotos|Foto: Stockholms stad|© Lena Ek|Photo by: Lena Ek|image001"
    "|IMG_20261124_101233|Skriv alternativtext här|Alternativtext saknas|Bild 1|Untitled design (2)"
)
DESCRIBING = (
    "Skärmavbild av e-tjänsten, med knappen Logga in markerad|Foto: en brun påse i en hink|En brun papperspåse med skal"
    "|A photo of the form|Bild av kärlet|Picture: the bin stands by the door|Stockholms stads logotyp"
)
UNFINISHED = (
    "Uppdatera siffran före utskick.|Kolla med Anna.|Här ska det stå|Här ska det stå en text om avgiften."
    "|Vi börjar kl. 00.00.|Den 32 mars stänger vi.|Svara inom X dagar.|Ring 555-0100.|The meeting is at 00:00."
    "|Vi ses den 31 april.|Senast 2027-02-32.|Det kostar X kr.|Vi öppnar kl. 25.00.|Check with Anna before we publish."
    "|Stäm av siffran innan publicering.|Vi avaamme 32. maaliskuuta.|Här ska in en bild."
)
FINISHED = (
    "Ditt diarienummer är KS 2026/640823.|Klockan 00.00 natten till lördag.|Vi stänger kl. 00.00 natten till lördag."
    "|Mellan kl. 22.00 och kl. 00.00.|Kolla med din chef.|Kolla med Kundservice.|Här ska det stå en ny bänk."
    "|Den 31 mars stänger vi.|Svara inom tio dagar.|Kontrollera adressen innan du skickar in blanketten."
    "|Uppdatera dina uppgifter före den 1 mars.|Stäm av med Trafikkontoret.|Storlek X finns.|Ring 08-555 010 00."
    "|Check with your manager before sending the form."
)
NUMBERS = (
    "121212.1212|12 12 12 12 12|1912 12 12 1212|121212/1212|12.12.12.1212|121212-12 12|1912-12-12 1212|121212:1212"
    "|121212_1212|19121212.1212|12 12 12 – 12 12|1212 12 1212|121 212 1212|121212–1212|701063-2391|70.10.63.2391"
    "|1970 10 63 2391|personnr121212-1212|12 12 12\n1212"
)
OTHER_NUMBERS = (
    "KS 2026/640823|08-508 00 508|070-174 06 05|2027-01-18 8165|SE45 5000 0000 0583 9825 7466|5560 0126 09"
    "|08-12 12 12 12|2011-12-12 12.12|121212-1213"
)
PRINTED_SIGNS = (
    "Det är **viktigt att du sorterar.|#Så här gör du|Hej\\nVälkommen|Första raden.\\nAndra raden."
    "|Det är viktigt** att göra det|~~gammalt~~ nytt|__viktigt att|Skriv ```kod|Du ska *alltid sortera"
)
MEANT_SIGNS = (
    "2 * 3 = 6|Pris* (*inkl. moms)|*inkl. moms|#stockholm|#sorteramera är vår tagg på #insta|Filen ligger i C:\\nytt"
    "|kund_service_a|Skriv `kod` här|Nummer #4 är här|*****"
)
FOREIGN = {
    "en": "We will help you.|Your school is waiting|Contact us for more information|Welcome to the meeting!",
    "ar": "اتصل بنا اليوم",
    "": "Soita meille.|Stockholm Vatten och Avfall|Sign up today|العربية|Anna Ek, Bromma",
}


@pytest.mark.parametrize("words", LINKS.split("|"))
def test_a_link_that_only_asks_to_be_followed_is_found(words: str) -> None:
    assert names_nothing(words)


@pytest.mark.parametrize("words", NAMING_LINKS.split("|"))
def test_a_link_that_names_its_page_passes(words: str) -> None:
    assert not names_nothing(words)


@pytest.mark.parametrize("words", ALTERNATIVES.split("|"))
def test_an_alternative_text_that_shows_nothing_is_found(words: str) -> None:
    assert says_nothing(words, "kärl.png")


@pytest.mark.parametrize("words", DESCRIBING.split("|"))
def test_an_alternative_text_that_describes_passes(words: str) -> None:
    assert not says_nothing(words, "kärl.png")


@pytest.mark.parametrize("sentence", UNFINISHED.split("|"))
def test_a_note_or_a_day_that_is_none_is_found(sentence: str) -> None:
    assert unfinished_in(sentence)


@pytest.mark.parametrize("sentence", FINISHED.split("|"))
def test_a_finished_sentence_that_looks_like_a_note_passes(sentence: str) -> None:
    assert unfinished_in(sentence) == ()


@pytest.mark.parametrize("number", NUMBERS.split("|"))
def test_a_personal_number_is_found_and_masked_however_it_is_divided(number: str) -> None:
    assert list(personal_numbers(f"Numret är {number} här."))
    assert "12" not in masked(number).replace("…", "")


@pytest.mark.parametrize("number", OTHER_NUMBERS.split("|"))
def test_another_number_passes(number: str) -> None:
    assert list(personal_numbers(f"Numret är {number} här.")) == []


@pytest.mark.parametrize("block", PRINTED_SIGNS.split("|"))
def test_a_sign_of_markdown_that_is_printed_is_found(block: str) -> None:
    assert slips_in(block)


@pytest.mark.parametrize("block", MEANT_SIGNS.split("|"))
def test_a_sign_that_is_meant_passes(block: str) -> None:
    assert slips_in(block) == []


@pytest.mark.parametrize(
    ("language", "text"), [(one, text) for one, texts in FOREIGN.items() for text in texts.split("|")]
)
def test_a_short_passage_is_told_only_where_its_small_words_are_sure(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("name", ["epost", "e-post", "email", "personnummer", "pnr", "telefon", "fornamn", "last_name"])
def test_a_parameter_that_holds_somebodys_data_is_known_by_its_name(name: str) -> None:
    assert PERSONAL.fullmatch(name)


@pytest.mark.parametrize("name", ["sida", "name", "typ", "sprak", "postnr", "emaljerad", "plats"])
def test_a_parameter_of_a_page_passes(name: str) -> None:
    assert not PERSONAL.fullmatch(name)


def test_a_word_without_end_is_read_to_its_end() -> None:
    """In time that grows with its length; by its square this would take the better part of an hour."""
    assert facts_in("å" * 300_000, "sv") == ()
