"""Links that every reader can follow, and that do not tell on an employee who does."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml.html import HtmlElement

from campaigns.brief_subject import COMMENT_OR_TEXT, REGISTER
from tasks.gates.masking import shown_safely
from tasks.gates.quoting import sentence_around, sentence_with
from tasks.gates.reading import is_hidden, shown
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject
from tasks.slot_values import STAND_INS
from tasks.web_addresses import is_public, is_public_name, numeric_address

ADDRESS_IN_TEXT = re.compile(r"(?<![\w/@.])(?:https?|ftp)://[^\s<>\"”»]*", re.IGNORECASE)
NOT_A_LINK = re.compile(r"\[[^\[\]\n]{1,200}\](?:\(\S*|\s\((?:https?:|mailto:|tel:|/|www\.)\S*)")
REFUSED = re.compile(r"\]\(\s*((?:[a-z][a-z\d+.-]*):)", re.IGNORECASE)
MAILBOX = re.compile(r"[^@\s,;:<>()\[\]]+@([^@\s,;:<>()\[\]]+)")
TELEPHONE = re.compile(r"\+?[\d\s().\-\u00a0\u2011]*\d[\d\s().\-\u00a0\u2011]*(?:;[\w=;+.-]*)?")
BROKEN = re.compile(r"[\s<>\"{}|\\^`]|^https://https?[:/]", re.IGNORECASE)
FEWEST_DIGITS = 3
LONGEST_NUMBER = 60  # characters
UNSUBSCRIBE = STAND_INS["unsubscribe_url"]
FOLLOWING = re.compile(
    r"(?:utm|mtm|pk|piwik|matomo|hsa|mc|oly|vero|mkt|trk)_\w+|_hsenc|_hsmi|__s|fbclid|gclid|gbraid|wbraid|dclid|msclkid"
    r"|yclid|igshid|twclid|li_fat_id|(?:\w+[_-])?(?:id|uid|guid|uuid)|(?:user|person|recipient|employee|message|contact|"
    r"subscriber|member|sender|mail|click|track(?:ing)?)(?:[_-]?(?:id|key|nr|no|token|hash))|user|recipient|mottagare"
    r"|anst(?:ä|a)lld|employee|person(?:nummer)?|email|e-?post|token|track(?:ing)?|clickid|rid|cid|sid|pid|mid",
    re.IGNORECASE,
)

OPAQUE = re.compile(
    r"(?=[^-]*\d)(?=[^-]*[a-f])[0-9a-f]{16,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])[\w-]{16,}"
)
"""What no page is called: a hash, a UUID, or capitals, small letters and digits in a row."""
COUNTED = re.compile(r"\d{5,}|(?=\D*\d)(?=[^A-Za-z]*[A-Za-z])[0-9A-Za-z_-]{8,}|[0-9a-fA-F-]{16,}")
"""The value of a parameter that can be somebody's: a long number, or letters and digits in a row."""


