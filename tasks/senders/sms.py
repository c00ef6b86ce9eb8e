"""Text messages over HTTP, in the shape of the 46elks API: a form with from, to and message, answered in JSON.

Nothing is in doubt before the first byte of a request has left: a refused connection or certificate means not sent.
After it only an answer tells, so a request is never repeated by the library and never follows a redirect.
"""

import json
import math
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime
from socket import create_connection
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from campaigns.errors import GatewayUnavailable, InputError
from tasks.senders.protocol import Message, Outcome, Setting

NUMBER = re.compile(r"\+[1-9]\d{6,14}")  # E.164
REFERENCE = re.compile(r"[\w.-]{1,64}")
WINDOW = 16
SECONDS_TO_CONNECT = 10.0
SECONDS_TO_ANSWER = 30.0
MOST_BYTES = 65_536
LONGEST_WAIT = 3600.0
SHORTEST_WAIT = 0.25
KEY_HEADER = "Idempotency-Key"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
ABOUT_THE_GATEWAY = frozenset({301, 302, 307, 308, 401, 402, 403, 404, 405, 407, 408})
"""Answers that took nothing and say nothing about this recipient: address, account or method are wrong."""


class SmsSender:
    """Sends one message at a time to the gateway of ``BUDKAVLE_SMS_URL``, over one connection."""

    window = WINDOW

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._gateway = _gateway(setting.sms_url)
        self._seconds = float(parse_qs(self._gateway.fragment).get("timeout", [str(SECONDS_TO_ANSWER)])[0])
        self._session: requests.Session | None = None
        self._texts: dict[str, str] = {}
        self._not_before = 0.0

    def open(self) -> None:
        """See that the gateway takes a connection; raises GatewayUnavailable."""
        if self._session is not None:
            return
        host, port = str(self._gateway.hostname), self._gateway.port or _standard_port(self._gateway)
        try:
            create_connection((host, port), timeout=SECONDS_TO_CONNECT).close()
        except OSError as error:
            raise GatewayUnavailable(
                f"no SMS gateway took the connection ({host}:{port} {type(error).__name__})",
                remedy="check BUDKAVLE_SMS_URL and the gateway, then run the same command again; nothing was sent.",
            ) from None
        self._session = requests.Session()
        self._session.trust_env = False  # the setting alone says where messages go and with which password

    def prepare(self, messages: Sequence[Message]) -> None:
        """Join the slots into the texts, so that a text that cannot be filled is found before the mark."""
        self._texts = {each.message_id: self._setting.render(each).decode("utf-8") for each in messages}

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """Yield the outcome of each message; after a 429 the rest of the window waits as long as the gateway asks."""
        for message in messages:
            left = self._not_before - time.monotonic()
            yield Outcome("deferred", "429", retry_after=left) if left > 0 else self._send(message)

    def after_crash(self) -> Literal["accepted", "not_sent", "unknown"]:
        """The interface has no question whether a message was taken."""
        return "unknown"

    def close(self) -> None:
        """Let the connection go."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _send(self, message: Message) -> Outcome:
        if not NUMBER.fullmatch(message.address):
            return Outcome("rejected", "address_unusable")
        try:
            self.open()
        except GatewayUnavailable:
            return Outcome("deferred", "no_connection", gateway_fault=True)
        try:
            with self._post(message) as response:
                return self._outcome(response, _body(response, time.monotonic() + self._seconds))
        except requests.RequestException as error:
            self.close()
            return _lost(error)

    def _post(self, message: Message) -> requests.Response:
        assert self._session is not None
        return self._session.post(
            self._gateway._replace(netloc=self._gateway.netloc.rpartition("@")[2], fragment="").geturl(),
            data={"from": self._setting.text_sender, "to": message.address, "message": self._texts[message.message_id]},
            headers={KEY_HEADER: message.message_id, "Accept-Encoding": "identity"},
            auth=_login(self._gateway),
            timeout=(SECONDS_TO_CONNECT, self._seconds),
            allow_redirects=False,
            stream=True,
        )

    def _outcome(self, response: requests.Response, body: bytes | None) -> Outcome:
        code = str(response.status_code)
        if response.status_code == 429:
            wait = _seconds_to_wait(response.headers.get("Retry-After", ""))
            self._not_before = time.monotonic() + wait
            return Outcome("deferred", code, retry_after=wait)
        if 200 <= response.status_code < 300:
            return _taken(code, body)
        if response.status_code in ABOUT_THE_GATEWAY:
            return Outcome("deferred", code, gateway_fault=True)
        return Outcome("rejected", code) if 400 <= response.status_code < 500 else Outcome("unknown", code, "", True)


def _gateway(url: str) -> SplitResult:
    gateway = urlsplit(url)
    if gateway.scheme not in ("http", "https") or not gateway.hostname:
        raise InputError("the SMS URL is not https://user:secret@host/path", where="BUDKAVLE_SMS_URL")
    if gateway.scheme == "http" and gateway.hostname not in LOOPBACK:
        raise InputError(
            "the SMS URL would send telephone numbers unencrypted", where="BUDKAVLE_SMS_URL", remedy="use https."
        )
    return gateway


def _standard_port(gateway: SplitResult) -> int:
    return 443 if gateway.scheme == "https" else 80


def _login(gateway: SplitResult) -> tuple[str, str] | None:
    return (unquote(gateway.username), unquote(gateway.password or "")) if gateway.username else None


def _body(response: requests.Response, deadline: float) -> bytes | None:
    """Return the answer's body; None where it is too long or too slow to read."""
    body = b""
    while chunk := response.raw.read1(4096):
        body += chunk
        if len(body) > MOST_BYTES or time.monotonic() > deadline:
            response.raw.close()
            return None
    return body


def _taken(code: str, body: bytes | None) -> Outcome:
    reference = _reference(body)
    return Outcome("accepted", code, reference) if reference else Outcome("unknown", "reply_unreadable", "", True)


def _reference(body: bytes | None) -> str:
    """Return the gateway's own id of an accepted message; empty where the answer does not hold one."""
    try:
        answer = json.loads(body or b"")
    except ValueError:
        return ""
    reference = answer.get("id") if isinstance(answer, dict) else None
    return reference if isinstance(reference, str) and REFERENCE.fullmatch(reference) else ""


def _lost(error: requests.RequestException) -> Outcome:
    """Tell a request of which nothing has left from one whose answer was lost."""
    reason = error.args[0] if error.args else None
    cause = getattr(reason, "reason", reason)
    refused = isinstance(cause, NewConnectionError) or isinstance(error, requests.ConnectTimeout)
    if refused or isinstance(getattr(cause, "__cause__", None) or cause, ssl.SSLCertVerificationError):
        return Outcome("deferred", "no_connection", gateway_fault=True)
    timed_out = isinstance(error, requests.Timeout)
    return Outcome("unknown", "timeout" if timed_out else "connection_lost", "", True)


def _seconds_to_wait(written: str) -> float:
    """Return the seconds of a Retry-After header, given as a number or a date (RFC 9110, 10.2.3), within bounds."""
    try:
        seconds = float(written)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(written).timestamp() - time.time()
        except (TypeError, ValueError, OverflowError):
            seconds = SHORTEST_WAIT
    return SHORTEST_WAIT if math.isnan(seconds) else min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT)
