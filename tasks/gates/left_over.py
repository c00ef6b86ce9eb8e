"""What programs and writers leave in a text: empty values, broken cells, notes, answers of a language model."""

import re

COUNTED = r"(?:kronor|kr|SEK|%|procent|per ?cent|hushåll|households|personer|people|dagar|days|timmar|hours|€|euro)"
GREETING = r"(?:Hej|Hejsan|Bästa|Kära|Hi|Hello|Dear|Hei|Hyvä|Salaan|مرحبًا|مرحبا)"
NOTHING = r"(?:None|nan|NaN|NaT|null|NULL|undefined|N/A|FALSE|TRUE)"
EMPTY_VALUE = re.compile(
    rf"\b{GREETING}\s+{NOTHING}(?!\w)|(?<=[^\W\d_] )None(?=[.,!?;:]|$)|(?<!\w)(?:nan|None|NaT)(?=\s?{COUNTED}(?!\w))"
    r"|(?<!\w)(?:den|kl\.?|klockan|on|at|by|kostar|costs|är|is|till|av|of)\s+(?:nan|NaT|None)(?=[\s.,!?]|$)"
    r"|#(?:REF|N/A|NAME|VALUE|DIV/0|NUM|NULL|SPILL|CALC|FIELD|REFERENS|SAKNAS|VÄRDEFEL|NAMN|DIVISION/0|OGILTIGT"
    r"|SKÄRNING|VIITTAUS|PUUTTUU|ARVO|JAKO/0|NIMI)[!?]?|\[object \w+\]"
    r"|(?P<sign>@@|%%|##|\^\^|\$\$)[^\W_][\w .-]{0,40}(?P=sign)"
)
"""What stands where a program had no value, and the marks of mail merges."""
OF_THE_TEXT = (
    r"(?:(?:detta|det här|den här)(?=\s*(?:[.!?:)]|$|innan|före|sen\b|senare))"
    r"|(?:hela |rätt )?(?:datumet|texten|rubriken|ingressen|stycket|meningen|siffran|siffrorna|ämnesraden|brödtexten"
    r"|formuleringen|platshållaren|namnet här|bilden här|länken här))(?!\w| (?:på|i|för) (?:din|ditt|dina|er|ert"
    r"|era)\b)"
)
EDITED = (
    r"(?:ändra|byta?(?: ut)?|uppdatera|(?:dubbel)?kolla(?: upp)?|kontrollera|justera|stryka?|rätta(?: till)?|skriva? om"
    r"|formulera om|komplettera|fylla? i)"
)
THING = (
    r"(?:(?:exakt )?datum(?:et)?|tid(?:en)?|plats(?:en)?|lokal(?:en)?|klockslag(?:et)?|pris(?:et)?|adress(?:en)?"
    r"|länk(?:en)?"
    r"|program(?:met)?|mer text)"
)
SHOWN = r"(?:date|time|place|venue|address|price|link|programme|program|location)s?"
NOTE_TO_ONESELF = re.compile(
    rf"(?<!\w){EDITED}\s+{OF_THE_TEXT}|^{THING}(?: och {THING})?\s+(?:meddelas|kommer|anges|fylls i|läggs till"
    rf"|tillkommer)"
    r"\s+(?:senare|inom kort|snart|framöver|så småningom)(?! (?:i|på|via|per|när|av|till|under|efter|genom|vid)\b)"
    rf"|^(?:the )?(?:exact )?{SHOWN}(?: and {SHOWN})?\s+(?:will be|to be|is|are)\s+(?:to be )?(?:announced|confirmed"
    rf"|decided"
    r"|added|determined|communicated|provided|filled in)\b(?!\s+(?:by|on|in|to|at|with)\b)"
    r"|^(?:päivämäärä|aika|paikka|ajankohta)\s+(?:ilmoitetaan|vahvistetaan|tarkentuu|lisätään)\s+myöhemmin"
    r"|(?<!\w)(?:change|update|replace|fix|rewrite|verify)\s+(?:this(?=\s*(?:[.!?:)]|$|before|later))"
    r"|the (?:wording|headline|subject line|paragraph|sentence|placeholder)\b)"
    r"|(?<!\w)(?:note to self|anteckning till mig själv|minnesanteckning|att göra:|todo\b)"
    r"|\(\s*(?:utkast|draft|luonnos)\s*\d*\s*\)|^(?:utkast|draft|luonnos)\s*\d*\s*[:–-]",
    re.IGNORECASE,
)
KIND_OF_TEXT = (
    r"(?:text|brev|mejl|mail|e-post|sms|rubrik|formulering|inlägg|utskick|ämnesrad|meddelande|ingress|version"
    r"|översättning"
    r"|sammanfattning|utkast)\w*"
)
CHANGED = r"(?:kortare|längre|omarbetad|omskriven|förkortad|reviderad|förbättrad|uppdaterad|enklare|mer \w+)"
WORK = r"(?:draft|version|rewrite|revision|rewritten|revised|shortened|shorter|improved|polished|translation|summary)"
ANSWER_OF_A_MODEL = re.compile(
    r"^(?:absolut|självklart|visst|givetvis|naturligtvis|javisst)\s*[!.,]\s+(?:här|nedan)\s+(?:är|kommer|följer"
    r"|har du)\b"
    rf"|\bhär (?:är|kommer|följer|har du) (?:ett|en|mitt|min) (?:\w+ ){{0,2}}?(?:förslag (?:på|till) (?:en "
    rf"|ett )?(?:\w+ )?"
    rf"{KIND_OF_TEXT}|utkast|{CHANGED} (?:\w+ )?{KIND_OF_TEXT})"
    r"|\bsom (?:en )?(?:AI(?:-\w+)?|(?:stor )?språkmodell|artificiell intelligens)\b(?=,? (?:har|kan|är|saknar) jag"
    r"|,? (?:jag|kan))"
    r"|\b(?:AI-)?språkmodell(?:en)? (?:kan|har) (?:jag|inte)"
    r"|\bsäg (?:bara )?till om du vill (?:att jag|ha (?:en|ett) (?:annan|annat|kortare|längre|mer))"
    r"|\bvill du att jag (?:gör|skriver|kortar|ändrar|anpassar|översätter|formulerar|lägger)\b"
    r"|\bjag kan (?:också |även |gärna )?(?:göra|skriva om|anpassa|korta|översätta) (?:texten|brevet|mejlet|den|en)\b"
    r"|^(?:certainly|sure|sure thing|of course|absolutely|great)\s*[!.,]\s+(?:here|below)(?:['’]s| is| are)\b"
    rf"|\bhere(?:['’]s| is) (?:a|an|the|your|my) (?:\w+ ){{0,3}}?{WORK}\b(?: of| for|:|$| version)"
    r"|\bas an? (?:AI|large language model|language model|artificial intelligence)\b"
    r"|\blet me know if you(?:['’]d| would)? (?:like|want|need) (?:me to|any (?:changes|adjustments|edits|further)"
    r"|a (?:shorter"
    r"|longer|different)|it )|\bwould you like me to\b|\bknowledge cut-?off\b|\bmy (?:last"
    r"|latest) (?:knowledge )?update\b"
    r"|\btekoälynä\b|\bkielimallina\b|\btässä on (?:luonnos|ehdotus tekstiksi)|بصفتي نموذج|كنموذج لغوي|بالتأكيد! إليك"
    r"|【\d|\boaicite\b|\bturn\d+(?:search|view)\d+",
    re.IGNORECASE,
)
"""What somebody copied from a language model without reading it: its promises, its offers, its name for itself."""
MONTH = (
    r"(?:januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december|January|February|March"
    r"|May|June|July|August|October|December)"
)
NOT_FILLED_IN = re.compile(
    rf"(?<!\w)(?:[Dd]en|[Ss]enast|[Tt]ill|[Ff]öre|on|by|before) [XYN] {MONTH}|(?<!\w)[XYN](?:th)? {MONTH}(?!\w)"
    r"|(?<!\w)(?:[Bb]ilaga|[Aa]ppendix|[Aa]nnex|[Ss]idan|[Ii] rum) [XY](?![\w-])"
    rf"|(?<!\w){GREETING}\s+(?:NAMN|FÖRNAMN|NAME|FIRST ?NAME|NIMI|ETUNIMI|MAGAC)(?!\w)"
    r"|(?<!\w)(?:ÄNDRA|SKRIV|KOLLA|BYT|UPPDATERA|KOMPLETTERA|INFOGA|CHANGE|EDIT|FIX|CHECK|INSERT)(?: [A-ZÅÄÖ]+)?"
    r" (?:HÄR|DETTA|HERE|THIS)(?!\w)"
)
"""Letters that hold a place for a day, a number or a name, and orders in capitals to fill something in."""
MADE_UP = re.compile(
    rf"(?:(?<!\w){GREETING}|(?<!\w)(?:[Ff]råga|[Kk]ontakta|[Rr]ing|[Mm]ejla|[Nn]amn:|[Hh]andläggare:?|[Hh]älsningar,?|Ask"
    r"|Contact|Call)) (?:Kalle Anka|Musse Pigg|Donald Duck|Mickey Mouse|Aku Ankka)(?!\w)"
    r"|(?<!\w)Test(?:gatan|vägen|gränd|torget|staden?|kommunen?)(?!\w)"
)
"""People and places that are used to try something out."""
BEFORE_NUMBER = r"(?<![\d+])(?:(?:\+|00)46[ -]?(?:\(0\)[ -]?)?|0)"
FICTIONAL = re.compile(
    rf"{BEFORE_NUMBER}(?:7[ -]?0[ -]?1[ -]?7[ -]?4[ -]?0[ -]?6[ -]?(?:0[ -]?[5-9]|[1-9][ -]?\d)"
    r"|3[ -]?1[ -]?3[ -]?9[ -]?0[ -]?0[ -]?6[ -]?\d[ -]?\d|4[ -]?0[ -]?6[ -]?2[ -]?8[ -]?0[ -]?4[ -]?\d[ -]?\d"
    r"|9[ -]?8[ -]?0[ -]?3[ -]?1[ -]?9[ -]?2[ -]?\d[ -]?\d)(?!\d)"
)
"""Numbers that the Post and Telecom Authority (PTS) keeps for films and books. Those of Stockholm, 08-465 004 00 to
99, are let pass: they are the examples of our own campaigns."""
CHECKED = (
    r"(?:kollas|kontrolleras|dubbelkollas|faktakollas|faktagranskas|stämmas av|godkännas|bekräftas|ses över|läsas"
    r"|granskas|uppdateras|kompletteras|ändras)"
)
ASKED_OF_COLLEAGUES = re.compile(
    r"(?<!\w)(?:infoga|klistra in|stoppa in|sätt in) (?:[\w-]+ ){1,6}här(?!\w)"
    r"|(?<!\w)insert (?:[\w'’-]+ ){1,6}here(?!\w)"
    r"|(?<!\w)(?:lägg|skriv) (?:till |in )?(?:ett )?citat (?:[\w-]+ ){0,4}här(?!\w)"
    rf"|(?<!\w)(?:behöver|måste|ska|bör) (?:\w+ )?{CHECKED}\b[^.!?\n]{{0,40}}\b(?:före|innan|inför)"
    r" (?:utskick\w*|publicering\w*|tryck\w*|vi (?:skickar|publicerar))"
    rf"|\([^()]{{0,40}}(?:behöver|måste|ska|bör) (?:\w+ )?{CHECKED}(?=[^()]{{0,60}}\))"
    r"|\([^()]{0,40}(?:needs?|must|should|has) (?:to )?be (?:checked|confirmed|verified|approved|reviewed)"
    r"(?=[^()]{0,60}\))"
    r"|(?<!\w)(?:lisää|kirjoita) (?:[\w-]+ ){1,4}tähän(?!\w)"
    r"|\([^()]{0,40}(?:tarkistettava|varmistettava)[^()]{0,60}\)",
    re.IGNORECASE,
)
"""What a writer asks of colleagues: to put something in, or to check it before it is sent."""
TO_COME = re.compile(
    r"\(\s*(?:(?:detta |det här |texten )?(?:kompletteras|fylls i|läggs in|kollas(?: upp)?|stäms av)"
    r"|to be (?:added|filled in|completed|written|checked|confirmed)"
    r"|täydennetään|täydennä|lisätään|lisää|kirjoitetaan|tarkistetaan|tarkista"
    r"|(?:waa )?la (?:buuxin|dhammaystiri|xaqiijin|qori) doon\w+"
    r"|(?:[تي]\u064f?(?:ستكمل|ضاف|راجع|كتب)|س[تي]\u064f?(?:ستكمل|ضاف|راجع|كتب)))"
    r"(?:\s+(?:senare|efterhand|sen|snart|later|soon|myöhemmin|vielä|pian|hadhow|لاحق\u064b?ا\u064b?|قريب\u064b?ا\u064b?))?"
    r"\s*[.!…]?\s*\)",
    re.IGNORECASE,
)
"""Brackets that hold nothing but a promise to write what stands there: (kompletteras), (täydennetään)."""
FORMS = (
    EMPTY_VALUE,
    ASKED_OF_COLLEAGUES,
    NOTE_TO_ONESELF,
    ANSWER_OF_A_MODEL,
    NOT_FILLED_IN,
    TO_COME,
    MADE_UP,
    FICTIONAL,
)