@gate("link_address")
def link_address(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P4b: every link can be followed by everybody: https, mailto or tel, whole, and out on the internet."""
    for address, words, sentence in _links(subject):
        if wrong := wrong_with(subject, address):
            yield Fault(wrong, _remedy(subject, address), _place(subject, address, words), sentence=sentence)
    remedy = subject.say("Write [what the page is about](https://…), without a space between.")
    for block in subject.body:
        if found := NOT_A_LINK.search(block):
            message = subject.say("“{text}” is not written so that it becomes a link", text=found[0].strip()[:120])
            if scheme := REFUSED.search(found[0]):
                address = block[found.start() + scheme.start(1) :].partition(")")[0]
                message = subject.say("A link is neither https, mailto nor tel: {address}", address=address[:120])
                if address.startswith("tel:"):
                    message = subject.say("A telephone link has no number: {address}", address=address[:120])
            mended = _remedy(subject, address) if scheme else remedy
            yield Fault(message, mended, subject.place(found[0].strip()), sentence=sentence_with(subject, found[0]))


@gate("tracking")
def tracking(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P8b: no link of a text to employees, nor any picture in it, tells who followed or opened it."""
    if not is_internal(subject):
        return
    remedy = subject.say("Give everybody the same address, without a slot and without what comes after `?`.")
    for address in subject.personal_addresses:
        message = subject.say("A link to employees differs from person to person: {address}", address=address[:120])
        yield Fault(message, remedy, _place_of_slot(subject, address), sentence=address[:200])
    for address, words, sentence in _links(subject):
        if not address.lower().startswith(("http://", "https://")):
            continue
        if parts := [part for part in _path(address) if OPAQUE.fullmatch(part)]:
            message = subject.say(
                "A link to employees has a part that can tell who followed it: {part}", part=parts[0][:80]
            )
            yield Fault(message, remedy, _place(subject, address, words), sentence=sentence)
        if names := _following(address):
            message = subject.say("A link to employees has a parameter that can tell who followed it: {name}",
                                  name=", ".join(dict.fromkeys(names)))  # fmt: skip
            yield Fault(message, remedy, _place(subject, address, words), sentence=sentence)
    pictures = subject.select("//img[starts-with(@src, 'http') or starts-with(@src, '//')]")
    for picture in pictures if subject.channel == "email" else []:
        remedy = subject.say("Show a picture of your own, which stands in the brief's `images`.")
        message = subject.say("A picture in a text to employees is fetched from elsewhere, which tells who opened it")
        yield Fault(message, remedy, subject.place(picture.get("src", "")), sentence=picture.get("alt", ""))


def is_internal(subject: GateSubject) -> bool:
    """Tell whether a text goes to employees: by its wave's name, or by the registers that the wave's query reads."""
    wave = next((wave for wave in subject.brief.waves if wave.name == subject.wave), None)
    query = "\n".join(subject.lines(wave.audience)) if wave is not None else ""
    read = {word.lower() for word in REGISTER.findall(COMMENT_OR_TEXT.sub(" ", query))}
    return subject.wave.startswith("internal") or read == {"employees"}


def links_to_ask(subject: GateSubject) -> list[tuple[str, tuple[str, int], str]]:
    """Return each web address that all are led to, its place and the words of its link; not that to unsubscribe."""
    elements = subject.select("//a[starts-with(@href, 'https://')]")
    found = {(link.get("href", "").strip(), shown(link)): link for link in reversed(elements) if not is_hidden(link)}
    return [
        (address, _place(subject, address, words), sentence_around(link) or shown_safely(words or address))
        for (address, words), link in reversed(found.items())
        if address != UNSUBSCRIBE and not wrong_with(subject, address)
    ]


def _links(subject: GateSubject) -> list[tuple[str, str, str]]:
    """Return every address that a reader can follow with the words of its link and its sentence, each once."""
    elements: list[HtmlElement] = subject.select("//a[@href] | //area[@href]")
    seen = [(link.get("href", "").strip(), shown(link), link) for link in elements if not is_hidden(link)]
    found = [(address, words, sentence_around(link) or shown_safely(words or address)) for address, words, link in seen]
    if subject.document is None:
        bare = ADDRESS_IN_TEXT.findall(subject.text)
    else:
        bare = [address for block in subject.body for address in ADDRESS_IN_TEXT.findall(block)]
    ended = [address.rstrip(".,;:!?)") for address in bare]
    found += [(address, "", sentence_with(subject, address) or shown_safely(address)) for address in ended]
    return list(dict.fromkeys(found))


def _remedy(subject: GateSubject, address: str) -> str:
    if address.lower().startswith("mailto:"):
        return subject.say("Write a whole mail address, such as mailto:name@stockholm.se.")
    if address.lower().startswith("tel:"):
        return subject.say("Write the number after tel:, such as tel:+46850800000.")
    return subject.say("Write the whole address, such as https://start.stockholm/avfall.")


def wrong_with(subject: GateSubject, address: str) -> str:
    """Say why an address cannot be followed; empty where nothing is wrong with it."""
    scheme, _, rest = address.partition(":")
    shown_as = address[:120]
    checks = {"mailto": _wrong_with_mail, "tel": _wrong_with_telephone, "https": _wrong_with_web}
    if check := checks.get(scheme.lower()):
        return check(subject, address if check is _wrong_with_web else rest, shown_as)
    if address in {"", "#"}:
        return subject.say("A link has no address")
    if address.startswith("#"):
        named = any(address[1:] in {each.get("id"), each.get("name")} for each in subject.select("//*[@id or @name]"))
        missing = subject.say("A link leads to a place that the page does not have: {address}", address=shown_as)
        return "" if named else missing
    if scheme.lower() == "http":
        return subject.say("A link is not encrypted: {address} begins with http", address=shown_as)
    return subject.say("A link is neither https, mailto nor tel: {address}", address=shown_as)


def _wrong_with_mail(subject: GateSubject, rest: str, shown_as: str) -> str:
    boxes = [box.strip() for box in re.split(r"[,;]", unquote(rest.partition("?")[0])) if box.strip()]
    found = [MAILBOX.fullmatch(box) for box in boxes]
    reaches = bool(found) and all(box is not None and is_public_name(box[1]) for box in found)
    return "" if reaches else subject.say("A mail link has no mail address: {address}", address=shown_as)


def _wrong_with_telephone(subject: GateSubject, rest: str, shown_as: str) -> str:
    dialled = (
        len(rest) <= LONGEST_NUMBER
        and TELEPHONE.fullmatch(unquote(rest))
        and sum(map(str.isdigit, rest)) >= FEWEST_DIGITS
    )
    return "" if dialled else subject.say("A telephone link has no number: {address}", address=shown_as)


def _wrong_with_web(subject: GateSubject, address: str, shown_as: str) -> str:
    broken = subject.say("An address is not whole: {address}", address=shown_as)
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return broken
    if not address.lower().startswith("https://") or not host or port == 0 or BROKEN.search(address):
        return broken
    if parts.username is not None:
        return subject.say("An address holds a user's name or password")
    number = numeric_address(host)
    if number is not None:
        private = subject.say("A link leads to a private address: {address}", address=shown_as)
        return "" if is_public(number) else private
    if not is_public_name(host):
        return subject.say("A link leads to a name that only an internal network knows: {address}", address=shown_as)
    return ""


def _query(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return "&".join(filter(None, (parts.query, parts.fragment if "=" in parts.fragment else "")))


def _following(address: str) -> list[str]:
    """Return the parameters of an address that can tell who followed it, by their name or by their value."""
    given = parse_qsl(_query(address), keep_blank_values=True)
    return [name for name, value in given if FOLLOWING.fullmatch(name) or COUNTED.fullmatch(value)]


def _path(address: str) -> list[str]:
    try:
        return urlsplit(address).path.split("/")
    except ValueError:
        return []


def _place(subject: GateSubject, address: str, words: str) -> tuple[str, int]:
    whole = (
        f"[{words}]({address})",
        f"]({address})",
        f"]({address} ",
        f"](<{address}>",
        f"<{address}>",
        f'="{address}"',
    )
    for written in (*whole, f"]({address}", f"<{address}", address, f"[{words}]("):
        for name in subject.written:
            lines = enumerate(subject.lines(name), start=1)
            if len(written) > 3 and (number := next((n for n, line in lines if written in line), 0)):
                return name, number
    return subject.place(words)


def _place_of_slot(subject: GateSubject, address: str) -> tuple[str, int]:
    slots = "|".join(re.findall(r"‹(\w+)›", address))
    for name in subject.written:
        for number, line in enumerate(subject.lines(name), start=1):
            if re.search(rf"(?:\]\(|href=[\"']|<)[^)\"'>]*(?:{{{{\s*(?:{slots})\s*}}}}|{slots})", line):
                return name, number
    return subject.place(address)
