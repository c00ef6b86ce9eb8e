"""Gates of wording on free wordings: what one might write, and what looks like it and is right."""

from datetime import date

import pytest

from campaigns.brief_answers import is_no_answer, is_unfinished, says_no_time
from tasks.gates.decisions import contradictions
from tasks.gates.districts import abolished_in
from tasks.gates.free_speech import unfree
from tasks.gates.link_words import names_nothing
from tasks.gates.pictures import PERSONS
from tasks.gates.politics import political
from tasks.gates.promises import guaranteed
from tasks.gates.rumours import rumours
from tasks.gates.speech import spoken, spoken_in_block
from tasks.gates.unfinished import unfinished_in
from tasks.gates.word_lists import hits

SETTLED = {
    "sv": "Snart kan du sitta på de nya bänkarna.|Entreprenören är upphandlad.|Lekplatsen öppnar i juni."
    "|Nämnden sa ja i går."
    "|Exempelparken får lampor längs gångvägen.|Invigning den 30 augusti.|Till hösten sätter vi upp lamporna."
    "|Så blir din nya park",
    "en": "Your new playground opens in August.|The lamps go up before the winter.|The council has already said yes."
    "|From May, the lawn is closed.|Welcome to your new park!|The contractor has been hired.",
    "fi": "Uusi leikkipaikka avautuu elokuussa.|Urakoitsija on valittu.|Pian voit istua uusilla penkeillä.",
    "ar": "سنفتتح الملعب الجديد في أغسطس.|تم التعاقد مع المقاول.",
    "so": "Meesha cusub waxaa la furayaa Ogosto.|Waxaan bilaabaynaa shaqada bisha Juun.",
}
OPEN = {
    "sv": "Vi bygger inget innan nämnden har beslutat.|Om nämnden säger ja kan bygget börja."
    "|Enkäten öppnar den 1 februari."
    "|Var vill du att den nya lekplatsen ska ligga?|Lekplatsen byggdes 1987.|Ingen entreprenör är upphandlad."
    "|Vi flyttar mötet till biblioteket om det regnar.|I februari kan du svara på frågor.",
    "en": "The survey opens on 1 February.|Nothing is built before the council has decided."
    "|The playground was built in 1987."
    "|Under the proposal, the new playground stands by the pond.",
    "fi": "Kysely alkaa helmikuussa.|Emme rakenna mitään ennen kuin lautakunta on päättänyt.",
    "ar": "لا نبني شيئا قبل أن تقرر اللجنة.|بني الملعب القديم عام 1987.",
    "so": "Waxba lama dhisayo ka hor inta guddigu go'aan gaarin.",
}
POLITICAL = {
    "sv": "Oppositionen röstade nej.|Glöm inte att rösta i valet i september.|M vill sänka avgiften."
    "|Läs på vansterpartiet.se."
    "|S och V röstade för förslaget.|Ge oss ditt förtroende i höst.",
    "en": "The left majority made this possible.|Remember to vote in the election.|The opposition voted no.",
    "fi": "Oppositio äänesti vastaan.|Muista äänestää vaaleissa.",
    "ar": "صوتت المعارضة ضد الاقتراح.",
    "so": "Mucaaradku waa diideen.",
}
IMPARTIAL = {
    "sv": "Västen finns i storlek S, M och L.|Rösta på din favoritbok.|Rösta på den bästa påsen i vår tävling."
    "|Håll i styret."
    "|Ett nytt parti påsar kommer.|Majoriteten av hushållen sorterar.|Håll till vänster vid bron."
    "|Valet av skola är ditt.|Höjden (m) står i tabellen.|Längd (m)|Volymen (l) är 10.|Temperatur (C)|Bredd (M)",
    "en": "Height (m) and volume (l).|Vote for your favourite book.|Sizes S, M and L are left."
    "|The majority of households sort.",
    "fi": "Äänestä suosikkikirjaasi.",
    "ar": "اتجه إلى اليسار عند الجسر.",
    "so": "Bidix u leexo.",
}
SPOKEN = (
    "Leif, parkarbetare: ”Vi har roligt på jobbet.”|”Jag trivs så bra här” – Anna Ek|– Jag skulle aldrig byta jobb."
    "|”Jag trivs.” Anna, sjuksköterska|Så berättar vår kollega om sin dag: Jag vaknar tidigt."
    "|Jag heter Anna och kör buss."
)
UNSPOKEN = (
    "En gammal regel säger: ”Den som spar han har.”|Lagen säger: ”Var och en har rätt att svara.”"
    "|Skriv: ”Vi ringer dig.”"
    "|Jag sorterar redan. Varför skriver ni till mig?|Läs ”Anna, min vän” på biblioteket."
    "|Öppet måndag – fredag, ring oss."
)


