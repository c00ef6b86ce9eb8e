"""Where pages stand: a folder that a web server reads, or a content management system spoken to over HTTP."""

import contextlib
import os
from pathlib import Path
from typing import Protocol

from campaigns.errors import GatewayUnavailable
from tasks.journal import sync_folder
from tasks.senders.protocol import Outcome

CONTENT_TYPES = {".html": "text/html; charset=utf-8", ".atom": "application/atom+xml; charset=utf-8"}


class NotDone(OSError):
    """A page could not be put or removed; ``outcome`` says why."""

    def __init__(self, outcome: Outcome, *, was_surely_not_taken: bool = False) -> None:
        super().__init__(outcome.code)
        self.outcome, self.was_surely_not_taken = outcome, was_surely_not_taken


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
        from tasks.senders.cms_place import CmsPlace  # loads requests, which writing to a folder does without

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
