"""A content management system as a place for pages: ``PUT URL/RUN/sv.html`` and ``DELETE``, both safe to repeat.

Our message id goes along as ``Idempotency-Key``, the token as ``Authorization: Bearer``. What the system was given is
kept in HOME, so that we know what to take down even when no answer came.
"""

import os
import time
from pathlib import Path
from urllib.parse import quote

from campaigns.errors import GatewayUnavailable, InputError
from tasks.senders.http_gateway import HttpGateway, NoAnswer
from tasks.senders.http_place import read_place
from tasks.senders.page_places import CONTENT_TYPES, NotDone, put_page
from tasks.senders.protocol import Outcome

ABOUT_THE_PAGE = frozenset({400, 413, 415, 422})
GONE = frozenset({404, 410})
SECONDS_ON_THE_WAY = 600.0
"""The longest that a request whose answer was lost may take to arrive all the same."""


class CmsPlace:
    """A content management system behind an HTTP address; ``kept`` is the folder of what it was given."""

    def __init__(self, url: str, token: str, kept: Path, run: str, setting: str) -> None:
        if not all("!" <= character <= "~" for character in token):
            raise InputError("the token holds a character that no header can", where=setting.replace("URL", "TOKEN"))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._gateway = HttpGateway(read_place(url, setting, "the city's token and pages"), headers)
        self._kept, self._run = kept, quote(run, safe="")
        self.open, self.close = self._gateway.open, self._gateway.close

    def names(self) -> list[str]:
        """Return the names of what was given to the system and not removed."""
        return sorted(path.name for path in self._kept.glob("[!.]*") if path.suffix in CONTENT_TYPES)

    def read(self, name: str) -> bytes | None:
        """Return what the system was given last."""
        try:
            return (self._kept / name).read_bytes()
        except FileNotFoundError:
            return None

    def is_sure(self, name: str) -> bool:
        """Tell whether the system has said yes to it."""
        return not self._open_question(name).exists()

    def put(self, name: str, content: bytes, key: str) -> None:
        """Keep the page, marked as not confirmed, then give it to the system."""
        self._kept.mkdir(parents=True, exist_ok=True, mode=0o700)
        question = self._open_question(name)
        before = question.stat().st_mtime if question.exists() else 0.0
        question.touch()
        put_page(self._kept / name, content)
        headers = {"Content-Type": CONTENT_TYPES[Path(name).suffix], "Idempotency-Key": quote(key)}
        try:
            self._ask("PUT", name, headers, content)
        except NotDone as refusal:
            if refusal.was_surely_not_taken:
                os.utime(question, (before, before))
            raise
        question.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Let the system remove the page; one that it does not have is removed.

        A page whose answer was lost may still be on its way, so its absence counts only after a while.
        """
        status, question = self._ask("DELETE", name, {}, b""), self._open_question(name)
        if status in GONE and question.exists() and time.time() - question.stat().st_mtime < SECONDS_ON_THE_WAY:
            raise NotDone(Outcome("unknown", "on_the_way", "", True))
        (self._kept / name).unlink(missing_ok=True)
        self._open_question(name).unlink(missing_ok=True)

    def _open_question(self, name: str) -> Path:
        return self._kept / f".{name}.not_confirmed"

    def _ask(self, method: str, name: str, headers: dict[str, str], content: bytes) -> int:
        path = f"{'' if self._gateway.place.url.endswith('/') else '/'}{self._run}/{quote(name)}"
        try:
            answer = self._gateway.ask(method, path, headers=headers, data=content)
        except GatewayUnavailable:
            raise NotDone(Outcome("deferred", "no_connection", "", True), was_surely_not_taken=True) from None
        except NoAnswer as lost:
            raise NotDone(Outcome("deferred", lost.code, "", True), was_surely_not_taken=not lost.sent) from None
        code = str(answer.status)
        if 200 <= answer.status < 300 or (method == "DELETE" and answer.status in GONE):
            return answer.status
        if answer.wait and answer.status in (429, 503):
            outcome = Outcome("deferred", code, retry_after=answer.wait)
            raise NotDone(outcome, was_surely_not_taken=answer.status == 429)
        refused = method == "PUT" and answer.status in ABOUT_THE_PAGE
        outcome = Outcome("rejected", code) if refused else Outcome("deferred", code, "", True)
        raise NotDone(outcome, was_surely_not_taken=answer.status < 500)
