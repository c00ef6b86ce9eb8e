"""Rules on where the messages go: the channels, print, and the page to land on."""

import re
from urllib.parse import urlsplit

from campaigns.brief_answers import is_no_answer
from campaigns.brief_meant import hint
from campaigns.brief_subject import Found, Subject, rule
from campaigns.channels import channel_meant, load_channels
from campaigns.programme import load_programme


@rule
def web_channel(subject: Subject) -> Found:
    """P4e: the city's web first."""
    channels = subject.words("channels")
    if channels and "web" not in {word for _, word in channels}:
        yield ("channels",), "the city's web is not among the channels", "Add web to `channels`."


@rule
def channel_known(subject: Subject) -> Found:
    """P4e: a channel has a price, a limit and a sender."""
    known = list(load_channels())
    for number, word in subject.words("channels"):
        if word not in known:
            remedy = f"{hint(channel_meant(word) or word, known)}Allowed: {', '.join(known)}."
            yield ("channels", number), f"`channels[{number + 1}]` is not a known channel", remedy


@rule
def landing_page(subject: Subject) -> Found:
    """P4e: a page of the city to land on."""
    address = subject.text("landing_page")
    try:
        parts = urlsplit(address)
        sound = parts.scheme == "https" and re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d{1,5})?", parts.netloc)
    except ValueError:
        sound = None
    if address and (not sound or re.search(r"[\s<>\"{}]", address)):
        remedy = "Write the full address, such as https://start.stockholm/avfall."
        yield ("landing_page",), "`landing_page` is not a full https address", remedy
    elif address and (network := _network(urlsplit(address).hostname or "")):
        remedy = "Land on a page of the city, and let that page lead to the network."
        yield ("landing_page",), f"`landing_page` leads to {network}, which is not the city's web", remedy


@rule
def landing_host(subject: Subject) -> Found:
    """P4e: the page is the city's or its company's own; an address that only looks like it may be anybody's."""
    try:
        host = (urlsplit(subject.text("landing_page")).hostname or "").lower()
    except ValueError:
        return
    known = load_programme().city_web
    if "." not in host or _network(host) or any(host == name or host.endswith(f".{name}") for name in known):
        return
    alike = next((name for name in known if "." in name and f".{name}." in f".{host}."), "")
    told = f"only looks like one of {alike}" if alike else "is on none of the city's or its companies' own hosts"
    remedy = "Land on a page of the city or its company, or give the reason under `overrides`."
    yield ("landing_page",), f"`landing_page` {told}", remedy


def _network(host: str) -> str:
    """Return the social network that a host belongs to; empty where it belongs to none that we know of."""
    known = load_programme().social_networks
    return next((name for name in known if host.lower() == name or host.lower().endswith(f".{name}")), "")


@rule
def print_reason(subject: Subject) -> Found:
    """P4f: print only with a reason."""
    printed = [word for _, word in subject.words("channels") if word in load_channels() and load_channels()[word].print]
    remedy = "Say why print is needed, or take the channel out."
    if printed and is_no_answer("print_reason", subject.text("print_reason")):
        yield ("print_reason",), "`print_reason` gives no reason", remedy
    if printed and not subject.text("print_reason"):
        yield ("print_reason",), f"`print_reason` is missing although {', '.join(printed)} is printed", remedy
