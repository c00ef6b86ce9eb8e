"""How a text says in each language that something is settled, and what shows that it is not meant so.

``settled``: a decision is told as taken; a word of ``asks`` shortly before it makes it a question, a condition or a no.
``certain``: something will come, or is coming; the group ``verb`` is what.
``hedges``: the sentence says itself that this is a proposal, a wish or a condition.
``practical``: verbs of the consultation itself, such as reading the answers and holding a meeting, which are certain.
``neutral``: verbs that are practical where a word of ``about`` stands in the sentence.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class DecisionWords:
    """The patterns of one language."""

    settled: re.Pattern[str]
    certain: re.Pattern[str]
    hedges: re.Pattern[str]
    asks: re.Pattern[str]
    practical: re.Pattern[str]
    neutral: re.Pattern[str]
    about: re.Pattern[str]


def _words(**patterns: str) -> DecisionWords:
    return DecisionWords(**{name: _compiled(pattern) for name, pattern in patterns.items()})


def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern of whole words; what stands on several lines is joined, a space is any white space."""
    joined = "".join(line.strip() for line in pattern.splitlines())
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)".replace(" ", r"\s+"), re.IGNORECASE)


CHANGE = (
    "(?:bygg|anlägg|riv|sälj|stäng|fäll|gräv|hög|inför|öppn|rust|renover|skap|planter|flytt|lägg|gör|ta|hö[jg]|sänk|ersätt"
    "|utök|byt|placer|sätt|asfalter|start|börj|påbörj|genomför|förbättr|bredd|avskaff|ändr|förändr|utveckl|utvidg|inred"
    "|invig|install|installer|moderniser|restaurer|etabler|omvandl|omdan|bebygg|täpp|snygg|fräsch|lys|spärr|smaln|bort"
    "|förtät|möblera?|utrust|ställ|inled|dra|tas?|få|bli|ha|finn|komm|växa|försvinn)"
)
INFINITIVE = rf"{CHANGE}(?:as?|ras?|ma|na|nas|)"
PRESENT = (
    "byggs|anläggs|rivs|säljs|stängs|fälls|grävs|införs|öppnas|rustas|renoveras|skapas|planteras|flyttas|läggs (?:ner|ned|om)"
    "|görs om|tas bort|tas i bruk|höjs|sänks|ersätts|utökas|byts ut|sätts upp|ställs ut|asfalteras|påbörjas|inleds"
    "|genomförs|förbättras|breddas|avskaffas|utvecklas|utvidgas|invigs|installeras|moderniseras|restaureras|omvandlas"
    "|bebyggs|försvinner|snyggas upp|fräschas upp|dras in|får plats"
)
ACTIVE = (
    "bygger|anlägger|river|säljer|stänger|fäller|gräver|inför|öppnar|rustar|renoverar|skapar|planterar|flyttar"
    "|lägger (?:ner|ned|om)|gör om|tar bort|höjer|sänker|ersätter|utökar|byter ut|sätter upp|asfalterar|genomför|breddar"
    "|avskaffar|installerar|moderniserar|restaurerar|omvandlar|utvecklar|utvidgar|satsar"
)
US = r"vi|staden|kommunen|stockholms stad|\w*nämnden|\w*förvaltningen|\w*kontoret|bolaget|politikerna"

