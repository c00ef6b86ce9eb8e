"""Rules on what a campaign owes: knowledge of its recipients, insight, a service that can deliver, press and crisis."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from campaigns.audience_knowledge import knows_more_than_age_and_place
from campaigns.brief_answers import is_no_answer, is_unfinished, reaches_nobody, says_no_time
from campaigns.brief_subject import Found, Subject, rule
from campaigns.campaign_files import markdown_files
from campaigns.programme import load_programme

PRESS = re.compile(
    r"\b(?:press|medie|media)(?:meddeland\w*|inbjud\w*|inbjuden|träff\w*|konferens\w*|visning\w*|frukost\w*"
    r"|release\w*|lunch\w*"
    r"|bild(?:er|erna)?|pass\w*|ackreditering\w*|brief\w*|möte\w*)\b"
    r"|\b(?:till|för|kära|hej) (?:redaktion(?:en|er)|pressen|medierna|media(?! och)|journalister"
    r"|reportrar)\b(?=[^.!?\n]{0,3}$|[:!,])"
    r"|\bfototillfälle\w*|\bför omedelbar publicering\b|\bembargo\w*|\bfor immediate release\b"
    r"|\bphoto (?:opportunity|call)\b"
    r"|\b(?:vi|staden) tar emot (?:pressen|media|medier|journalister)\b|\bmedia (?:kit|invitation|event|contact)s?\b"
    r"|\bpress (?:release|conference|invitation|briefing|event|meeting|visit|kit|viewing|preview|photo"
    r"|accreditation)s?\b|\bmedia (?:advisory|briefing)\b"
    r"|\b(?:press(?:en)?|media|medier(?:na)?|journalister(?:na)?)\s+(?:är|hälsas|bjuds)\s+(?:\w+\s+)?(?:välkom\w+"
    r"|in)\b"
    r"|\b(?:välkom\w+|inbjud\w+|bjuder in)\b[^.!?\n]{0,60}"
    r"\b(?:pressen|(?<!sociala )(?<!i )(?:medier(?:na)?|media)|journalister(?:na)?|reportrar(?:na)?"
    r"|redaktioner(?:na)?)\b"
    r"|\b(?:press|media|journalists|reporters)\s+(?:are|is)\s+(?:\w+\s+)?(?:welcome|invited)\b"
    r"|\b(?:we invite|welcome)\b[^.!?\n]{0,60}\b(?:the press|the media|journalists|reporters)\b"
    r"|\blehdistö(?!kat)\w+|\bmedia(?:tilaisuu|tiedot|kutsu)\w*"
    r"|\b(?:lehdistö|media|tiedotusväline\w*|toimittaj\w+|toimittajat)\s+(?:on|ovat|olette)\s+(?:\w+\s+)?"
    r"(?:tervetul\w+|kutsuttu\w*)"
    r"|\b(?:kutsumme|tervetuloa)\b[^.!?\n]{0,60}\b(?:lehdistön?|median?|tiedotusväline\w*|toimittaj\w+)\b"
    r"|(?:بيان|بلاغ|خبر|مؤتمر|لقاء) صحفي"
    r"|(?:البيان|المؤتمر|اللقاء) الصحفي"
    r"|(?:دعوة|ندعو|مدعو\w*|نرحب|أهلا)[^.!؟\n]{0,60}(?:الصحف|الإعلام)\w*"
    r"|(?:الصحفي\w+|وسائل الإعلام|الصحافة)\s+(?:مدعو\w*|مرحب)"
    r"|\bwar-?\s?saxaafad\w*|\bshir(?:ka)?\s+jaraa'?[ii]d\w*|\bkulan(?:ka)?\s+saxaafad\w*"
    r"|\b(?:saxaafad|warbaahin|suxufi|wariye)\w*\b[^.!?\n]{0,40}\b(?:so+\s?dhaw\w*|marti\w*)"
    r"|\b(?:so+\s?dhaw\w*|marti\w*|ku casuum\w*)\b[^.!?\n]{0,40}\b(?:saxaafad|warbaahin|suxufi|wariye)\w*",
    re.IGNORECASE,
)
LONGEST_ATTESTED = 365  # days before the start; later nobody knows whether it still holds
COMMENT = re.compile(r"{#.*?#}", re.DOTALL)


@rule
def insight_link(subject: Subject) -> Found:
    """P1: whoever stands in a register can read how the city handles what it knows of them."""
    address = subject.text("insight_page")
    if subject.rows("legal_basis") and not address:
        remedy = "Give the page that tells how you handle personal data; every addressed message then links to it."
        yield ("insight_page",), "`insight_page` is missing although people in registers get messages", remedy
    elif address and not _is_whole(address):
        remedy = "Write the full address, such as https://start.stockholm/personuppgifter."
        yield ("insight_page",), "`insight_page` is not a full https address", remedy
    elif address and address.rstrip("/") == subject.text("landing_page").rstrip("/"):
        remedy = "Give the page that tells how you handle personal data."
        yield ("insight_page",), "`insight_page` is the landing page, which tells of something else", remedy
    elif address and not _is_own((urlsplit(address).hostname or "").lower()):
        remedy = "Give a page of the city or its company that tells how you handle personal data."
        yield ("insight_page",), "`insight_page` is on none of the city's or its companies' own hosts", remedy


@rule
def recipient_knowledge(subject: Subject) -> Found:
    """S3: an audience is known by need, driver, habit, language or life situation; age and place are not enough."""
    for number, wave in subject.rows("waves"):
        query = subject.file(wave["audience"]) if wave.get("audience") else None
        registers = subject.registers.get(number)
        if (
            query is None
            or not registers
            or registers == {"employees"}
            or knows_more_than_age_and_place(query) is not False
        ):
            continue
        remedy = (
            "Let the query make need, life_situation, driver, channel_habit or language_skill of what tells of them: "
            "attributes, language, guardian_of, unit, has_email and their like; docs/registers.md."
        )
        message = f"the query of `waves[{number + 1}]` knows people by age and place only"
        yield ("waves", number, "audience"), message, remedy


@rule
def capacity(subject: Subject) -> Found:
    """P6a: the message promises no more than the service can deliver."""
    if not subject.text("capacity", "attested_by") and subject.get("capacity") is None:
        remedy = "Name who has attested that the service can deliver what the message promises, and the day."
        yield ("capacity",), "`capacity` is missing: nobody answers for that the service can deliver", remedy
    day, start = subject.day("capacity", "on"), subject.day("schedule", "start")
    if day and start and day > start:
        message = "`capacity.on` is after `schedule.start`"
        yield ("capacity", "on"), message, "Let the owner of the service attest before anything is promised."
    elif day and start and (start - day).days > LONGEST_ATTESTED:
        message = "`capacity.on` is more than a year before `schedule.start`"
        yield ("capacity", "on"), message, "Let the owner of the service attest what holds now."
    by = subject.text("capacity", "attested_by")
    author = subject.text("communicator")
    if by and ((by == author and author != subject.text("manager")) or is_no_answer("anchored_with", by)):
        message = "`capacity.attested_by` is the author of the message, or nobody"
        yield ("capacity", "attested_by"), message, "Let the owner of the service attest what it can deliver."


@rule
def press_contact(subject: Subject) -> Found:
    """P8a: whoever writes to the press says whom to call."""
    if way := subject.text("press_contact", "way"):
        name, hours = subject.text("press_contact", "name"), subject.text("press_contact", "hours")
        empty = {"name": is_no_answer("anchored_with", name), "way": reaches_nobody(way)}
        for key in (key for key, found in (empty | {"hours": says_no_time("hours", hours, "sv")}).items() if found):
            message = f"`press_contact.{key}` says nothing that the press could use"
            yield ("press_contact", key), message, "Name whom the press may call, how and between which hours."
        return
    if "press" in {word for _, word in subject.words("channels")}:
        yield ("channels",), "a press release has no `press_contact`", "Name whom the press may call, and when."
        return
    for name, line, words in _to_the_press(subject):
        message = f"{name}:{line} speaks to the press (“{words}”) but `press_contact` is missing"
        yield ("press_contact",), message, "Name whom the press may call, and when."
        return


@rule
def crisis_update(subject: Subject) -> Found:
    """P9: in a crisis facts are verified, actors named, and the reader knows when the next word comes."""
    crisis = subject.get("crisis")
    if not isinstance(crisis, dict):
        return
    if not subject.text("crisis", "next_update"):
        message = "`crisis.next_update` is missing: nobody knows when the next word comes"
        yield ("crisis", "next_update"), message, "Write such as 2027-02-01T12:00:00+01:00."
    yield from _unnamed(subject)
    update, start = subject.instant("crisis", "next_update"), subject.instant("schedule", "start")
    if update and start and update <= start:
        message = "`crisis.next_update` is not after `schedule.start`"
        yield ("crisis", "next_update"), message, "Say when the next word comes after this one."
    end = subject.instant("schedule", "valid_until")
    if update and end and update > end and not (start and update <= start):
        message = "`crisis.next_update` is after `schedule.valid_until`"
        yield (
            ("crisis", "next_update"),
            message,
            "Let the next word come while this one still holds.",
        )


def _unnamed(subject: Subject) -> Found:
    """Yield what of a crisis nobody has confirmed or nobody stands for."""
    source = subject.text("crisis", "verified_source")
    if not source:
        yield ("crisis", "verified_source"), "`crisis.verified_source` is missing", "Name who has confirmed the facts."
    elif is_no_answer("verified_source", source) or is_unfinished(source):
        message = "`crisis.verified_source` has confirmed nothing"
        yield ("crisis", "verified_source"), message, "Name who has confirmed the facts."
    actors = subject.words("crisis", "actors")
    if not actors:
        yield ("crisis", "actors"), "`crisis.actors` names nobody", "Name who acts together."
    for number, actor in actors:
        if is_no_answer("actors", actor):
            message = f"`crisis.actors[{number + 1}]` names nobody in particular"
            yield ("crisis", "actors", number), message, "Name who acts together."


def _is_whole(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" and "." in (parts.hostname or "") and not re.search(r"[\s<>\"{}]", address)
    except ValueError:
        return False


def _is_own(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in load_programme().city_web)


def _to_the_press(subject: Subject) -> Iterator[tuple[str, int, str]]:
    """Yield file, line and words of each place in the texts that speaks to the press."""
    for path in markdown_files(subject.folder):
        text = COMMENT.sub(lambda found: "\n" * found[0].count("\n"), subject.file(path.name) or "")
        for number, line in enumerate(text.splitlines(), start=1):
            if found := PRESS.search(line):
                yield path.name, number, found[0]
