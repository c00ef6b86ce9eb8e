"""When two written addresses or login names are one person's: the one place where identities are compared.

Who separates author from approver, or counts two approvers, must not be misled by spelling. Mail systems deliver
``Anna.Berg@``, ``annaberg+x@`` and often ``ännaberg@`` to one mailbox, and a domain with an umlaut has a second form
(IDNA, RFC 5891). Too much is treated as alike rather than too little: a refusal can be mended, a sham cannot.
"""

import unicodedata
from collections.abc import Iterable, Mapping

INVISIBLE = {"Cf", "Mn"}
"""Unicode categories that a reader does not see by themselves: format characters and combining marks."""


def mailbox(address: str) -> str:
    """Return the form in which every spelling of one mailbox is the same; for comparing only, never to send to."""
    local, _, domain = _plain(address).strip("<> ").rpartition("@")
    bare = "".join(
        letter for letter in unicodedata.normalize("NFKD", local) if unicodedata.category(letter) not in INVISIBLE
    )
    untagged = bare.strip('"').partition("+")[0].replace(".", "")
    return f"{untagged or bare}@{_ascii(domain)}"


def login(name: str) -> str:
    """Return the form in which every spelling of one login name is the same; it may be an address."""
    return mailbox(name) if "@" in name else _plain(name)


def groups(signs: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return for each id the first id that is the same person, given each one's signs (mailbox, login names).

    Ids are one person where they share a sign, also by way of a third.
    """
    found: list[tuple[set[str], list[str]]] = []
    for identity, own in signs.items():
        alike = [group for group in found if not group[0].isdisjoint(own)]
        members = [each for _, ids in alike for each in ids]
        merged = (set(own).union(*(known for known, _ in alike)), [*members, identity])
        found = [*(group for group in found if group not in alike), merged]
    order = list(signs)
    return {each: min(ids, key=order.index) for _, ids in found for each in ids}


def _plain(text: str) -> str:
    visible = (letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", "".join(visible).casefold()).strip()


def _ascii(domain: str) -> str:
    bare = domain.rstrip(".")
    try:
        return bare.encode("idna").decode("ascii")
    except UnicodeError:
        return bare
