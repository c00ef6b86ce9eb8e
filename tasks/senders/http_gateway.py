"""One HTTP gateway through requests: only the machine that the setting names, bounded in bytes and in time.

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
from typing import Any, NamedTuple
from urllib.parse import urlencode

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.util.ssl_match_hostname import CertificateError

from campaigns.errors import GatewayUnavailable
from tasks.senders.cuttable_connection import Cuttable
from tasks.senders.deadlines import DEADLINES
from tasks.senders.http_place import LOOPBACK, Place
from tasks.web_addresses import Ip, is_public, numeric_address

SECONDS_TO_CONNECT = 10.0
MOST_BYTES = 65_536
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
    """One connection to one gateway.

    Without a session of requests: the setting alone, and nothing of the environment, says where messages go and with
    which password; no cookie is kept and no redirect followed.
    """

    def __init__(self, place: Place, headers: Mapping[str, str] | None = None) -> None:
        self.place, self._headers = place, {"Accept-Encoding": "identity", **(headers or {})}
        self._adapter: Cuttable | None = None
        self._models: dict[tuple[str, str], requests.PreparedRequest] = {}

    def open(self) -> None:
        """See that the gateway takes a connection; raises GatewayUnavailable."""
        if self._adapter is not None:
            return
        try:
            ip = self._reachable()
        except OSError as error:
            raise self._unavailable(type(error).__name__) from None
        self._adapter = Cuttable(self.place.host, ip)

    def ask(self, method: str, path: str = "", *, headers: Mapping[str, str] | None = None, **content: Any) -> Answer:
        """Make one request and return its answer; raises NoAnswer, or GatewayUnavailable before a first connection.

        ``content`` is what requests takes: ``data`` or ``params``.
        """
        self.open()
        assert self._adapter is not None
        seconds = self.place.seconds
        end = time.monotonic() + seconds
        request = self._prepared(method, path, **content)
        request.headers.update(headers or {})
        try:
            with (
                DEADLINES.within(seconds, self._adapter.cut),
                self._adapter.send(
                    request, timeout=(min(SECONDS_TO_CONNECT, seconds), seconds), stream=True,
                    verify=self.place.options.get("ca", True),
                ) as response,
            ):  # fmt: skip
                body = _body(response, end)
                asked = response.headers.get("Retry-After")
                wait = seconds_to_wait(asked or "") if asked or response.status_code == 429 else 0.0
                if body is None:
                    self.close()
                return Answer(response.status_code, body, wait)
        except (requests.RequestException, HTTPError) as error:
            self.close()
            raise _lost(error, end) from None

    def close(self) -> None:
        """Let the connection go."""
        if self._adapter is not None:
            self._adapter.close()
            self._adapter = None

    def _prepared(self, method: str, path: str, *, data: Any = None, params: Any = None) -> requests.PreparedRequest:
        """Return a request; where address and login are those of an earlier one, only its body is made anew.

        A body is set here, because requests takes a fifth of the whole exchange to find out what it was given.
        """
        if params is not None:
            return self._request(method, path, params).prepare()
        if (model := self._models.get((method, path))) is None:
            model = self._models[method, path] = self._request(method, path).prepare()
        prepared = model.copy()
        if data is not None:
            body = urlencode(data) if isinstance(data, Mapping) else data
            prepared.body = body.encode() if isinstance(body, str) else body
            prepared.headers["Content-Length"] = str(len(prepared.body))
        if isinstance(data, Mapping):
            prepared.headers["Content-Type"] = "application/x-www-form-urlencoded"
        return prepared

    def _request(self, method: str, path: str, params: Mapping[str, str] | None = None) -> requests.Request:
        return requests.Request(
            method, self.place.url + path, headers=self._headers, auth=self.place.login, params=params
        )

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


def _body(response: requests.Response, end: float) -> bytes | None:
    body = b""
    try:
        while chunk := response.raw.read1(4096):
            body += chunk
            if len(body) > MOST_BYTES or time.monotonic() > end:
                response.raw.close()
                return None
    except (HTTPError, OSError, ValueError):
        return None
    return body


def _lost(error: Exception, end: float) -> NoAnswer:
    """Tell a request of which nothing has left from one whose answer was lost."""
    reason = error.args[0] if error.args else None
    cause = getattr(reason, "reason", reason)
    if isinstance(cause, NewConnectionError | ConnectTimeoutError) or isinstance(error, requests.ConnectTimeout):
        return NoAnswer("no_connection", sent=False)
    distrust = ssl.SSLCertVerificationError | CertificateError
    if any(isinstance(each, distrust) for each in getattr(cause, "args", ())):
        return NoAnswer("no_connection", sent=False)
    late = isinstance(error, requests.Timeout) or time.monotonic() >= end
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
