"""How a text tells employees not to speak to the press, in each language of the city's texts."""

import re
from collections.abc import Iterator

PRESS = (
    r"(?:medier\w*|media|press(?:en)?|journalist\w*|reporter|reportrar\w*|tidning\w*|the press|the media|reporters?"
    r"|newspapers?)(?!\w)"
)
SPEAK = (
    r"(?:prata|tala|svara|uttala (?:dig|er|sig)|yttra (?:dig|er|sig)|gå|kontakta|kommentera|tipsa|vänd (?:dig|er)"
    r"|diskutera|ge intervjuer)"
)
SAID = r"(?:talk|speak|answer|respond|go|write|discuss|comment|give (?:\w+ )?interviews?)"
IN_SWEDISH = (
    rf"{SPEAK} (?:inte|aldrig) (?:\w+ ){{0,3}}?{PRESS}"
    rf"|(?:du|ni|man|medarbetare|anställda) (?:får|ska|bör|kan) (?:inte|aldrig) (?:\w+ )?{SPEAK}"
    rf" (?:\w+ ){{0,3}}?{PRESS}"
    rf"|ingen (?:av (?:oss|er) )?(?:får|ska|bör) (?:\w+ )?{SPEAK} (?:\w+ ){{0,3}}?{PRESS}"
    rf"|bara \w+ (?:får|ska) {SPEAK} (?:\w+ ){{0,3}}?{PRESS}"
    rf"|{PRESS} (?:får|ska|bör) (?:du|ni|man|vi|medarbetare|anställda|ingen) (?:(?:inte|aldrig) )?"
    rf"(?:\w+ )?{SPEAK}(?!\w)"
    rf"|(?:förbjudet|inte tillåtet|otillåtet) (?:för \w+ )?att {SPEAK} (?:\w+ ){{0,3}}?{PRESS}"
)
IN_ENGLISH = (
    r"(?:do not|don['’]t|never|(?:you|employees|nobody|staff) (?:must|may|should|can)(?: not|not)?"
    rf"|you (?:cannot|can['’]t)) {SAID} (?:to |with )?(?:\w+ ){{0,4}}?{PRESS}"
    rf"|(?:not allowed|not permitted|forbidden) to {SAID} (?:to |with )?(?:\w+ ){{0,4}}?{PRESS}"
)
IN_FINNISH = (
    r"(?:älä|älkää|et saa|ette saa|ei saa|eivät saa|emme saa) (?:puhu\w*|vastaa|vastatko|vastata|kommentoi\w*"
    r"|keskustele\w*|keskustella|anna haastattelu\w*|antaa haastattelu\w*)"
    r" (?:\w+ ){0,2}?(?:media\w*|toimittaj\w*|lehdis\w*|lehdille|tiedotusväline\w*)"
)
PRESS_IN_SOMALI = r"(?:s[au]xufi\w*|saxaafad\w*|warbaahin\w*|wargeys\w*)"
IN_SOMALI = (
    rf"(?:ha (?:la |u |ka )?(?:hadlin|hadlina|jawaabin|jawaabina)|inaadan (?:la |u )?(?:hadlin|jawaabin))"
    rf" (?:\w+ ){{0,2}}?{PRESS_IN_SOMALI}"
    rf"|{PRESS_IN_SOMALI} (?:\w+ ){{0,2}}?(?:ha (?:la |u |ka )?(?:hadlin|hadlina|jawaabin|jawaabina)"
    r"|inaadan (?:la |u )?(?:hadlin|jawaabin))"
)
PRESS_IN_ARABIC = r"(?:و|ب|ل|لل|مع |إلى |على |عن )?(?:ال)?(?:صحفي\w*|صحافي\w*|صحافة|صحف|إعلام\w*|وسائل الإعلام)"
IN_ARABIC = (
    r"(?:لا (?:تتحدث\w*|تتكلم\w*|تجب|تجيبوا|ترد|تردوا|تصرح\w*|تعلق\w*)"
    r"|(?:لا يجوز|لا يحق|لا يسمح|يمنع|يحظر|ممنوع)(?: (?:لك|لكم|للموظفين|على الموظفين|عليك|عليكم))?"
    r" (?:أن تتحدث\w*|أن تتكلم\w*|أن يتحدث\w*|التحدث|التكلم|الحديث|الرد|التصريح))"
    rf" (?:\w+ ){{0,2}}?{PRESS_IN_ARABIC}"
)
SILENCED = re.compile(rf"(?<!\w)(?:{IN_SWEDISH}|{IN_ENGLISH}|{IN_FINNISH}|{IN_SOMALI}|{IN_ARABIC})", re.IGNORECASE)
PERMITTED = re.compile(r"(?<!\w)(?:you|employees|staff) (?:may|can) (?!not)", re.IGNORECASE)
FRONTED = re.compile(rf"{PRESS} (?:får|ska|bör) (?:du|ni|man|vi|medarbetare|anställda) (?!inte|aldrig)", re.IGNORECASE)
"""“Med journalister får du prata”: what may be done, with its object first."""


def silences(sentence: str) -> Iterator[re.Match[str]]:
    """Yield where a sentence tells employees not to speak to the press; what they may do is let pass."""
    for found in SILENCED.finditer(sentence):
        if not PERMITTED.match(found[0]) and not FRONTED.match(found[0]):
            yield found
