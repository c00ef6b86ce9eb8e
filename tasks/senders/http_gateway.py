"""One HTTP gateway: only the machine that the setting names, bounded in bytes and in time.

Its name is looked up once and the connection pinned to an address that was checked, so that no second look-up leads
elsewhere; an address of one's own house is refused unless the setting says ``private=1`` or names loopback. Redirects
are never followed and nothing is repeated. A whole exchange takes at most the gateway's seconds, however slowly the
answer drips in, and of the answer at most 64 kB are read.
"""

import math
import socket
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import NamedTuple

from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.util.ssl_match_hostname import CertificateError

from campaigns.errors import GatewayUnavailable
from tasks.senders.deadlines import DEADLINES
from tasks.senders.http_line import Line
from tasks.senders.http_place import LOOPBACK, Place
from tasks.senders.http_request import Data
from tasks.senders.requests_line import RequestsLine
from tasks.web_addresses import Ip, is_public, numeric_address

SECONDS_TO_CONNECT = 10.0
MOST_ADDRESSES = 3
LONGEST_WAIT = 3600.0
SHORTEST_WAIT = 0.25


class Answer(NamedTuple):
    """Status and body of an answer; the body is None where it was torn, too long or too slow to read.

    ``wait``: seconds for which the gateway asks to be left alone, within bounds; 0 where it does not.
    """

    status: int
    body: bytes | None
    wait: float


class NoAnswer(Exception):
    """There was no answer; ``sent`` says whether anything of the request may have left."""

    def __init__(self, code: str, *, sent: bool) -> None:
        super().__init__(code)
        self.code, self.sent = code, sent


class HttpGateway:
    """One connection to one gateway: through requests, or over a ``line`` that makes less of each of many requests.

    Nothing of the environment, but the setting alone says where messages go and with which password; no cookie is
    kept and no redirect followed.
    """

    def __init__(
        self, place: Place, headers: Mapping[str, str] | None = None,
        line: type[RequestsLine] | type[Line] = RequestsLine,
    ) -> None:  # fmt: skip
        self.place, self._headers = place, {"Accept-Encoding": "identity", "User-Agent": "budkavle", **(headers or {})}
        self._kind = line
        self._line: RequestsLine | Line | None = None

    def open(self) -> None:
        """See that the gateway takes a connection; raises GatewayUnavailable."""
        if self._line is not None:
            return
        try:
            ip = self._reachable()
        except OSError as error:
            raise self._unavailable(type(error).__name__) from None
        self._line = self._kind(self.place, ip, self._headers, to_connect=SECONDS_TO_CONNECT)

    def ask(
        self, method: str, path: str = "", *, headers: Mapping[str, str] | None = None,
        data: Data = b"", params: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """Make one request and return its answer; raises NoAnswer, or GatewayUnavailable before a first connection.

        ``data`` is a form or the body itself.
        """
        self.open()
        assert self._line is not None
        end = time.monotonic() + self.place.seconds
        try:
            with DEADLINES.within(self.place.seconds, self._line.cut):
                status, given, body = self._line.ask(method, path, headers or {}, data, params, end)
        except (HTTPError, HTTPException, CertificateError, OSError) as error:
            self.close()
            raise _lost(error, end) from None
        if body is None:
            self.close()
        asked = given.get("Retry-After")
        return Answer(status, body, seconds_to_wait(asked or "") if asked or status == 429 else 0.0)

    def close(self) -> None:
        """Let the connection go."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _reachable(self) -> Ip:
        """Return an address of the gateway that may be connected to and takes a connection; raises OSError."""
        failure: OSError = ConnectionRefusedError()
        for ip in self._addresses()[:MOST_ADDRESSES]:
            try:
                seconds = min(SECONDS_TO_CONNECT, self.place.seconds)
                socket.create_connection((str(ip), self.place.port), timeout=seconds).close()
                return ip
            except OSError as error:
                failure = error
        raise failure

    def _addresses(self) -> list[Ip]:
        found = socket.getaddrinfo(self.place.host, self.place.port, type=socket.SOCK_STREAM)
        ips = list(dict.fromkeys(ip for each in found if (ip := numeric_address(str(each[4][0]))) is not None))
        if self.place.host in LOOPBACK:
            allowed = all(ip.is_loopback for ip in ips)
        else:
            allowed = self.place.options.get("private") == "1" or all(map(is_public, ips))
        if not allowed:
            raise self._unavailable("its name leads to a private address", "write #private=1 behind it if it should")
        return ips

    def _unavailable(self, why: str, remedy: str = "") -> GatewayUnavailable:
        return GatewayUnavailable(
            f"the gateway took no connection ({self.place.host}:{self.place.port} {why})",
            where=self.place.setting,
            remedy=remedy or "check the setting and the gateway, then run the same command again; nothing was sent.",
        )


def _lost(error: Exception, end: float) -> NoAnswer:
    """Tell a request of which nothing has left from one whose answer was lost."""
    unsent = NewConnectionError | ConnectTimeoutError | ssl.SSLCertVerificationError | CertificateError
    if isinstance(error, unsent):
        return NoAnswer("no_connection", sent=False)
    late = isinstance(error, TimeoutError) or time.monotonic() >= end
    return NoAnswer("timeout" if late else "connection_lost", sent=True)


def seconds_to_wait(written: str) -> float:
    """Return the seconds of a Retry-After header, given as a number or a date (RFC 9110, 10.2.3), within bounds."""
    try:
        seconds = float(written)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(written).timestamp() - time.time()
        except (TypeError, ValueError, OverflowError):
            seconds = SHORTEST_WAIT
    return SHORTEST_WAIT if math.isnan(seconds) else min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT)
