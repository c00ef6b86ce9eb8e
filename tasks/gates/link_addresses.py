"""What is wrong with an address that a reader is led to."""

import re
from urllib.parse import unquote, urlsplit

from tasks.gates.subject import GateSubject
from tasks.web_addresses import is_public, is_public_name, numeric_address

MAILBOX = re.compile(r"[^@\s,;:<>()\[\]]+@([^@\s,;:<>()\[\]]+)")
TELEPHONE = re.compile(r"\+?[\d\s().\-\u00a0\u2011]*\d[\d\s().\-\u00a0\u2011]*(?:;[\w=;+.-]*)?")
BROKEN = re.compile(r"[\s<>\"{}|\\^`]|^https://https?[:/]", re.IGNORECASE)
FEWEST_DIGITS = 3
LONGEST_NUMBER = 60  # characters


def how_to_mend(subject: GateSubject, address: str) -> str:
    """Say how an address of its kind is written."""
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
