"""Links that every reader can follow, and that do not tell on an employee who does."""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, urlsplit

from lxml.html import HtmlElement

from campaigns.brief_subject import COMMENT_OR_TEXT, REGISTER
from tasks.gates.link_addresses import how_to_mend, wrong_with
from tasks.gates.masking import shown_safely
from tasks.gates.quoting import sentence_around, sentence_with
from tasks.gates.reading import is_hidden, shown
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject
from tasks.slot_values import STAND_INS

ADDRESS_IN_TEXT = re.compile(r"(?<![\w/@.])(?:https?|ftp)://[^\s<>\"”»]*", re.IGNORECASE)
NOT_A_LINK = re.compile(r"\[[^\[\]\n]{1,200}\](?:\(\S*|\s\((?:https?:|mailto:|tel:|/|www\.)\S*)")
REFUSED = re.compile(r"\]\(\s*((?:[a-z][a-z\d+.-]*):)", re.IGNORECASE)
SHORTENERS = frozenset({
    "bit.ly", "bl.ink", "buff.ly", "cutt.ly", "dlvr.it", "eepurl.com", "goo.gl", "hubs.ly", "is.gd", "lnkd.in",
    "mailchi.mp", "ow.ly", "rb.gy", "rebrand.ly", "s.id", "shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com",
    "tr.ee", "trib.al", "v.gd",
})  # fmt: skip
"""Hosts that lead on and count who follows."""
COUNTING = ("sendgrid.net", "list-manage.com", "mandrillapp.com", "mailgun.org", "hubspotlinks.com", "createsend.com")
"""Domains of senders of newsletters, through which each reader's link goes."""
FEWEST_SIGNS = 3  # fewer are found anywhere
UNSUBSCRIBE = STAND_INS["unsubscribe_url"]
FOLLOWING = re.compile(
    r"(?:utm|mtm|pk|piwik|matomo|hsa|mc|oly|vero|mkt|trk)_\w+|_hsenc|_hsmi|__s|fbclid|gclid|gbraid|wbraid|dclid|msclkid"
    r"|yclid|igshid|twclid|li_fat_id|(?:\w+[_-])?(?:id|uid|guid|uuid)|(?:user|person|recipient|employee|message|contact|"
    r"subscriber|member|sender|mail|click|track(?:ing)?)(?:[_-]?(?:id|key|nr|no|token|hash))|user|recipient|mottagare"
    r"|anst(?:ä|a)lld|anst(?:ällnings)?nr|medarbetare|kollega|handl[äa]ggare|(?:f[öo]r|efter)?namn|signatur|hsaid|employee|person(?:nummer)?|email|e-?post|token|track(?:ing)?|clickid|rid|cid|sid|pid|mid",
    re.IGNORECASE,
)

OPAQUE = re.compile(
    r"(?=[^-]*\d)(?=[^-]*[a-f])[0-9a-f]{16,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])[\w-]{16,}"
)
"""What no page is called: a hash, a UUID, or capitals, small letters and digits in a row."""
COUNTED = re.compile(r"\d{5,}|(?=\D*\d)(?=[^A-Za-z]*[A-Za-z])[0-9A-Za-z_-]{8,}|[0-9a-fA-F-]{16,}")
"""The value of a parameter that can be somebody's: a long number, or letters and digits in a row."""
DOCUMENT = re.compile(
    r"(?:doc(?:ument)?|dokument|article|artikel|page|sida|news|nyhet|case|[äa]rende|diarie|dnr|node|post)"
    r"(?:[_-]?(?:id|nr|no|nummer|number))?",
    re.IGNORECASE,
)
ITS_NUMBER = re.compile(r"(?:[^\W\d_]{1,6}[-/ ]?)?\d{1,9}(?:[-/]\d{1,6})?")
"""The number of a document, which is the same for everybody: 20481, KS 2026/0001."""


