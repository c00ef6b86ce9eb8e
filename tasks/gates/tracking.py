"""Links and pictures that tell who followed or opened them: parameters, paths and hosts that differ or count."""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, urlsplit

from campaigns.brief_subject import COMMENT_OR_TEXT, REGISTER
from tasks.gates.links import links_of, place_of
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject

SHORTENERS = frozenset({
    "adf.ly", "bit.ly", "bitly.com", "bl.ink", "buff.ly", "cutt.ly", "dlvr.it", "eepurl.com", "goo.gl", "hubs.ly",
    "is.gd", "j.mp", "kutt.it", "lnkd.in", "mailchi.mp", "me-qr.com", "n9.cl", "ow.ly", "qr.ae", "qrco.de", "rb.gy",
    "rebrand.ly", "s.id", "short.gy", "shorturl.at", "soo.gd", "t.co", "t.ly", "t2m.io", "tiny.cc", "tiny.one",
    "tinyurl.com", "tr.ee", "trib.al", "u.nu", "urlr.me", "v.gd", "x.gd",
})  # fmt: skip
"""Hosts that lead on and count who follows."""
COUNTING = ("sendgrid.net", "list-manage.com", "mandrillapp.com", "mailgun.org", "hubspotlinks.com", "createsend.com")
"""Domains of senders of newsletters, through which each reader's link goes."""
FOLLOWING = re.compile(
    r"(?:utm|mtm|pk|piwik|matomo|hsa|mc|oly|vero|mkt|trk)_\w+"
    r"|(?:\w+[_-])?(?:id|uid|guid|uuid)|(?:user|person|recipient|employee|message"
    r"|contact|"
    r"subscriber|member|sender|mail|click|track(?:ing)?)(?:[_-]?(?:id|key|nr|no|token|hash))|user|recipient|mottagare"
    r"|anst(?:ä|a)lld|anst(?:ällnings)?nr|medarbetare|kollega|handl[äa]ggare|(?:f[öo]r|efter)?namn|signatur|hsaid"
    r"|employee|person(?:nummer)?|email|e-?post|token|track(?:ing)?|clickid|rid|cid|sid|pid|mid",
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
OF_ONE_READER = re.compile(
    r"(?:utm|mtm|pk|piwik|matomo|hsa)_\w+|ref(?:errer|erral)?|fbclid|gclid|gbraid|wbraid|dclid|msclkid|yclid|igshid|twclid|li_fat_id|_hsenc|_hsmi"
    r"|mc_[ce]id|clickid"
    r"|(?:user|person|recipient|subscriber|member|contact|message|click)[_-]?(?:id|key|nr|no|token|hash)|recipient"
    r"|mottagare"
    r"|__s|oly_(?:anon|enc)_id|vero_id|mkt_tok",
    re.IGNORECASE,
)
"""Parameters that tell one reader, or the readers of one text, from others; in a text to the public too."""
PARAMETERS = (FOLLOWING, OF_ONE_READER)
"""In a text to employees neither may stand."""
PERSON_IN_PATH = re.compile(
    r"/(?:u|users?|anv[äa]ndare|persone?r?|members?|medarbetare|anst[äa]lld|profile?|recipients?|mottagare|track|trk"
    r"|clicks?"
    r"|klick)/(?=[^/]*[\d.@])[^/]+(?:/|$)",
    re.IGNORECASE,
)
"""A part of a path that stands for somebody: /u/48213/, /user/anna.ek."""


@gate("tracking")
def tracking(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P8b: no link of a text tells who followed it; to employees, neither does a picture, a slot or a bare number."""
    internal = is_internal(subject)
    if internal:
        yield from _differing(subject)
    remedy = subject.say("Give everybody the same address, without a slot and without what comes after `?`.")
    for address, words, sentence in links_of(subject):
        if not address.lower().startswith(("http://", "https://", "mailto:")):
            continue
        place = place_of(subject, address, words)
        if (host := _host(address)) in SHORTENERS or host.endswith(COUNTING):
            message = subject.say("A link leads by {host}, which can tell who followed it", host=host)
            yield Fault(message, subject.say("Write the address of the page itself."), place, sentence=sentence)
        if part := _part_of_somebody(address):
            message = subject.say("A link has a part that can tell who followed it: {part}", part=part[:80])
            yield Fault(message, remedy, place, sentence=sentence)
        if names := _following(address, internal=internal):
            message = subject.say("A link has a parameter that can tell who followed it: {name}",
                                  name=", ".join(dict.fromkeys(names)))  # fmt: skip
            yield Fault(message, remedy, place, sentence=sentence)


def _differing(subject: GateSubject) -> Iterator[Fault]:
    """Yield what differs from one employee to another, or is fetched for each, in a text to them."""
    remedy = subject.say("Give everybody the same address, without a slot and without what comes after `?`.")
    for address in subject.personal_addresses:
        message = subject.say("A link to employees differs from person to person: {address}", address=address[:120])
        yield Fault(message, remedy, _place_of_slot(subject, address), sentence=address[:200])
    pictures = subject.select("//img[starts-with(@src, 'http') or starts-with(@src, '//')]")
    for picture in pictures if subject.channel == "email" else []:
        remedy = subject.say("Show a picture of your own, which stands in the brief's `images`.")
        message = subject.say("A picture in a text to employees is fetched from elsewhere, which tells who opened it")
        yield Fault(message, remedy, subject.place(picture.get("src", "")), sentence=picture.get("alt", ""))


def _part_of_somebody(address: str) -> str:
    """Return the part of a path that stands for one reader; empty where none does."""
    path = _split(address).path
    opaque = next((part for part in path.split("/") if OPAQUE.fullmatch(part)), "")
    named = PERSON_IN_PATH.search(path)
    return opaque or (named[0] if named else "")


def is_internal(subject: GateSubject) -> bool:
    """Tell whether a text goes to employees: by its wave's name, or by the registers that the wave's query reads."""
    wave = next((wave for wave in subject.brief.waves if wave.name == subject.wave), None)
    query = "\n".join(subject.lines(wave.audience)) if wave is not None else ""
    read = {word.lower() for word in REGISTER.findall(COMMENT_OR_TEXT.sub(" ", query))}
    return subject.wave.startswith("internal") or read == {"employees"}


def _following(address: str, *, internal: bool) -> list[str]:
    """Return the parameters of an address that can tell who followed it, by name or, to employees, by value."""
    parts = _split(address)
    fragment = parts.fragment if "=" in parts.fragment else ""
    given = parse_qsl("&".join(filter(None, (parts.query, fragment))), keep_blank_values=True)
    given = [(name, value) for name, value in given if not (DOCUMENT.fullmatch(name) and ITS_NUMBER.fullmatch(value))]
    if not internal:
        return [name for name, _ in given if OF_ONE_READER.fullmatch(name)]
    counted = COUNTED.fullmatch if parts.scheme.lower() != "mailto" else re.compile(r"\b\d{5,}\b").search
    return [name for name, value in given if any(form.fullmatch(name) for form in PARAMETERS) or counted(value)]


def _host(address: str) -> str:
    return (_split(address).hostname or "").removeprefix("www.")


def _split(address: str) -> SplitResult:
    """Return the parts of an address; all of them empty where it cannot be read."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _place_of_slot(subject: GateSubject, address: str) -> tuple[str, int]:
    slots = "|".join(re.findall(r"‹(\w+)›", address))
    form = re.compile(rf"(?:\]\(|href=[\"']|<)[^)\"'>]*(?:{{{{\s*(?:{slots})\s*}}}}|{slots})")
    return subject.written_at(form) or subject.place(address)