DECIDED = {
    "sv": "Nämnden har beslutat att alla får råden.|Nu har kommunfullmäktige sagt ja."
    "|Råden är beslutade av nämnden i maj.|I går antog Farsta stadsdelsnämnd planen.",
    "en": "The council has decided this.|It was approved by the district committee.",
    "fi": "Lautakunta on päättänyt asiasta.",
    "ar": "قررت اللجنة تنفيذ الخطة.",
    "so": "Guddiga ayaa go'aansaday arrintan.",
}
UNDECIDED = (
    "Vi har beslutat oss för att skriva kortare.|Regeringen har beslutat om lagen."
    "|Du får svar när nämnden har beslutat.|Vad har nämnden beslutat?|Nämnden har sitt möte i maj."
    "|Nämnden har inte beslutat något."
)


def each(told: dict[str, str]) -> list[tuple[str, str]]:
    return [(language, text) for language, texts in told.items() for text in texts.split("|")]


@pytest.mark.parametrize(("language", "text"), each(SETTLED))
def test_a_proposal_told_as_settled_is_found(language: str, text: str) -> None:
    assert contradictions("proposed", language, text)


@pytest.mark.parametrize(("language", "text"), each(OPEN))
def test_what_is_open_past_or_of_the_dialogue_is_let_pass(language: str, text: str) -> None:
    assert contradictions("proposed", language, text) == ()


def test_a_proposal_that_the_brief_has_not_is_found_and_an_advice_is_let_pass() -> None:
    assert contradictions("none_needed", "sv", "Kommunfullmäktige väntas besluta i maj.")
    assert contradictions("decided", "sv", "Inget är beslutat än.")
    assert contradictions("none_needed", "sv", "Vi föreslår att du ringer.") == ()
    assert contradictions("decided", "sv", "Nämnden ska besluta om taxan i maj.") == ()


@pytest.mark.parametrize(("language", "text"), each(DECIDED))
def test_a_decision_where_the_brief_needs_none_is_found(language: str, text: str) -> None:
    assert contradictions("none_needed", language, text)
    assert contradictions("decided", language, text) == ()


@pytest.mark.parametrize("text", UNDECIDED.split("|"))
def test_what_no_body_of_the_city_has_decided_is_let_pass(text: str) -> None:
    assert contradictions("none_needed", "sv", text) == ()


@pytest.mark.parametrize(("language", "text"), each(POLITICAL))
def test_a_party_or_an_election_is_found(language: str, text: str) -> None:
    assert political(language, text)


@pytest.mark.parametrize(("language", "text"), each(IMPARTIAL))
def test_sizes_contests_and_directions_are_no_politics(language: str, text: str) -> None:
    assert political(language, text) == ()


def test_the_election_committee_may_tell_people_to_vote_but_not_for_whom() -> None:
    assert political("sv", "Glöm inte att rösta i valet.", elections=False) == ()
    assert political("sv", "Rösta på Moderaterna i valet.", elections=False)


@pytest.mark.parametrize("text", SPOKEN.split("|"))
def test_somebodys_words_are_found_without_a_verb_too(text: str) -> None:
    assert spoken("sv", text) or spoken_in_block("sv", text)


