"""Addresses of the web: which of them lead out to the public internet, and which to a machine of one's own house."""

import ipaddress
import re
import socket

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

OWN_NAMES = frozenset({
    "corp", "example", "home", "internal", "intern", "intra", "intranet", "intranät", "invalid", "lan", "local",
    "localdomain", "localhost", "onion", "private", "test",
})  # fmt: skip
"""Last parts of names that no public name server knows (RFC 6761, RFC 6762, ICANN's ``internal``, and usage)."""
LABEL = re.compile(r"(?!-)[^\W_](?:[\w-]{0,61}[^\W_])?")
NUMERIC = re.compile(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}\.?", re.IGNORECASE)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Carries an IPv4 address in its last 32 bits (RFC 6052)."""
TUNNELS = tuple(map(ipaddress.IPv6Network, ("::/96", "2001::/32", "2002::/16", "64:ff9b:1::/48")))
"""Other ways to put an IPv4 address inside an IPv6 one; no public server is reached through them today."""
OWN_NETWORKS = tuple(map(ipaddress.IPv6Network, ("fec0::/10", "3fff::/20")))
"""Site-local addresses (RFC 3879) and those of documentation (RFC 9637), which Python calls global."""


def numeric_address(host: str) -> Ip | None:
    """Return the address that a host is written as, in any of the ways that a browser reads; None for a name.

    IPv4 may be written as fewer numbers, octal or hexadecimal: ``127.1``, ``0x7f.1`` and ``2130706433`` are the same.
    """
    bare = host.strip("[]").partition("%")[0]
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    if not NUMERIC.fullmatch(host):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except (OSError, ValueError):
        return None


def is_public(address: Ip) -> bool:
    """Tell whether an address leads out to the internet; an IPv4 address inside an IPv6 one decides for it."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(address in network for network in (*TUNNELS, *OWN_NETWORKS)):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_public_name(host: str) -> bool:
    """Tell whether a host is written as a name that any browser can look up: two parts at least, none internal."""
    labels = host.rstrip(".").lower().split(".")
    sound = len(labels) > 1 and len(host) <= 253 and all(LABEL.fullmatch(label) for label in labels)
    return sound and labels[-1] not in OWN_NAMES and not labels[-1].isdigit() and host.lower() != "home.arpa"
