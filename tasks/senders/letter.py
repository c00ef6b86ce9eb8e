"""Letters: print-ready files and one manifest per shard, handed to the print shop by renaming the manifest.

Files and manifest are written before anything is marked, the manifest as a hidden draft. Its rename is the hand-over,
so a crash leaves no doubt: while the draft lies there nothing was handed over, once it is gone all was, whether or not
the print shop has fetched the manifest since. A file that no manifest names is not to be printed.
"""

import contextlib
import csv
import glob
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Literal

from campaigns.errors import GatewayUnavailable
from tasks.journal import sync_folder
from tasks.letters import batch
from tasks.senders.protocol import Doubt, Message, Outcome, Setting
from tasks.slots import POSTAL
from tasks.typesetting import typeset_apart

COLUMNS = (
    "message_id", "file", "first_page", "pages", "name", "street", "apartment", "postcode", "city", "language",
)  # fmt: skip
ADDRESSED = ("street", "postcode", "city")
LETTERS_PER_FILE = 500
"""So that the process that sets a file stays below a third of a gigabyte; see docs/performance.md."""

Place = tuple[str, int, int]
"""File, first page counted from 1, and number of pages of one letter."""


class LetterSender:
    """Hands over a whole shard at once; ``BUDKAVLE_LETTER_URL`` is the folder, HOME/sink/letter when unset.

    A letter without street, postcode or town, which no post carries, is rejected and stands in no file, also where a
    crash came between.
    """

    window = 0

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        folder = setting.letter_url.removeprefix("file://")
        self._folder = Path(folder) if folder else setting.home / "sink" / "letter"
        self._name = f"{setting.run}-{setting.shard}"
        self.manifest, self._draft = self._folder / f"{self._name}.csv", self._folder / f".{self._name}.csv.draft"

    def open(self) -> None:
        """Make sure that the folder is there; raises GatewayUnavailable."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unavailable(error) from None

    def prepare(self, messages: Sequence[Message]) -> None:
        """Write files and manifest and sync them, the manifest beside its final name.

        Raises GatewayUnavailable, or InputError where the letters cannot be typeset.
        """
        if self.manifest.exists():
            raise GatewayUnavailable(
                "a manifest of this shard was already handed over",
                where=str(self.manifest),
                remedy="let the print shop fetch it first, then run the same command again.",
            )
        try:
            self._remove_files()
            complete = [message for message in messages if _is_addressed(message)]
            places = self._write_files(complete)
            _write(self._draft, _manifest(complete, places))
            sync_folder(self._folder)
        except OSError as error:
            with contextlib.suppress(OSError):  # a full disk has room for nothing else
                self._remove_files()
            raise self._unavailable(error) from None

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """Rename the manifest into place and yield one acceptance per letter that has an address."""
        try:
            os.rename(self._draft, self.manifest)
        except OSError as error:
            yield from [Outcome("deferred", type(error).__name__, "", True)] * len(messages)
            return
        with contextlib.suppress(OSError):  # the print shop has it all the same
            sync_folder(self._folder)
        yield from map(self._outcome, messages)

    def after_crash(self) -> Literal["accepted", "not_sent", "unknown"]:
        """The draft tells: it lies there until the hand-over."""
        return "not_sent" if self._draft.exists() and not self.manifest.exists() else "accepted"

    def look_up(self, doubts: Sequence[Doubt]) -> Mapping[str, Outcome]:
        """Tell what became of each letter: handed over or, without an address, never; nothing where the draft lies."""
        if self.after_crash() == "not_sent":
            return {}
        return {each.message.message_id: self._outcome(each.message) for each in doubts}

    def _outcome(self, message: Message) -> Outcome:
        if _is_addressed(message):
            return Outcome("accepted", "handed_over", self.manifest.name)
        return Outcome("rejected", "address_unusable")

    def close(self) -> None:
        """Nothing is held open."""

    def _remove_files(self) -> None:
        """Remove what an attempt that was cut short has left: nothing of it was handed over.

        The manifest's draft stays: that it lies there is what tells.
        """
        name = glob.escape(self._name)
        for pattern in (f"{name}-*.pdf", f".{name}-*.pdf.draft"):
            for path in self._folder.glob(pattern):
                path.unlink()

    def _write_files(self, messages: Sequence[Message]) -> dict[str, Place]:
        """Write at most 500 letters of one text and language to a file; return each letter's place by message id."""
        places: dict[str, Place] = {}
        for number, group in enumerate(_batches(messages), start=1):
            path = self._folder / f"{self._name}-{number:03}.pdf"
            letters = typeset_apart(batch(self._setting.render(message) for message in group))
            draft = path.with_name(f".{path.name}.draft")
            _write(draft, letters.pdf)
            os.replace(draft, path)
            for message, (first, pages) in zip(group, letters.places, strict=True):
                places[message.message_id] = (path.name, first, pages)
        return places

    def _unavailable(self, error: OSError) -> GatewayUnavailable:
        return GatewayUnavailable(
            f"the print shop's folder cannot be written ({type(error).__name__})",
            where=str(self._folder),
            remedy="check BUDKAVLE_LETTER_URL and the disk, then run the same command again; nothing was handed over.",
        )


def _is_addressed(message: Message) -> bool:
    return all(message.slots.get(part, "").strip() for part in ADDRESSED)


def _batches(messages: Sequence[Message]) -> Iterator[list[Message]]:
    def text(message: Message) -> tuple[str, str]:
        return message.language, message.variant

    for _, group in groupby(sorted(messages, key=text), key=text):
        letters = list(group)
        for start in range(0, len(letters), LETTERS_PER_FILE):
            yield letters[start : start + LETTERS_PER_FILE]


def _manifest(messages: Sequence[Message], places: Mapping[str, Place]) -> bytes:
    """Return the manifest in the order of files and pages."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for message in sorted(messages, key=lambda each: places[each.message_id]):
        address = [message.slots.get(key, "") for key in POSTAL]
        rows.writerow([message.message_id, *places[message.message_id], *address, message.language])
    return text.getvalue().encode()


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