WORDS = {
    "sv": _words(
        settled=r"""(?:har|hade|är|blev|blivit) (?:\w+ ){0,3}?(?:beslutat|beslutad|beslutade|beslutats|bestämt|bestämd|
            bestämda|bestämts|godkänt|godkänts|godkänd|fastställt|fastställts|fastställd|antagit|antagits|antagen|klubbat|
            klubbats|klubbad|klubbat igenom|avgjort|avgjord|fattat beslut|fattat beslutet|tagit beslut|sagt ja)
            |beslut(?:et)? (?:är|har) (?:nu )?(?:fattat|fattats|taget|tagits|klart|definitivt)
            |(?:beslutade|bestämde|klubbade|godkände|antog|röstade igenom)|^(?:nu är det )?(?:beslutat|bestämt|klart)
            |det är (?:nu )?(?:klart|klubbat|avgjort|säkert)|allt är klart|står klart?a?|byggstart\w*|första spadtaget
            |(?:bygget|arbetet|ombyggnaden|byggnationen|byggarbetet|upprustningen|renoveringen|rivningen|anläggningen|
            planteringen) (?:\w+ )?(?:börjar|startar|inleds|påbörjas|pågår|sker|är klart?)
            |(?:börjar|startar|inleds|påbörjas) (?:bygget|arbetet|ombyggnaden|upprustningen|renoveringen|rivningen)
            |(?:börjar|startar) (?:vi |staden )?(?:bygga|riva|gräva|anlägga|rusta)""",
        certain=rf"""kommer (?:\w+ ){{0,4}}?att (?:(?:inte|också|snart|äntligen|nu|även|helt|bara) )*(?P<verb>\w+)
            |kommer (?:\w+ )?(?P<bare>byggas|anläggas|rivas|rustas|renoveras|införas|bli|få|finnas|bygga|stängas)
            |sk(?:a|all) (?:\w+ ){{0,4}}?(?P<shall>{INFINITIVE})|sk(?:a|all) (?:\w+ )?(?P<stays>(?:vara|stå|ligga|bli) kvar)
            |kommer (?P<comes>upp|på plats|till stånd)|^så (?P<so>blir) (?:nya|det|\w+parken|\w+torget)
            |(?P<present>{PRESENT})
            |(?:{US}) (?:\w+ )?(?P<active>{ACTIVE})|(?P<turned>{ACTIVE}) (?:{US})
            |(?P<gets>får) (?:\w+ ){{0,2}}?(?:en ny|ett nytt|ny|nya|nytt|fler|bättre|större|mer)
            |(?P<becomes>blir) (?:(?:en|ett|det|av|snart|äntligen|mycket) )*
            (?:ny|nya|nytt|fler|bättre|större|finare|tryggare|grönare|klart?a?|färdigt?a?|bilfri\w*|ombygg\w+|upprusta\w+|av)
            |(?P<there>blir det) (?:en|ett|nya|fler|ny|nytt)""",
        hedges=r"""föreslå\w*|kan komma att|skulle|kanske|eventuellt|möjligen|planerar|planeras|hoppas|önskar|tycker du
            |(?:i|enligt|med) (?:vårt |stadens |det här |detta |nämndens )?förslag(?:et)?
            |(?:förslaget|idén|tanken|planen|utkastet|skissen|önskemålet|frågan) (?:är|innebär|handlar|gäller|går ut|visar|betyder)
            |förslag (?:att|om|på|till)|vi vill (?!berätta|informera|meddela|tala om|tacka|säga|visa)\w+|tänker
            |(?:om|ifall|först när) (?:\w+ ){1,4}?(?:säger ja|beslutar|beslutat|godkänner|antas|antar|bestämmer|går igenom|
            blir av|genomförs|vill)""",
        asks=r"inte|inget|inga|ingenting|ännu|aldrig|innan|vad|vilka|vilket|vilken|om|ifall|när|tills|hur|varför|att inget|efter",
        practical=r"""läsas?|svaras?|berättas?|redovisas?|sammanställas?|samlas?|skickas?|publiceras?|presenteras?|visas?|
            lyssna|ringas?|kontaktas?|höras?|informeras?|meddelas?|hållas?|beslutas?|bestämmas?|avgöras?|fattas?|behandlas?|
            besvaras?|återkomma|återkoppla|träffas?|mötas?|bjudas?|diskuteras?|prata|tala|frågas?|prövas?|beredas?|granskas?|
            titta|skrivas?|lämnas?|tycka|tänka|kunna|veta|föra|erbjudas?|delas?|översättas?|utvärderas?|följas?""",
        neutral=r"""vara|finnas|bli|blir|få|får|ha|ske|börja|starta|öppna|öppnas|öppnar|stänga|stängas|stänger|stängs|pågå|
            genomföras?|genomförs|genomför|komma|göras?|ta|tas|lägga|läggas|ställas?|inleds|inledas|påbörjas|dras?""",
        about=r"""\w*möte\w*|samråd\w*|\w*dialog\w*|enkät\w*|svar\w*|synpunkt\w*|fråg\w*|åsikt\w*|återkoppling\w*|beslut|
            beslutet|utställning\w*|kaffe|fika|tolk\w*|personal\w*|sidan|webbsidan|e-tjänst\w*|brev\w*|meddelande\w*|
            blankett\w*|klockan|logotyp\w*|veta|hänsyn|ställning|tyckt|tycker|tyck""",
    ),
    "en": _words(
        settled=r"""(?:has|have|had|is|was|are|were) (?:\w+ ){0,2}?(?:decided|approved|adopted|agreed|settled|confirmed)
            |has been (?:decided|approved|adopted|settled)|(?:decided|approved|agreed|voted) (?:to|that|the|on)
            |(?:the )?decision (?:is|has been) (?:made|final|taken)|given the go-ahead|^decided|got the green light
            |(?:construction|building|works?|rebuilding|demolition|renovation) (?:starts?|begins?|is under way|will)""",
        certain=r"""(?:will|shall|we'll|it'll|(?:is|are) going to|(?:is|are) about to) (?:(?:not|also|soon|finally|now|all|then) )*
            (?:be )?(?:(?:newly|completely|fully) )?(?P<verb>\w+)
            |(?:is|are) being (?P<being>built|rebuilt|removed|renovated|planted|moved|closed|opened|created|torn|demolished|
            introduced|replaced|installed|improved|widened)
            |(?:is|are) to be (?P<tobe>\w+)|to be (?P<built>built|rebuilt|renovated|demolished|introduced|replaced)
            |we(?: are|'re) (?P<doing>building|rebuilding|renovating|planting|removing|opening|closing|creating|introducing|
            installing|moving|replacing|widening)|(?:the city|we) (?P<active>builds?|rebuilds?|renovates?|introduces?|plants?)
            |(?P<gets>gets?|is getting|are getting) (?:\w+ )?(?:new|more|better|a new)""",
        hedges=r"""would|could|might|may|propos(?:e|es|ed|ing)|suggest(?:s|ed|ing)?|(?:in|under|with|according to) the proposal
            |the (?:proposal|idea|plan|sketch) (?:is|means|includes|suggests|contains|shows)|proposal (?:to|for|about|on)
            |if the \w+|if it|wants? to (?!tell|inform|thank)\w+|plans? to|planned|hopes?|perhaps|do you think""",
        asks=r"not|nothing|no|never|before|what|which|whether|if|when|until|once|how|why|after|yet|\w+n't",
        practical=r"""reads?|read|answer(?:ed)?|repl(?:y|ied)|hold|held|publish(?:ed)?|tell|told|decided?|present(?:ed)?|
            collect(?:ed)?|listen|sent|send|contact(?:ed)?|report(?:ed)?|respond|consider(?:ed)?|summari[sz]ed?|hear|heard|
            meet|met|call|inform(?:ed)?|discuss(?:ed)?|translated?|offer(?:ed)?|ask(?:ed)?|know|find|help|show|shown|
            review(?:ed)?|reading|answering""",
        neutral=r"be|have|stand|get|gets|happen|start|open|opened|opening|close|closed|closing|take|become|come|there|a|an|able|the",
        about=r"""meetings?|consultations?|surveys?|answers?|replies|views?|questions?|decisions?|interpreters?|coffee|page|
            letters?|logotype|forms?|feedback|dialogue|exhibition""",
    ),
    "fi": _words(
        settled=r"""(?:on|oli|olemme|ovat) (?:\w+ ){0,2}?(?:päätetty|päättänyt|päättäneet|hyväksytty|hyväksynyt|hyväksyneet|sovittu)
            |päätös on (?:jo )?(?:tehty|selvä)|päätti|päättivät|hyväksyi|^päätetty
            |(?:rakentaminen|rakennustyöt|työt|kunnostus|remontti) (?:alkaa|alkavat|aloitetaan)|valmistuu""",
        certain=r"""(?P<verb>rakennetaan|rakennamme|kunnostetaan|kunnostamme|uusitaan|uusimme|puretaan|puramme|perustetaan|
            perustamme|istutetaan|istutamme|siirretään|siirrämme|suljetaan|suljemme|avataan|avaamme|poistetaan|poistamme|
            korvataan|otetaan käyttöön|otamme käyttöön|lisätään|lisäämme|levennetään|asennetaan|asennamme|muutetaan|
            muutamme|toteutetaan|toteutamme|parannetaan|parannamme|tehdään|sijoitetaan)
            |(?:tullaan|tulemme|tulee|tulevat) (?:\w+ ){0,3}?(?P<coming>\w+(?:maan|mään))
            |(?P<new>tulee|tulevat) (?:uusi|uusia|uudet|lisää)
            |(?P<gets>saa|saavat) (?:uuden|uusia|uudet|lisää|paremman)""",
        hedges=r"ehdot\w+|voisi\w*|ehkä|suunnit\w+|jos|toivo\w+|\w+(?:taisiin|täisiin)|haluamme (?!kertoa|ilmoittaa)\w+|mielestäsi",
        asks=r"ei|eikä|mitään|mitä|miten|miksi|jos|ennen|kun|kunnes|milloin|vielä|onko|ovatko",
        practical=r"lukemaan|vastaamaan|kertomaan|julkaisemaan|järjestämään|päättämään|kuuntelemaan|esittelemään|lähettämään|olemaan",
        neutral=r"avataan|suljetaan|tehdään|toteutetaan|saa|saavat|lisätään",
        about=r"\w*kysely\w*|\w*kokou\w+|\w*tilaisuu\w+|vastau\w+|mielipi\w+|päätö\w+|kuulemi\w+|tulk\w+|sivu\w*|tietoa|kirje\w*",
    ),
    "ar": _words(
        settled=r"""تقرر|قررت?|قررنا|قرروا|تم (?:اتخاذ )?(?:ال)?قرار|(?:تمت|تم) الموافقة|وافقت?|وافقنا|تم إقرار|أقرت?
            |(?:اتخذ|اتخذت|اتخذنا|اتخذ) (?:\w+ )?(?:ال)?قرار|القرار نهائي|[يت]بدأ (?:ال)?(?:بناء|أعمال|العمل)""",
        certain=r"""سوف (?P<verb>\w+(?: \w+)?)
            |[وف]?س(?P<future>(?:يتم|تتم|نقوم|تقوم|يقوم) \w+|يبنى|تبنى|نبني|تبني|يبني|نقيم|تقيم|يقام|تقام|ننشئ|تنشئ|ينشأ|تنشأ|
            نزيل|تزيل|تزال|يزال|نجدد|تجدد|يجدد|نغلق|تغلق|يغلق|نفتح|تفتح|يفتح|تفتتح|يفتتح|نزرع|تزرع|نركب|تركب|نضع|تضع|توضع|
            يوضع|تكون|يكون|نضيف|تضاف|يضاف|تحصل|يحصل|نحصل|تصبح|يصبح|نحول|تتحول|نطور|تطور|تتطور|نوسع|ترمم|نرمم|يوجد|توجد)
            |(?P<present>(?:يتم|تتم) (?:بناء|إنشاء|هدم|تجديد|إغلاق|إزالة|تركيب|زراعة)|تبنى|يبنى|نبني|تبني المدينة)""",
        hedges=r"""[وفلبك]?(?:ال|لل)?(?:اقتراح|مقترح)(?:نا|ات)?|[نيت]قترح|نريد (?!أن نخبر)|نود (?!أن نخبر)|قد|يمكن|ربما|لو|إذا""",
        asks=r"لم|لن|لا|غير|ما|بما|ماذا|إذا|قبل|هل|عما|متى|وما|ولم|بعد أن|حين",
        practical=r"""(?:يتم |تتم |نقوم |تقوم |يقوم )?(?:ب|ال)?(?:قراءة|نشر|عقد|إبلاغ\w*|رد|إجابة|جمع|مناقشة|دراسة|عرض|إرسال)
            |نقرأ\w*|نخبر\w*|نرد|نجيب|ننشر|نرسل|نستمع|نعلمك\w*|نتصل|تقرر|يقرر|تتخذ|نعود|نبلغ\w*""",
        neutral=r"(?:يكون|تكون|يوجد|توجد|نفتح|يفتح|نضع|يوضع|تحصل|يحصل)(?: \w+)?",
        about=r"[وفلبك]?(?:ال|لل)?(?:اجتماع|لقاء|استبيان|جواب|أجوبة|إجابة|رأي|آراء|أسئلة|مترجم|قهوة|صفحة|قرار)\w*",
    ),
    "so": _words(
        settled=r"""waa la go'aami\w+|waa la go'aansa\w+|go'aan(?:kii|ka|ki)? (?:baa |ayaa |waa )?la (?:gaar\w+|qaat\w+)
            |(?:ayaa|wuu|way|waxay|wuxuu|waan|waxaan) (?:horay u )?go'aa(?:miy|mis|minn|nsad|nsat|nsann)\w+|go'aansat\w+|la ansixi\w+
            |dhismuhu (?:wuu )?bilaab\w+""",
        certain=r"""(?P<verb>[\w']+) doon(?:aa|naa|nnaa|taa|o|aan|taan|tid)
            |(?:waa|waan|ayaan|ayaa) (?:la )?(?P<present>dhis(?:ayaa|aynaa|eynaa|i)|dumin\w*|beer(?:aynaa|ayaa)|xir(?:aynaa|ayaa)|
            fur(?:aynaa|ayaa)|cusbooney\w+|rakib\w+)|la (?P<built>dhisayaa|duminayaa|cusboonaysiinayaa)""",
        hedges=r"soo jeedin\w*|haddii|laga yaab\w+|kar(?:aa|o|taa|naa)|qorshay\w*|waxaan rabnaa(?! inaan kuu sheegno)",
        asks=r"lama|ma|waxba|waxa|maxay|maxaa|haddii|ka hor|weli|sida|goorma",
        practical=r"""sheegi|akhri|akhrin|akhriyi|jawaabi|diri|dirin|wici|daabici|qaban|dhegaysan|dhegaysanaynaa|bandhigi|
            gaari|go'aamin|xiriiri|ogaan|ogeysiin|ururin|la hadli|hadli|weydiin|qornaan""",
        neutral=r"heli|jiri|noqon|furi|fur\w+",
        about=r"kulan\w*|jawaab\w*|su'aal\w*|ra'yi\w*|go'aan\w*|turjubaan\w*|bog\w*|qaxwo|warqad\w*",
    ),
}
