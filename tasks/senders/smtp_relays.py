"""Mail relays by their addresses in ``BUDKAVLE_SMTP_URL``: how each is reached, and which of several is used.

    smtp://user:secret@relay:587?tls=required, smtps://second:465?ca=/etc/ssl/relay.pem

The one that works is kept. After a fall to a later one the first is tried again when some minutes have passed, not
sooner, so that a relay that comes and goes does not take the sending with it.
"""

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from campaigns.errors import GatewayUnavailable, InputError
from tasks.senders.url_options import strange_option

SETTING = "BUDKAVLE_SMTP_URL"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
SECONDS_PER_STEP = 60.0
SECONDS_AFTER_DOT = 600.0
SECONDS_BEFORE_RETURN = 600.0
CONNECTIONS = 8
OPTIONS = ("tls", "ca", "auth", "connections", "timeout", "return_after", "starttls")
MOST_CONNECTIONS = 16


@dataclass(frozen=True)
class Relay:
    """One relay. ``tls``: ``implicit`` from the first byte, ``required`` or ``offered`` by STARTTLS, or ``no``."""

    host: str
    port: int
    tls: str
    certificates: str | None
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    password_in_the_clear: bool = False
    connections: int = CONNECTIONS
    seconds_per_step: float = SECONDS_PER_STEP
    seconds_after_dot: float = SECONDS_AFTER_DOT
    seconds_before_return: float = SECONDS_BEFORE_RETURN

    def connect(self, name: str) -> smtplib.SMTP:
        """Connect as ``name``, secure and log in; raises OSError or SMTPException."""
        seconds = self.seconds_per_step
        server: smtplib.SMTP
        if self.tls == "implicit":
            server = smtplib.SMTP_SSL(self.host, self.port, name, timeout=seconds, context=self._context())
        else:
            server = smtplib.SMTP(self.host, self.port, name, timeout=seconds)
        try:
            self._greet(server)
        except BaseException:
            server.close()
            raise
        return server

    def _greet(self, server: smtplib.SMTP) -> None:
        assert server.sock is not None
        server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.ehlo_or_helo_if_needed()
        if self.tls == "required" or (self.tls == "offered" and server.has_extn("starttls")):
            server.starttls(context=self._context())
            server.ehlo()
        if self.user:
            if not isinstance(server.sock, ssl.SSLSocket) and not self.password_in_the_clear:
                raise smtplib.SMTPNotSupportedError("no encryption, so no password")
            server.login(self.user, self.password)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificates)


@dataclass(frozen=True)
class Line:
    """An open connection to a relay, ready for the first MAIL."""

    relay: Relay
    server: smtplib.SMTP


