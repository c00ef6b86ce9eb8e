"""Where an HTTP gateway is, read from the URL of a setting: never shown, for it may hold a secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from campaigns.errors import InputError
from tasks.senders.url_options import strange_option

SECONDS_TO_ANSWER = 30.0
LONGEST_ANSWER = 600.0
OPTIONS = ("timeout", "ca", "private", "lookup", "connections", "back")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Place:
    """Where a gateway is: ``url`` without login and options. The options stand behind ``#`` in the setting."""

    url: str
    host: str
    port: int
    setting: str
    login: tuple[str, str] | None = field(default=None, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """The most that one exchange may take."""
        return float(self.options.get("timeout", SECONDS_TO_ANSWER))


def read_place(url: str, setting: str, loss: str = "personal data") -> Place:
    """Read the URL of a setting; raises InputError, never showing the URL, which may hold a secret."""
    try:
        parts = urlsplit(url)
        options = {name: values[0] for name, values in parse_qs(parts.fragment, keep_blank_values=True).items()}
        (parts.hostname or "").encode("idna")  # a UnicodeError is a ValueError
        port = parts.port or (443 if parts.scheme == "https" else 80)
        sound = (
            parts.scheme in ("http", "https")
            and parts.hostname
            and 0 < float(options.get("timeout", 1)) <= LONGEST_ANSWER
        )
    except ValueError:
        sound = False
    if sound and (strange := strange_option(options, OPTIONS)):
        remedy = f"the options behind # are {', '.join(OPTIONS)}."
        raise InputError(f"there is no option {strange}", where=setting, remedy=remedy)
    if sound and not Path(options.get("ca", "/")).exists():
        raise InputError("the file of certificates after `ca=` is not there", where=setting)
    if not sound or not all("!" <= character <= "~" for character in url):
        raise InputError("the URL is not https://user:secret@host/path#timeout=SECONDS", where=setting)
    host = str(parts.hostname)
    if parts.scheme == "http" and host not in LOOPBACK:
        raise InputError(f"the URL would send {loss} unencrypted", where=setting, remedy="use https.")
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
    return Place(bare, host, port, setting, login, options)