@gate("link_address")
def link_address(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P4b: every link can be followed by everybody: https, mailto or tel, whole, and out on the internet."""
    for address, words, sentence in _links(subject):
        if wrong := wrong_with(subject, address):
            yield Fault(wrong, how_to_mend(subject, address), _place(subject, address, words), sentence=sentence)
    remedy = subject.say("Write [what the page is about](https://…), without a space between.")
    for block in subject.body:
        if found := NOT_A_LINK.search(block):
            message = subject.say("“{text}” is not written so that it becomes a link", text=found[0].strip()[:120])
            if scheme := REFUSED.search(found[0]):
                address = block[found.start() + scheme.start(1) :].partition(")")[0]
                message = subject.say("A link is neither https, mailto nor tel: {address}", address=address[:120])
                if address.startswith("tel:"):
                    message = subject.say("A telephone link has no number: {address}", address=address[:120])
            mended = how_to_mend(subject, address) if scheme else remedy
            yield Fault(message, mended, subject.place(found[0].strip()), sentence=sentence_with(subject, found[0]))


@gate("tracking")
def tracking(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P8b: no link of a text to employees, nor any picture in it, tells who followed or opened it."""
    if not is_internal(subject):
        return
    remedy = subject.say("Give everybody the same address, without a slot and without what comes after `?`.")
    whole = subject.say("Write the address of the page itself.")
    for address in subject.personal_addresses:
        message = subject.say("A link to employees differs from person to person: {address}", address=address[:120])
        yield Fault(message, remedy, _place_of_slot(subject, address), sentence=address[:200])
    for address, words, sentence in _links(subject):
        if not address.lower().startswith(("http://", "https://", "mailto:")):
            continue
        if (host := _host(address)) in SHORTENERS or host.endswith(COUNTING):
            message = subject.say("A link to employees leads by {host}, which can tell who followed it", host=host)
            yield Fault(message, whole, _place(subject, address, words), sentence=sentence)
        if parts := [part for part in _split(address).path.split("/") if OPAQUE.fullmatch(part)]:
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
    found: dict[tuple[str, str], str] = {}
    for address, words, sentence in _shown_links(subject):
        if address.startswith("https://") and address != UNSUBSCRIBE and not wrong_with(subject, address):
            found.setdefault((address, words), sentence)
    return [(address, _place(subject, address, words), sentence) for (address, words), sentence in found.items()]


def _links(subject: GateSubject) -> list[tuple[str, str, str]]:
    """Return every address that a reader can follow with the words of its link and its sentence, each once."""
    if subject.document is None:
        bare = ADDRESS_IN_TEXT.findall(subject.text)
    else:
        bare = [address for block in subject.body for address in ADDRESS_IN_TEXT.findall(block)]
    ended = [address.rstrip(".,;:!?)") for address in bare]
    written = [(address, "", sentence_with(subject, address) or shown_safely(address)) for address in ended]
    return list(dict.fromkeys([*_shown_links(subject), *written]))


def _shown_links(subject: GateSubject) -> list[tuple[str, str, str]]:
    """Return the address, the words and the sentence of every link of the HTML part that its reader sees."""
    elements: list[HtmlElement] = subject.select("//a[@href] | //area[@href]")
    seen = [(link.get("href", "").strip(), shown(link), link) for link in elements if not is_hidden(link)]
    return [(address, words, sentence_around(link) or shown_safely(words or address)) for address, words, link in seen]


def _following(address: str) -> list[str]:
    """Return the parameters of an address that can tell who followed it, by their name or by their value."""
    parts = _split(address)
    fragment = parts.fragment if "=" in parts.fragment else ""
    given = parse_qsl("&".join(filter(None, (parts.query, fragment))), keep_blank_values=True)
    given = [(name, value) for name, value in given if not (DOCUMENT.fullmatch(name) and ITS_NUMBER.fullmatch(value))]
    counted = COUNTED.fullmatch if parts.scheme.lower() != "mailto" else re.compile(r"\b\d{5,}\b").search
    return [name for name, value in given if FOLLOWING.fullmatch(name) or counted(value)]


def _host(address: str) -> str:
    return (_split(address).hostname or "").removeprefix("www.")


def _split(address: str) -> SplitResult:
    """Return the parts of an address; all of them empty where it cannot be read."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _place(subject: GateSubject, address: str, words: str) -> tuple[str, int]:
    whole = (
        f"[{words}]({address})",
        f"]({address})",
        f"]({address} ",
        f"](<{address}>",
        f"<{address}>",
        f'="{address}"',
    )
    forms = (*whole, f"]({address}", f"<{address}>", address, f"[{words}](")
    return subject.written_at(*(form for form in forms if len(form) > FEWEST_SIGNS)) or subject.place(words)


def _place_of_slot(subject: GateSubject, address: str) -> tuple[str, int]:
    slots = "|".join(re.findall(r"‹(\w+)›", address))
    form = re.compile(rf"(?:\]\(|href=[\"']|<)[^)\"'>]*(?:{{{{\s*(?:{slots})\s*}}}}|{slots})")
    return subject.written_at(form) or subject.place(address)
