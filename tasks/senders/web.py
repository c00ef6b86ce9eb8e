"""The city's page and its Atom entry: one of each per run and language, so that putting them again changes nothing."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from tasks.senders.atom import feed_of, updated_in
from tasks.senders.page_places import NotDone, PagePlace, page_place
from tasks.senders.protocol import Message, Outcome, Setting

PAGE, ATOM = ".html", ".atom"


def pages_url(web_url: str, intranet_url: str, home: Path, internal: bool) -> str:
    """Return where pages go: what is told to the employees alone stands on the intranet, never on the city's web."""
    return (intranet_url or str(home / "sink" / "intranet")) if internal else web_url


def put_with_entry(place: PagePlace, language: str, content: bytes, run: str, key: str) -> None:
    """Put a page and its Atom entry; the same page again leaves the entry's time as it was. Raises OSError.

    The entry goes first: where the page stands, the entry is the page's own.
    """
    entry = place.read(f"{language}{ATOM}")
    if entry is None or place.read(f"{language}{PAGE}") != content:
        entry = _entry_of(content, run, language, None if place.is_sure(f"{language}{ATOM}") else entry)
    place.put(f"{language}{ATOM}", entry, f"{key}-atom")
    place.put(f"{language}{PAGE}", content, key)


def _entry_of(content: bytes, run: str, language: str, not_confirmed: bytes | None) -> bytes:
    """Return the entry of a page.

    One that nobody confirmed may have arrived all the same, and its page was not put after it: where it says what the
    page's own says, it goes again as it was.
    """
    if not_confirmed and feed_of(content, run, language, updated_in(not_confirmed)) == not_confirmed:
        return not_confirmed
    return feed_of(content, run, language, datetime.now(UTC))


class WebSender:
    """Puts RUN/LANGUAGE.html and its entry LANGUAGE.atom.

    ``BUDKAVLE_WEB_URL`` is a folder, HOME/sink/web when unset, or the HTTPS address of a content management system.
    """

    window = 16

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._place = page_place(setting.web_url, setting.web_token, setting.home, setting.run)

    def open(self) -> None:
        """Reach the place; raises GatewayUnavailable."""
        self._place.open()

    def prepare(self, messages: Sequence[Message]) -> None:
        """Nothing to do before the mark."""

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """Yield one acceptance per page put."""
        for message in messages:
            try:
                content = self._setting.render(message)
                put_with_entry(self._place, message.language, content, self._setting.run, message.message_id)
            except NotDone as refusal:
                yield refusal.outcome
            except OSError as error:
                yield Outcome("deferred", type(error).__name__, "", True)
            else:
                yield Outcome("accepted", "written", f"{message.language}{PAGE}")

    def after_crash(self) -> Literal["accepted", "not_sent", "unknown"]:
        """A page may simply be put again."""
        return "not_sent"

    def close(self) -> None:
        """Let a connection go."""
        self._place.close()
