"""The options behind an address in the settings: one that nobody knows is refused, for what it meant would not hold."""

import re
from collections.abc import Collection, Mapping

NAME = re.compile(r"[a-z_]{1,20}", re.IGNORECASE)


def strange_option(given: Mapping[str, str], known: Collection[str]) -> str:
    """Return the name of the first option that is not known; what is no name, and may be a secret, is not repeated."""
    strange = next((name for name in given if name not in known), "")
    return strange if not strange or NAME.fullmatch(strange) else "of this name"
