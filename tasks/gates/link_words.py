"""Words of a link that do not say where it leads: they ask to follow it, or point at it without a name."""

import re

THIS = re.compile(
    r"(?:(?:vår|denna|den här|dessa|the|this|that|these|our|a|tämä|tätä|tämän|tällä|tältä|tälle|tähän|se|sen|tuo"
    r"|هذا|هذه|ذلك|تلك|إلى|على|من|في|halkan|kan|tan)\s+)*"
    r"(?:här(?: och nu)?|hit|nu|länk(?:en)?|sida(?:n)?|webbsida(?:n)?|webbplats(?:en)?|hemsida(?:n)?|adress(?:en)?"
    r"|dokument(?:et)?|fil(?:en)?|bilaga(?:n)?|(?:pdf|word|excel)(?:-?(?:fil|dokument)(?:en|et)?)?|pdf:en|detta|det|den"
    r"|page|link|website|site|webpage|web page|document|file|url|address|attachment"
    r"|(?:pdf|word|excel) (?:file|document)|here|this|that"
    r"|sivu(?:lla|lta|lle|sta|ja|n|a)?|sivusto(?:lla|lta|lle|sta|n)?|verkkosivu(?:lla|lta|lle|n)?|linkk?i(?:stä|ä|in|n)?"
    r"|osoite(?:esta)?|täällä|täältä|tästä|tähän|tänne"
    r"|(?:ال)?(?:صفحة|رابط|موقع|عنوان)|هنا"
    r"|bogga[n]?|bog|xiriir(?:ka|kan)?|link(?:i|ga|gan)|linkiga[n]?|halka[n]?(?: (?:ka |ku )?(?:guji|riix|taabo"
    r"|fur|eeg|akhri(?:so)?))?|kan|tan)(?:\s+(?:kan|tan|här|here|now|nu|هذا|هذه))?",
    re.IGNORECASE,
)
"""Words that point and name nothing: “this page”, “den här länken”, “tällä sivulla”, “هذه الصفحة”, “boggan”."""
ASKS_TO_FOLLOW = re.compile(
    r"(?:(?:vänligen|please|and|och|ja|so|gå|go to|go|visit|besök|se|see|klicka|tryck|click(?: on)?|press|tap"
    r"|follow|följ|open|öppna|ladda (?:ner|ned)|hämta|download|lataa|läs(?: mer| vidare)?|read(?: more)?"
    r"|find out(?: more)?|learn(?: more)?|mer|more|mera"
    r"|info(?:rmation)?|klikkaa|paina|lue(?: lisää)?|lisää|lisätieto(?:ja|a)|katso|avaa|siirry"
    r"|اضغط(?: على)?|انقر(?: على)?|اقرأ(?: المزيد)?|المزيد|للمزيد|(?:ال)?معلومات|مزيد(?: من)?|تابع|افتح|زر"
    r"|guji|riix|taabo|fur|eeg|(?:ka |sii )?akhri(?:so)?|wax dheeraad ah|faahfaahin(?: dheeraad ah)?|booqo"
    r"|wax badan(?: ka)?|ka sii|dheeraad|soo deji(?:so)?"
    r"|visa|show|view|fortsätt|continue|vidare|via|genom|through|till|to(?: the)?|details?|detaljer(?:na)?|fler"
    r"|nästa|next|reading|jatka|näytä|about|on|for|i|in"
    r"|på|här|om|av|it|den|det|here|all|allt|för|att|få|läsa|veta|ta reda på|hittar|finns|finner|får|vill|du|ni|you"
    r"|can|will|napsauta|tutustu|saat|saadaksesi|löydät|täällä|täältä|tästä|tähän|لمعرفة|لقراءة|هنا"
    r"|halkan|si aad|u ogaato|ka hel(?:o|i)?)(?!\w)\s*)+",
    re.IGNORECASE,
)
EMPTY_LINKS = frozenset(
    {"läs", "sida", "sidan", "webbplats", "tryck här", "website", "read", "ka akhriso", "sii akhri"}
)
UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
SPELT_OUT = re.compile(r"[^\W\d_](?: [^\W\d_]){3,}")
"""Letters one by one, which a screen reader spells."""
LETTER = re.compile(r"[^\W\d_]")
FEWEST_SIGNS = 4
"""Shorter numbers and signs, such as “1” and “→”, name nothing; a telephone number or a year does."""


def names_nothing(text: str) -> bool:
    """Tell whether a link's words only ask to follow it, or point at it without a name."""
    bare = " ".join(UNSEEN.sub("", text).split()).casefold().strip(" .!:،,»›→>«…-–")
    if SPELT_OUT.fullmatch(bare):
        return True
    rest = ASKS_TO_FOLLOW.match(bare)
    return (
        (not LETTER.search(bare) and len(bare) < FEWEST_SIGNS)
        or bare in EMPTY_LINKS
        or any(
            not words.strip() or THIS.fullmatch(words.strip()) for words in (bare, bare[rest.end() :] if rest else bare)
        )
    )
