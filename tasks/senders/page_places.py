"""Where pages stand: a folder that a web server reads, or a content management system spoken to over HTTP.

The system gets ``PUT URL/RUN/sv.html`` and ``DELETE`` of the same, which may be repeated without harm; our message id
goes along as ``Idempotency-Key``, the token as ``Authorization: Bearer``. What it was given is kept in HOME, so that we
know what to take down even when no answer came.
"""

import contextlib
import os
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from campaigns.errors import GatewayUnavailable, InputError
from tasks.journal import sync_folder
from tasks.senders.http_gateway import HttpGateway, NoAnswer
from tasks.senders.http_place import read_place
from tasks.senders.protocol import Outcome

CONTENT_TYPES = {".html": "text/html; charset=utf-8", ".atom": "application/atom+xml; charset=utf-8"}
ABOUT_THE_PAGE = frozenset({400, 413, 415, 422})
GONE = frozenset({404, 410})


class NotDone(OSError):
    """A page could not be put or removed; ``outcome`` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


class PagePlace(Protocol):
    """Where the pages of one run stand; names are such as ``sv.html``."""

    def open(self) -> None:
        """See that pages can be put; raises GatewayUnavailable."""

    def names(self) -> list[str]:
        """Return the names of what stands there, or may."""

    def read(self, name: str) -> bytes | None:
        """Return what stands there, as far as we know; None where nothing does."""

    def is_sure(self, name: str) -> bool:
        """Tell whether the place has confirmed what :meth:`read` returns."""

    def put(self, name: str, content: bytes, key: str) -> None:
        """Put a page in the place of what was there, whole; raises OSError."""

    def remove(self, name: str) -> None:
        """Remove a page, or see that there is none; raises OSError."""

    def close(self) -> None:
        """Let a connection go."""


def page_place(url: str, token: str, home: Path, run: str, setting: str = "BUDKAVLE_WEB_URL") -> PagePlace:
    """Return where the pages of a run stand; raises InputError where URL or token cannot be used."""
    if url.startswith(("http://", "https://")):
        return CmsPlace(url, token, home / "runs" / run / "pages", run, setting)
    return FolderPlace(web_folder(url, home, run))


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


class FolderPlace:
    """A folder that a web server reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> None:
        """Make sure that the folder is there."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise GatewayUnavailable(
                f"the web folder cannot be written ({type(error).__name__})",
                where=str(self._folder),
                remedy="check BUDKAVLE_WEB_URL, then run the same command again.",
            ) from None

    def names(self) -> list[str]:
        """Return the names of the files that are pages or entries."""
        return sorted(path.name for path in self._folder.glob("[!.]*") if path.suffix in CONTENT_TYPES)

    def read(self, name: str) -> bytes | None:
        """Return what stands there."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def is_sure(self, name: str) -> bool:
        """What lies in the folder is what stands there."""
        return True

    def put(self, name: str, content: bytes, key: str) -> None:
        """Write the file anew."""
        put_page(self._folder / name, content)

    def remove(self, name: str) -> None:
        """Remove the file, and the folder with its last."""
        (self._folder / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # another page still stands there
            self._folder.rmdir()

    def close(self) -> None:
        """Nothing is held open."""


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
        self._open_question(name).touch()
        put_page(self._kept / name, content)
        headers = {"Content-Type": CONTENT_TYPES[Path(name).suffix], "Idempotency-Key": key}
        self._ask("PUT", name, headers, content)
        self._open_question(name).unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Let the system remove the page; one that it does not have is removed."""
        self._ask("DELETE", name, {}, None)
        (self._kept / name).unlink(missing_ok=True)
        self._open_question(name).unlink(missing_ok=True)

    def _open_question(self, name: str) -> Path:
        return self._kept / f".{name}.not_confirmed"

    def _ask(self, method: str, name: str, headers: dict[str, str], content: bytes | None) -> None:
        path = f"{'' if self._gateway.place.url.endswith('/') else '/'}{self._run}/{quote(name)}"
        try:
            answer = self._gateway.ask(method, path, headers=headers, data=content)
        except GatewayUnavailable:
            raise NotDone(Outcome("deferred", "no_connection", "", True)) from None
        except NoAnswer as lost:
            raise NotDone(Outcome("deferred", lost.code, "", True)) from None
        code = str(answer.status)
        if 200 <= answer.status < 300 or (method == "DELETE" and answer.status in GONE):
            return
        if answer.status == 429:
            raise NotDone(Outcome("deferred", code, retry_after=answer.wait))
        refused = method == "PUT" and answer.status in ABOUT_THE_PAGE
        raise NotDone(Outcome("rejected", code) if refused else Outcome("deferred", code, "", True))