class Relays:
    """Several relays, the first preferred; used by the sending thread and the one that opens connections."""

    def __init__(self, urls: str, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._relays = relays_of(urls)
        self._name, self._clock = name, clock
        self._place, self._return_at = 0, inf
        self._lock = threading.Lock()

    @property
    def current(self) -> Relay:
        """The relay in use."""
        return self._relays[self._place]

    @property
    def may_return(self) -> bool:
        """Whether a later relay is in use for long enough for the first one to be tried again."""
        return self._clock() >= self._return_at

    def connect(self) -> Line:
        """Return an open connection to the relay in use, or the next that answers; raises GatewayUnavailable.

        Where a relay was given up meanwhile, that decides which is in use, and the connection may be to another.
        """
        problems = []
        with self._lock:
            order, used = self._order(), self._place
        for place in order:
            relay = self._relays[place]
            try:
                server = relay.connect(self._name)
            except (OSError, smtplib.SMTPException) as error:
                problems.append(f"{relay.host}:{relay.port} {problem_of(error)}")
                continue
            with self._lock:
                if self._place == used:
                    self._settle_on(place)
            return Line(relay, server)
        raise GatewayUnavailable(
            f"no mail relay took the connection ({'; '.join(problems)})",
            remedy=f"check {SETTING} and the relay, then run the same command again; nothing was sent.",
        )

    def give_up(self, relay: Relay) -> bool:
        """Prefer the next relay to one that answers with nothing but faults; return whether there is another."""
        with self._lock:
            if len(self._relays) > 1 and relay is self.current:
                self._settle_on((self._place + 1) % len(self._relays))
        return relay is not self.current

    def _order(self) -> list[int]:
        first = [0] if self.may_return else []
        return list(dict.fromkeys([*first, *range(self._place, len(self._relays)), *range(self._place)]))

    def _settle_on(self, place: int) -> None:
        seconds = self._relays[0].seconds_before_return
        if place == 0:
            self._return_at = inf
        elif place != self._place or self.may_return:
            self._return_at = self._clock() + seconds
        self._place = place


def relays_of(urls: str) -> list[Relay]:
    """Read the addresses of relays, parted by commas."""
    return [relay_of(url.strip()) for url in urls.split(",") if url.strip()]


def relay_of(url: str) -> Relay:
    """Read one relay's address; raises InputError naming what is wrong, never the password."""
    parts, port = _split(url)
    assert parts.hostname is not None
    given = _options(parts)
    tls = _tls(parts, given)
    in_the_clear = parts.hostname in LOOPBACK and given.get("auth") == "unencrypted"
    if parts.username and tls == "no" and not in_the_clear:
        remedy = "use tls=required or smtps; on loopback alone auth=unencrypted allows it"
        raise _wrong("the password would be sent unencrypted", remedy)
    if not unquote(f"{parts.username}{parts.password}").isascii():
        raise _wrong("the user or password has other than ASCII characters")
    connections = min(max(1, int(_number(given, "connections", CONNECTIONS))), MOST_CONNECTIONS)
    return Relay(
        parts.hostname, port or (465 if tls == "implicit" else 25), tls, given.get("ca"),
        unquote(parts.username or ""), unquote(parts.password or ""), in_the_clear, connections,
        min(SECONDS_PER_STEP, _number(given, "timeout", SECONDS_PER_STEP)),
        min(SECONDS_AFTER_DOT, _number(given, "timeout", SECONDS_AFTER_DOT)),
        _number(given, "return_after", SECONDS_BEFORE_RETURN),
    )  # fmt: skip


def _options(parts: SplitResult) -> dict[str, str]:
    given = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    if parts.fragment or (strange := strange_option(given, OPTIONS)):
        what = "options stand behind ?, not behind #" if parts.fragment else f"there is no option {strange}"
        raise _wrong(f"{what} in the SMTP URL", f"the options are {', '.join(OPTIONS)}")
    return given


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        if parts.scheme in ("smtp", "smtps") and parts.hostname:
            return parts, parts.port
    except ValueError:  # brackets that hold no address, or a port beyond 65535
        pass
    raise _wrong("the SMTP URL is not smtp://host:port or smtps://host:port") from None


def _tls(parts: SplitResult, given: dict[str, str]) -> str:
    if parts.scheme == "smtps":
        return "implicit"
    otherwise = "required" if given.get("starttls") == "1" else "no" if parts.hostname in LOOPBACK else "offered"
    tls = given.get("tls", otherwise)
    if tls not in ("required", "offered", "no"):
        raise _wrong("tls in the SMTP URL is none of required, offered and no")
    return tls


def _number(given: dict[str, str], name: str, otherwise: float) -> float:
    try:
        return float(given.get(name, otherwise))
    except ValueError:
        raise _wrong(f"{name} in the SMTP URL is not a number") from None


def _wrong(message: str, remedy: str = "docs/quick-start-operators.md explains its options") -> InputError:
    return InputError(message, where=SETTING, remedy=f"{remedy}.")


def problem_of(error: Exception) -> str:
    """Return what went wrong, without what the relay said."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "offers no encryption or no login"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"does not accept user and password ({error.smtp_code})"
    code = f" {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else ""
    return f"{type(error).__name__}{code}"
