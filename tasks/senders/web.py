"""The city's page: one file per run and language, renamed into place, so that writing it again changes nothing."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from campaigns.errors import GatewayUnavailable
from tasks.journal import sync_folder
from tasks.senders.protocol import Message, Outcome, Setting


class WebSender:
    """Writes FOLDER/RUN/LANGUAGE.html; ``BUDKAVLE_WEB_URL`` is the folder, HOME/sink/web when unset."""

    window = 16

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        folder = setting.web_url.removeprefix("file://")
        self._folder = (Path(folder) if folder else setting.home / "sink" / "web") / setting.run

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
            draft = page.with_suffix(f".{os.getpid()}.draft")
            try:
                with draft.open("wb") as file:
                    file.write(self._setting.render(message))
                    file.flush()
                    os.fsync(file.fileno())
                draft.chmod(0o644)  # everybody may read the city's page, the web server first
                os.replace(draft, page)
                sync_folder(self._folder)
            except OSError as error:
                yield Outcome("deferred", type(error).__name__, "", True)
            else:
                yield Outcome("accepted", "written", page.name)

    def after_crash(self) -> Literal["accepted", "not_sent", "unknown"]:
        """A page may simply be written again."""
        return "not_sent"

    def close(self) -> None:
        """Nothing is held open."""