@pytest.mark.parametrize("text", UNSPOKEN.split("|"))
def test_what_a_law_says_or_a_reader_asks_is_no_quotation(text: str) -> None:
    assert spoken("sv", text) is None
    assert spoken_in_block("sv", text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Vattnet är farligt, säger folk på nätet.", "Kanske är vattnet tillbaka redan i kväll.",
        "People online say that it is poisoned.", "According to rumours, two houses have no water.",
    ],
)  # fmt: skip
def test_a_rumour_and_a_guess_at_a_time_are_found(text: str) -> None:
    assert rumours(text)


@pytest.mark.parametrize(
    "text",
    [
        "Sprid inte rykten.", "Många undrar om vattnet är slut.",
        "Vi vet inte än. Vi berättar mer i kväll.", "Kanske behöver din granne hjälp.",
    ],
)  # fmt: skip
def test_what_is_not_known_may_be_said(text: str) -> None:
    assert rumours(text) == ()


def test_words_that_leave_somebody_out_are_found_and_names_are_not() -> None:
    for text in ("Våra gubbar tömmer kärlet.", "Den som lider av autism får hjälp.", "Alla mammor får en påse."):
        assert hits("gendered", "sv", text), text
    for text in (
        "Din mamma eller pappa kan hjälpa.",
        "Handikappförbunden har läst.",
        "Träden lider av torka.",
        "En förmån.",
    ):
        assert not hits("gendered", "sv", text), text
    assert hits("gendered", "en", "Foreigners can read this.")


@pytest.mark.parametrize(
    ("field", "value"),
    [("sources", "Google"), ("image_source", "Internet"), ("licence", "okänd"), ("anchored_with", "Ingen"),
     ("reference", "saknas"), ("print_reason", "Vi brukar göra så."), ("consent", "muntligt"), ("group", "alla"),
     ("verified_source", "inte bekräftat än"), ("minority_language_decision", "Ej aktuellt."), ("any", "n/a")],
)  # fmt: skip
def test_a_value_that_names_nothing_is_no_answer(field: str, value: str) -> None:
    assert is_no_answer(field, value)


@pytest.mark.parametrize(
    ("field", "value"),
    [("sources", "Stadens befolkningsregister"), ("licence", "CC0"), ("reference", "KS 2026/0001"),
     ("group", "alla hushåll"),
     ("print_reason", "Vi vill nå den som saknar e-post."), ("consent", "SLK 2026/0101"),
     ("anchored_with", "Kundservice"),
     ("minority_language_decision", "Nej, texten går till få och läses upp."), ("any", "Nej till nedskräpning")],
)  # fmt: skip
def test_a_value_that_names_something_is_an_answer(field: str, value: str) -> None:
    assert not is_no_answer(field, value)
    assert not is_unfinished(value)


def test_hours_and_answer_time_say_when() -> None:
    assert is_unfinished("to be decided")
    assert says_no_time("answer_within", "så snart vi kan", "sv")
    assert says_no_time("hours", "enligt överenskommelse", "sv")
    assert not says_no_time("answer_within", "två arbetsdagar", "sv")
    assert not says_no_time("hours", "dygnet runt", "sv")
    assert not says_no_time("answer_within", "kolmen arkipäivän kuluessa", "fi")


def test_a_district_is_abolished_from_a_day_on_and_a_part_of_the_city_stays() -> None:
    today, before = date(2027, 1, 18), date(2023, 6, 30)
    assert abolished_in("Alla i Rinkeby-Kista får ett brev.", today)
    assert not abolished_in("Alla i Rinkeby-Kista får ett brev.", before)
    assert not abolished_in("Kärl finns på Östermalm och i Hägersten-Älvsjö.", today)
    assert not abolished_in("Järva hette tidigare Rinkeby-Kista.", today)


def test_a_guarantee_is_found_and_a_promise_to_listen_is_not() -> None:
    assert guaranteed("Vi lovar att alla får ett kärl inom ett dygn.")
    assert guaranteed("Vi lovar att läsa alla svar.") is None
    assert guaranteed("Vi svarar inom två arbetsdagar.") is None


