"""One provider of text messages, in the shape of the 46elks API: a form with from, to and message, answered in JSON.

Nothing is in doubt before the first byte of a request has left: a refused connection or certificate means not sent.
After it only an answer tells. A provider that is asked (``lookup=1`` behind its URL) lists what it took from us.
"""

import contextlib
import json
import re
import time
from collections import deque
from collections.abc import Container, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from campaigns.errors import GatewayUnavailable
from tasks.senders.http_gateway import Answer, HttpGateway, NoAnswer
from tasks.senders.http_line import Line
from tasks.senders.http_place import read_place
from tasks.senders.protocol import Outcome

SETTING = "BUDKAVLE_SMS_URL"
REFERENCE = re.compile(r"[\w.-]{1,64}")
KEY_HEADER = "Idempotency-Key"
ABOUT_THE_GATEWAY = frozenset({301, 302, 307, 308, 401, 402, 403, 404, 405, 407, 408})
"""Answers that took nothing and say nothing about this recipient: address, account or method are wrong."""
MOST_LISTED = 20
SECONDS_OF_CLOCKS = 120.0
"""How far the provider's clock may be from ours."""


class Provider:
    """One provider and as many connections to it as are used at once."""

    def __init__(self, url: str) -> None:
        self._place = read_place(url, SETTING, "telephone numbers")
        self._idle: deque[HttpGateway] = deque()
        self._can_be_asked = self._place.options.get("lookup") == "1"
        self._not_before = 0.0

    @property
    def options(self) -> Mapping[str, str]:
        """What stands behind ``#`` in the provider's URL."""
        return self._place.options

    def open(self) -> None:
        """See that the provider takes a connection; raises GatewayUnavailable."""
        with self._gateway() as gateway:
            gateway.open()

    def close(self) -> None:
        """Let the connections go."""
        while self._idle:
            self._idle.pop().close()

    def wait(self) -> float:
        """Return for how many seconds the provider wants to be left alone; 0 when it takes messages."""
        return max(0.0, self._not_before - time.monotonic())

    def send(self, message_id: str, form: Mapping[str, str]) -> Outcome:
        """Hand one message over and say what became of it."""
        try:
            with self._gateway() as gateway:
                answer = gateway.ask("POST", data=form, headers={KEY_HEADER: message_id})
        except GatewayUnavailable:
            return Outcome("deferred", "no_connection", gateway_fault=True)
        except NoAnswer as lost:
            return Outcome("unknown" if lost.sent else "deferred", lost.code, "", True)
        return self._outcome(answer)

    def look_up(self, message_id: str, form: Mapping[str, str], since: float, others: Container[str]) -> Outcome | None:
        """Ask whether a message was taken; None where nobody can say.

        An entry is ours when it carries our key. A provider that returns no keys must have exactly one entry with
        this sender, number and text since then (seconds since 1970) whose id is not that of another message.
        """
        if not self._can_be_asked:
            return None
        after = datetime.fromtimestamp(since - SECONDS_OF_CLOCKS, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
        try:
            with self._gateway() as gateway:
                answer = gateway.ask("GET", params={"to": form["to"], "end": after, "limit": str(MOST_LISTED)})
        except (GatewayUnavailable, NoAnswer):
            return None
        if answer.status in (404, 405):
            self._can_be_asked = False
        entries = list(_listed(answer)) if answer.status == 200 else []
        return _ours(entries, message_id, form, since, others)

    @contextlib.contextmanager
    def _gateway(self) -> Iterator[HttpGateway]:
        """Yield a connection that nobody else uses meanwhile."""
        try:
            gateway = self._idle.pop()
        except IndexError:
            gateway = HttpGateway(self._place, line=Line)
        try:
            yield gateway
        finally:
            self._idle.append(gateway)

    def _outcome(self, answer: Answer) -> Outcome:
        code = str(answer.status)
        if answer.status == 429:
            self._not_before = time.monotonic() + answer.wait
            return Outcome("deferred", code, retry_after=answer.wait)
        if 200 <= answer.status < 300:
            reference = _reference(answer.body)
            return (
                Outcome("accepted", code, reference) if reference else Outcome("unknown", "reply_unreadable", "", True)
            )
        if answer.status in ABOUT_THE_GATEWAY:
            return Outcome("deferred", code, gateway_fault=True)
        return Outcome("rejected", code) if 400 <= answer.status < 500 else Outcome("unknown", code, "", True)


def _ours(
    entries: list[dict[str, Any]], message_id: str, form: Mapping[str, str], since: float, others: Container[str]
) -> Outcome | None:
    keyed = [each for each in entries if each.get("idempotency_key") == message_id]
    alike = [
        each for each in entries
        if "idempotency_key" not in each and each["id"] not in others and _created(each) >= since - SECONDS_OF_CLOCKS
        and all(each.get(name) == form[name] for name in ("from", "to", "message"))
    ]  # fmt: skip
    found = keyed or alike
    return Outcome("accepted", "looked_up", found[0]["id"]) if len(found) == 1 else None


def _listed(answer: Answer) -> Iterator[dict[str, Any]]:
    content = _json(answer.body)
    entries = content.get("data") if isinstance(content, dict) else None
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("id"), str) and REFERENCE.fullmatch(entry["id"]):
            yield entry


def _created(entry: Mapping[str, Any]) -> float:
    """Return when an entry was made, in seconds since 1970; long ago where it does not say."""
    try:
        moment = datetime.fromisoformat(str(entry.get("created")))
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _reference(body: bytes | None) -> str:
    """Return the provider's own id of an accepted message; empty where the answer does not hold one."""
    answer = _json(body)
    reference = answer.get("id") if isinstance(answer, dict) else None
    return reference if isinstance(reference, str) and REFERENCE.fullmatch(reference) else ""


def _json(body: bytes | None) -> Any:
    try:
        return json.loads(body or b"")
    except (ValueError, RecursionError):
        return None
