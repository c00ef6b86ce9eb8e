"""Letters: one manifest and one archive of texts per shard, handed to the print shop by one atomic rename.

The finished manifest lies as a hidden draft in the print shop's folder before anything is marked. The rename is the
hand-over, so a crash leaves no doubt: while the draft lies there nothing was handed over, once it is gone all was,
whether or not the print shop has fetched the manifest since.
"""

import csv
import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from campaigns.errors import GatewayUnavailable
from tasks.journal import sync_folder
from tasks.senders.protocol import Message, Outcome, Setting

COLUMNS = ("message_id", "name", "street", "apartment", "postcode", "city", "language", "body")
EARLIEST_IN_A_ZIP = (1980, 1, 1, 0, 0, 0)


class LetterSender:
    """Hands over a whole shard at once; ``BUDKAVLE_LETTER_URL`` is the folder, HOME/sink/letter when unset."""

    window = 0

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        folder = setting.letter_url.removeprefix("file://")
        self._folder = Path(folder) if folder else setting.home / "sink" / "letter"
        name = f"{setting.run}-{setting.shard}"
        self.manifest, self._draft = self._folder / f"{name}.csv", self._folder / f".{name}.csv.draft"
        self._texts = self._folder / f"{name}.zip"

    def open(self) -> None:
        """Make sure that the folder is there; raises GatewayUnavailable."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unavailable(error) from None

    def prepare(self, messages: Sequence[Message]) -> None:
        """Write texts and manifest beside their final names and sync them."""
        if self.manifest.exists():
            raise GatewayUnavailable(
                "a manifest of this shard was already handed over",
                where=str(self.manifest),
                remedy="let the print shop fetch it first, then run the same command again.",
            )
        try:
            names = self._write_texts(messages)
            _write(self._draft, _manifest(messages, names))
            sync_folder(self._folder)
        except OSError as error:
            raise self._unavailable(error) from None

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """Rename the manifest into place and yield one acceptance per letter."""
        try:
            os.rename(self._draft, self.manifest)
            sync_folder(self._folder)
        except OSError as error:
            if self._draft.exists():
                yield from [Outcome("deferred", type(error).__name__, "", True)] * len(messages)
                return
        yield from [Outcome("accepted", "handed_over", self.manifest.name)] * len(messages)

    def after_crash(self) -> Literal["accepted", "not_sent", "unknown"]:
        """The draft tells: it lies there until the hand-over."""
        return "not_sent" if self._draft.exists() and not self.manifest.exists() else "accepted"

    def close(self) -> None:
        """Nothing is held open."""

    def _write_texts(self, messages: Sequence[Message]) -> list[str]:
        archive, names = io.BytesIO(), []
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
            for message in messages:
                text = self._setting.render(message)
                kind = "html" if text.lstrip()[:1] == b"<" else "txt"
                entry = zipfile.ZipInfo(f"{message.message_id}.{kind}", EARLIEST_IN_A_ZIP)
                bundle.writestr(entry, text, zipfile.ZIP_DEFLATED)
                names.append(f"{self._texts.name}/{entry.filename}")
        draft = self._texts.with_name(f".{self._texts.name}.draft")
        _write(draft, archive.getvalue())
        os.replace(draft, self._texts)
        return names

    def _unavailable(self, error: OSError) -> GatewayUnavailable:
        return GatewayUnavailable(
            f"the print shop's folder cannot be written ({type(error).__name__})",
            where=str(self._folder),
            remedy="check BUDKAVLE_LETTER_URL and the disk, then run the same command again; nothing was handed over.",
        )


def _manifest(messages: Sequence[Message], names: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for message, name in zip(messages, names, strict=True):
        slots = message.slots
        place = [slots.get(key, "") for key in ("address_name", "street", "apartment", "postcode", "city")]
        rows.writerow([message.message_id, *place, message.language, name])
    return text.getvalue().encode()


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