def test_people_are_seen_in_an_alternative_text_and_a_playground_is_empty() -> None:
    assert PERSONS.search("En man i rullstol läser")
    assert not PERSONS.search("Ett staket runt en lekplats")


SILENCING = (
    "Frågor från journalister får du inte svara på.|Med pressen ska ingen prata."
    "|Anställda får inte ge intervjuer till tidningar."
    "|Det är inte tillåtet att prata med journalister.|Please do not discuss this with reporters."
    "|You are not allowed to give interviews to the media.|Never comment on our work to the press."
    "|Älä vastaa toimittajien kysymyksiin.|Työntekijät eivät saa puhua medialle.|Warbaahinta ha la hadlin."
    "|Suxufiyiinta ha u jawaabin.|لا تتحدّث مع الصحافة.|يُمنع التحدث مع الصحافة.|لا يجوز لك التحدث إلى وسائل الإعلام."
    "|نرى من فتح الرسالة.|Waxaan aragnaa cidda furtay farriintan."
)
FREE = (
    "Med journalister får du prata.|Ingen får hindra dig att prata med medierna.|Pressen får vi svar till senare."
    "|Tidningen ska vi läsa i morgon.|Do not promise anything to a journalist.|You can speak to the press at any time."
    "|Voit puhua toimittajille.|Kukaan ei saa estää sinua puhumasta medialle.|Waad la hadli kartaa warbaahinta."
    "|يحق لك أن تتحدث إلى الصحفيين.|لا نرى من فتح الرسالة.|Ma aragno cidda furtay farriinta."
)


@pytest.mark.parametrize("text", SILENCING.split("|"))
def test_what_silences_or_follows_employees_is_found_in_every_language(text: str) -> None:
    assert unfree(text)


@pytest.mark.parametrize("text", FREE.split("|"))
def test_what_employees_may_do_is_let_pass(text: str) -> None:
    assert unfree(text) == ()


EMPTY_LINKS = (
    "Click here to find out more|Klicka här för att läsa mer|här hittar du mer information|read all about it here"
    "|napsauta tästä|tutustu tästä|لمعرفة المزيد|halkan riix si aad wax badan u ogaato"
)
NAMING_LINKS = (
    "här söker du skola|find out more about the park|anmäl dig till mötet|Hitta hit|lue ehdotus|halkan ka codso dugsi"
    "|اقرأ الاقتراح|att söka skola"
)


@pytest.mark.parametrize("text", EMPTY_LINKS.split("|"))
def test_a_link_that_only_asks_to_be_followed_names_nothing(text: str) -> None:
    assert names_nothing(text)


@pytest.mark.parametrize("text", NAMING_LINKS.split("|"))
def test_a_link_that_says_what_it_leads_to_is_let_pass(text: str) -> None:
    assert not names_nothing(text)


TO_COME = "(kompletteras)|(to be added)|(TÄYDENNETÄÄN)|(lisätään myöhemmin)|(يُستكمل لاحقًا)|(waa la buuxin doonaa)"
NOT_TO_COME = "(det kompletteras med kartor)|(we add more dates later)|(siihen lisätään kukkia)|(tarkista osoite)"


@pytest.mark.parametrize("text", TO_COME.split("|"))
def test_brackets_that_only_promise_to_be_filled_in_are_unfinished(text: str) -> None:
    assert unfinished_in(f"Exempelparken {text}.")


@pytest.mark.parametrize("text", NOT_TO_COME.split("|"))
def test_brackets_that_say_something_are_finished(text: str) -> None:
    assert unfinished_in(f"Exempelparken {text}.") == ()


@pytest.mark.parametrize("text", ["Återkommer", "FST 2027/XXXX", "SBN 2026/xx"])
def test_a_value_that_waits_for_another_is_unfinished(text: str) -> None:
    assert is_unfinished(text)


@pytest.mark.parametrize("text", ["Leo XX", "FST 2027/0001 (exempel)", "Vi återkommer med svar på tre språk"])
def test_a_value_that_answers_is_finished(text: str) -> None:
    assert not is_unfinished(text)
