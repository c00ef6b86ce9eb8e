"""Whose account runs a command: what the system says of the process, then what its environment says."""

import contextlib
import getpass
import os
import pwd
from collections.abc import Iterator

UNKNOWN = "unknown account"


def acting_account() -> str:
    """Return the account, or all of them joined by ``/`` where user id, environment and ``sudo`` do not agree.

    The user id comes first: the environment is the caller's to write. Both are named, so that whoever acts under
    another name is known by either.
    """
    return "/".join(dict.fromkeys(name for name in _names() if name and "/" not in name)) or UNKNOWN


def _names() -> Iterator[str]:
    with contextlib.suppress(KeyError):
        yield pwd.getpwuid(os.getuid()).pw_name
    with contextlib.suppress(KeyError, OSError):
        yield getpass.getuser()
    yield os.environ.get("SUDO_USER", "")
