"""Text messages through one provider or several, the next taking over where the first says a definite no.

A definite no is a refused connection or certificate, an answer about account or address, or a wish to be left alone.
A message that is in doubt never moves to another provider: that could tell somebody twice. The provider that works is
kept for a while before the first is tried again, so that a failing one does not make every message wait. Several
messages are under way at once, each on a connection of its own.
"""

import contextlib
import re
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Literal

from campaigns.errors import GatewayUnavailable, InputError
from tasks.receipts import has_receipt, receipt_address
from tasks.senders.protocol import Doubt, Message, Outcome, Setting
from tasks.senders.sms_provider import SETTING, Provider

NUMBER = re.compile(r"\+[1-9]\d{6,14}")  # E.164
WINDOW = 16
SECONDS_BEFORE_COMING_BACK = 300.0
CONNECTIONS = 8
MOST_DOUBTS = 3
"""So many messages in doubt one after another, and those after them go to the next provider."""


class SmsSender:
    """Sends one message at a time to a provider of ``BUDKAVLE_SMS_URL``, the first by preference."""

    window = WINDOW

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._providers = [Provider(url.strip()) for url in setting.sms_url.split(",") if url.strip()]
        if not self._providers:
            raise InputError("no SMS gateway is named", where=SETTING, remedy="write https://user:secret@host/path.")
        self._stay = _number(self._providers[0], "back", SECONDS_BEFORE_COMING_BACK)
        self.connections = round(min(max(_number(self._providers[0], "connections", CONNECTIONS), 1), WINDOW))
        self._choosing = threading.Lock()
        self._current, self._come_back_at = 0, 0.0
        self._forms: dict[str, dict[str, str]] = {}
        self._in_doubt_at: dict[str, int | None] = {}
        self._references: set[str] = set()
        self._doubts_in_a_row = 0

    def open(self) -> None:
        """See that a provider takes a connection; raises GatewayUnavailable when none does."""
        problems = []
        for place in self._order():
            try:
                self._providers[place].open()
                return
            except GatewayUnavailable as unavailable:
                problems.append(unavailable)
        if len(problems) == 1:
            raise problems[0]
        raise GatewayUnavailable(
            "; ".join(each.problem for each in problems), where=SETTING, remedy=problems[0].remedy
        ) from None

    def prepare(self, messages: Sequence[Message]) -> None:
        """Join the slots into the texts, so that a text that cannot be filled is found before the mark."""
        self._forms |= {each.message_id: self._form(each) for each in messages}

    def send(self, message: Message) -> Outcome:
        """Send one message; while every provider wants to be left alone, nothing is sent."""
        try:
            return self._send(message) if NUMBER.fullmatch(message.address) else Outcome("rejected", "address_unusable")
        finally:
            del self._forms[message.message_id]

    def after_crash(self) -> Literal["accepted", "not_sent", "unknown"]:
        """What no provider could be asked about is in doubt."""
        return "unknown"

    def look_up(self, doubts: Sequence[Doubt]) -> Mapping[str, Outcome]:
        """Ask the providers that can be asked."""
        found: dict[str, Outcome] = {}
        for message, marked_at in doubts:
            self._in_doubt_at[message.message_id] = None
            with contextlib.suppress(KeyError):  # a run that is stopped has no texts any more
                if outcome := self._ask(message.message_id, self._form(message), marked_at):
                    found[message.message_id] = outcome
        return found

    def close(self) -> None:
        """Let the connections go."""
        for provider in self._providers:
            provider.close()

    def _send(self, message: Message) -> Outcome:
        message_id = message.message_id
        if message_id not in self._in_doubt_at:
            return self._offer(message_id, self._order())
        if has_receipt(self._setting.home, self._setting.run, message_id):
            return Outcome("accepted", "receipt")
        asked = self._in_doubt_at[message_id]
        outcome = self._offer(message_id, self._order() if asked is None else [asked])
        # A no to the second request says nothing about the first.
        return outcome if outcome.status == "accepted" else Outcome("unknown", outcome.code, "", True)

    def _offer(self, message_id: str, places: Sequence[int]) -> Outcome:
        ready = [place for place in places if not self._providers[place].wait()]
        outcome = Outcome("deferred", "429")
        for place in ready:
            outcome = self._hand_over(place, message_id)
            if outcome.status != "deferred":
                return outcome
        waits = [wait for place in places if (wait := self._providers[place].wait())]
        return Outcome("deferred", "429", retry_after=min(waits)) if waits else outcome

    def _hand_over(self, place: int, message_id: str) -> Outcome:
        begun = time.time()
        outcome = self._providers[place].send(message_id, self._forms[message_id])
        if outcome.status == "unknown":
            self._in_doubt_at[message_id] = place
            outcome = self._ask(message_id, self._forms[message_id], begun, [place]) or outcome
        with self._choosing:
            self._doubts_in_a_row = self._doubts_in_a_row + 1 if outcome.status == "unknown" else 0
            if outcome.status != "deferred":
                self._settle_on(place if self._doubts_in_a_row < MOST_DOUBTS else (place + 1) % len(self._providers))
        if outcome.provider_ref:
            self._references.add(outcome.provider_ref)
        return outcome

    def _ask(
        self, message_id: str, form: Mapping[str, str], since: float, places: Sequence[int] = ()
    ) -> Outcome | None:
        for place in places or range(len(self._providers)):
            if found := self._providers[place].look_up(message_id, form, since, self._references):
                self._references.add(found.provider_ref)
                return found
        return None

    def _order(self) -> list[int]:
        """Return the providers as they are to be tried: the one that worked last, unless it is time to come back."""
        if self._current and time.monotonic() >= self._come_back_at:
            return list(range(len(self._providers)))
        return [self._current, *(place for place in range(len(self._providers)) if place != self._current)]

    def _settle_on(self, place: int) -> None:
        """Keep the provider that answered; one that was kept is kept anew only when the first failed again."""
        if place and (place != self._current or time.monotonic() >= self._come_back_at):
            self._come_back_at = time.monotonic() + self._stay
        self._current = place

    def _form(self, message: Message) -> dict[str, str]:
        form = {"from": self._setting.text_sender, "to": message.address}
        form["message"] = self._setting.render(message).decode("utf-8")
        if self._setting.receipts_url:
            form["whendelivered"] = receipt_address(self._setting, message.message_id)
        return form


def _number(first: Provider, option: str, otherwise: float) -> float:
    written = first.options.get(option, otherwise)
    with contextlib.suppress(ValueError):
        if (number := float(written)) >= 0:
            return number
    raise InputError(f"`{option}` is not a number", where=SETTING)
