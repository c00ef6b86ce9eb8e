"""What shows that a text is not finished: placeholders, filler, notes to oneself, and days and hours that are none."""

import re
from functools import lru_cache

from tasks.gates import left_over
from tasks.gates.impossible_times import impossible_in

UNRESOLVED = re.compile(
    r"\{\{.{0,300}?\}\}|\{\{|\}\}|\{%.{0,300}?%\}|\$?\{[\w .åäöÅÄÖ-]+\}|\(\([^()]*\)\)|\[\[|\]\]"
    r"|\[[^\[\]\d][^\[\]]{0,300}\](?!\()|\[\](?!\()"
    r"|\[[^\[\]]{0,80}[^\W\d_][^\[\]]{0,80}\](?!\()|<<[^<>]*>>|<[^\W\d_][\w .-]{0,40}>|«[^\W\d_][\w-]{0,30}»"
    r"|%[^\W\d]{2,40}%|#[A-ZÅÄÖ_]{3,30}#|\*?\|[A-Z][A-Z_]{2,30}\|\*?|\$[A-Za-zåäöÅÄÖ_]\w{2,40}"
)
MARK_UP = re.compile(
    r"<!--.{0,300}?(?:-->|$)|</?[A-Za-z][\w-]{0,30}(?:\s+[\w:-]{1,40}\s*=\s*(?:\"[^\"<>]{0,300}\"|'[^'<>]{0,300}'"
    r"|“[^”<>]{0,300}”|[^\s<>\"']{1,300}))+\s*/?>|</[A-Za-z][\w-]{0,30}\s*>|<[A-Za-z][\w-]{0,30}\s*/>"
    r"|&(?:amp;)*(?:nbsp|amp|quot|apos|shy|ndash|mdash|hellip|laquo|raquo|[aouAOU]uml|[aA]ring|[eE]acute"
    r"|#\d{1,6}|#x[\da-fA-F]{1,5});"
)
"""HTML that is printed as it was written."""
UNFINISHED = re.compile(
    r"\b[Xx]{2,}\b|(?<=\d)[Xx]{2,}\b|_{3,}|(?<!\S)_{2,}(?!\S)|\.{4,}|…{2,}|\?{3,}|(?<!\S)\?{2,}(?=[.,;:!)]|\s|$)"
    r"|\b(?:TEST|TODO|FIXME|TBC|TBD|TBA|UTKAST|DRAFT|FYLL I"
    r"|NN)\b|\bN\.\s?N\.?(?!\w)"
    r"|\b(?:ÅÅÅÅ|YYYY|yyyy|åååå)[-/.](?:MM|mm)|\b(?:DD|dd)[-/.](?:MM|mm)\b|\b(?:undefined|NaN|null)\b"
    r"|\btest\b(?=\s+test\b)"
    r"|\b0\d{1,2}[- ]?(?:0{2,3}[ ]?00[ ]?00|1 ?2 ?3 ?4 ?5 ?6 ?7(?: ?8)?)\b"
    r"|\(\s*(?:datum|namn|plats|tid|länk|belopp|adress|telefon|fyll i|infoga"
    r"[^()]*|date|name|place|time|link|amount|insert[^()]*|pvm|nimi|paikka)\s*\)"
)
FILLER = re.compile(
    r"\b(?:lorem|ipsum|dolor sit amet|asdf\w*|qwerty\w*|foo ?bar|bla ?bla\w*|blah|dummy(?:text)?|(?:exempel"
    r"|test|prov|fyll|sample"
    r"|dummy|platshållar|filler)[- ]?text(?:en)?|test(?:data|mejl|mail|utskick|rad|rubrik|brev|meddelande"
    r"|inlägg|person(?:en)?|sson)"
    r"|test[- ](?:message|mail|letter|e-mail|email|data|person|user)|testi(?:teksti|viesti)|esimerkkiteksti"
    r"|qoraal tijaabo"
    r"|(?:det här|detta) är (?:bara )?ett test|(?:this|it) is (?:only |just )?a test|tämä on (?:vain )?testi"
    r"|waa tijaabo"
    r"|fyll i (?:här|senare|datum|namn|text|plats|siffra|siffror|rätt \w+)|(?:skriv|infoga|klistra in"
    r"|sätt in) (?:din |en )?"
    r"(?:text|rubrik|datum|namn|länk)(?: här)?|(?:din |mer )?(?:text|rubrik|länk|bild) (?:här|kommer(?: här"
    r"| senare)?)(?=[\s.!)]|$)"
    r"|(?:insert|add|your|enter) (?:text|name|date|link|title|heading) here|text goes here|text to come"
    r"|kompletteras senare"
    r"|kirjoita tähän|lisää tähän|teksti tähän|täydennä myöhemmin|halkan ku qor|John Doe|Jane Doe|Joe Bloggs"
    r"|Matti Meikäläinen"
    r"|(?:Kalle|Anna|Test) Test|First ?name Last ?name|Förnamn Efternamn|Etunimi Sukunimi|Namn Namnsson"
    r"|Exempel Exempelsson|Svensson Svensson)\b"
    r"|(?:نص تجريبي|هذا اختبار|لوريم|اكتب هنا|أدخل (?:النص|الاسم|التاريخ)|نص هنا)"
    r"|\b(?:Fel! (?:Hittar inte referenskälla|Bokmärket är inte definierat|Använd fliken)"
    r"|Error! (?:Reference source not found|Bookmark not defined|Use the Home tab)"
    r"|Virhe\. Viitteen lähdettä ei löytynyt)"
    r"|^\W*(?:test(?:ing|ar)?|rubrik|titel|title|heading|text|ämnesrad|ingress|brödtext"
    r"|subject)\W{0,20}\d{0,20}\W{0,20}$"
    r"|\btest ?[123]\b",
    re.IGNORECASE,
)
TEST_ADDRESS = re.compile(
    r"\b(?:test\w*|exempel|example|foo|asdf|xxx+|namn\.efternamn|f[oö]rnamn\.efternamn|user|john\.doe"
    r"|din\.?epost|name)@\S+"
    r"|[^\s@]{1,64}@(?:test|exempel|domain|dom[aä]n|mail)\.\w+|\bexample\.(?:com|org|net)\b|\bexempel\.se\b"
    r"|\bdin(?:sida"
    r"|domän)\.se\b",
    re.IGNORECASE,
)
NO_HOUR = re.compile(
    r"(?<!och )(?<!till )(?<!and )(?<!– )(?<!–)\b(?:[Kk]l\.? ?|klo |at )00[.:]00\b"
    r"(?!\s*(?:på )?(?:natten|midnatt|till|och|den natt|–|-|midnight|to |and ))"
)
COUNTED = (
    r"(?:arbets|vecko|bank)?dagar|dygn|veckor|månader|timmar|minuter|år|kronor|kr|procent|%|personer|hushåll"
    r"|(?:working |business )?days|weeks|months|hours|minutes|years|per ?cent|people|päivää|viikkoa|kuukautta|tuntia"
)
NO_NUMBER = re.compile(rf"\b[XNY]\s?(?:{COUNTED})(?!\w)|\b555[- ]01\d\d\b")
SENDING = r"(?:utskick\w*|publicering\w*|tryck(?:et|ning\w*)?|godkännande\w*|utsändning\w*)"
OFFICE = r"(?:Kund|Kontakt|Stad|Stockholm|\w+(?:kontoret|förvaltningen|nämnden|service|center|verket|kassan|bolaget)\b)"
NOT_BUILT = r"(?! (?:en|ett|två|tre|fyra|nya?|fler|många|\d+)\b(?! (?:text|datum|rubrik|namn|siffra|bild|länk|mening)))"
NOTE = re.compile(
    r"\b(?i:uppdatera|kontrollera|(?:dubbel)?kolla|stäm av|ändra|byt|justera|fyll i|komplettera|lägg in)\b"
    rf"[^.!?\n]{{0,60}}\b(?:före|innan|inför)\s+{SENDING}\b"
    r"|\b(?i:update|check|verify|confirm|change|fill in)\b[^.!?\n]{0,60}"
    r"\bbefore (?:publishing|publication|printing|we (?:send|publish)|it goes out|sending(?=\W*$))\b"
    r"|\b(?i:kolla|dubbelkolla|stäm av|stäms av|check|verify|confirm) (?:\w+ )?(?:med|with) "
    rf"(?!{OFFICE})[A-ZÅÄÖ][a-zåäöé]+\b"
    rf"|\b(?i:här ska(?:ll)? det stå)\b{NOT_BUILT}"
    r"|\b(?i:här ska(?:ll)? (?:det )?in\b|text(?:en)? ska (?:in|stå) här|should (?:say|read) something"
    r"|text should go here)"
)
"""Notes to oneself that were left in the text."""


@lru_cache(maxsize=8192)
def unfinished_in(sentence: str) -> tuple[str, ...]:
    """Return what is unfinished in a sentence, each excerpt once."""
    forms = (UNRESOLVED, MARK_UP, UNFINISHED, FILLER, TEST_ADDRESS, NO_HOUR, NO_NUMBER, NOTE, *left_over.FORMS)
    found = (match.group() for form in forms for match in form.finditer(sentence))
    return tuple(dict.fromkeys((*found, *impossible_in(sentence))))
