"""The city's page: one file per run and language, renamed into place, so that writing it again changes nothing."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from campaigns.errors import GatewayUnavailable
from tasks.journal import sync_folder
from tasks.senders.protocol import Message, Outcome, Setting

ATOM = ".atom"


def pages_url(web_url: str, intranet_url: str, home: Path, internal: bool) -> str:
    """Return where pages go: what is told to the employees alone stands on the intranet, never on the city's web."""
    return (intranet_url or str(home / "sink" / "intranet")) if internal else web_url


def web_folder(web_url: str, home: Path, run: str) -> Path:
    """Return the folder of a run's pages."""
    folder = web_url.removeprefix("file://")
    return (Path(folder) if folder else home / "sink" / "web") / run


def put_page(page: Path, content: bytes) -> None:
    """Put a page in the place of what was there, whole and synced; raises OSError with the old page untouched."""
    draft = page.with_suffix(f".{os.getpid()}.draft")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o644)  # everybody may read the city's page, the web server first
        os.replace(draft, page)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync_folder(page.parent)


def put_entry(page: Path, content: bytes, run: str, language: str) -> None:
    """Put the Atom entry of a page beside it, updated now; raises OSError."""
    from tasks.senders.atom import feed_of  # loads feedgen, which the workers of other channels start faster without

    put_page(page.with_suffix(ATOM), feed_of(content, run, language, datetime.now(UTC)))


class WebSender:
    """Writes FOLDER/RUN/LANGUAGE.html and its entry LANGUAGE.atom.

    ``BUDKAVLE_WEB_URL`` is the folder, HOME/sink/web when unset.
    """

    window = 16

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._folder = web_folder(setting.web_url, setting.home, setting.run)

    def open(self) -> None:
        """Make sure that the folder is there; raises GatewayUnavailable."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise GatewayUnavailable(
                f"the web folder cannot be written ({type(error).__name__})",
                where=str(self._folder),
                remedy="check BUDKAVLE_WEB_URL, then run the same command again.",
            ) from None

    def prepare(self, messages: Sequence[Message]) -> None:
        """Nothing to do before the mark."""

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """Yield one acceptance per page written."""
        for message in messages:
            page = self._folder / f"{message.language}.html"
            try:
                self._put(page, self._setting.render(message), message.language)
            except OSError as error:
                yield Outcome("deferred", type(error).__name__, "", True)
            else:
                yield Outcome("accepted", "written", page.name)

    def _put(self, page: Path, content: bytes, language: str) -> None:
        """Put a page and then its Atom entry in place; the same page again leaves the entry's time as it was."""
        is_new = not page.with_suffix(ATOM).exists() or not page.exists() or page.read_bytes() != content
        put_page(page, content)
        if is_new:
            put_entry(page, content, self._setting.run, language)

    def after_crash(self) -> Literal["accepted", "not_sent", "unknown"]:
        """A page may simply be written again."""
        return "not_sent"

    def close(self) -> None:
        """Nothing is held open."""
