"""The fence: a note outside HOME of how far each shard's journal had come, so that an old back-up is found out.

A home that is restored from a back-up knows less than what was sent, and would send it again. So a worker notes beside
HOME, after each sync and before anything leaves, the epoch, the synced bytes and their CRC-32; whoever comes next
compares them with the journal. A journal that is longer is right: the note comes second. One that is shorter or reads
otherwise is older than what was sent. A home is known by ``HOME/identity``, made with it and part of every back-up, so
that a copy elsewhere is the same home and a new one is not.

The note is written without a sync of its own but the first and the last: it survives the process, and of a power cut
together with a restored back-up of the last seconds before it we know no better.
"""

import os
import secrets
import zlib
from contextlib import suppress
from pathlib import Path

from tasks import journal

IDENTITY = "identity"
LINE = 27


class Fence:
    """The note of one shard; ``folder`` is that of the run, None where no fence is kept."""

    def __init__(self, folder: Path | None, shard: str) -> None:
        self._path = folder / shard if folder else None
        self._file = -1

    def note(self, written: journal.Journal) -> None:
        """Note how far a journal has come; to be called when it is synced and before anything leaves."""
        if self._path is None:
            return
        match = journal.SEGMENT.match(written.path.name)
        assert match is not None
        line = f"{match['epoch']} {written.size:012d} {written.checksum:08x}\n".encode()
        if self._file >= 0:
            os.pwrite(self._file, line, 0)
            return
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.pwrite(self._file, line, 0)
        os.fdatasync(self._file)
        journal.sync_folder(self._path.parent)

    def close(self) -> None:
        """Sync and close."""
        if self._file >= 0:
            os.fdatasync(self._file)
            os.close(self._file)
            self._file = -1

    def holds(self, journals: Path) -> bool:
        """Tell whether the shard's journals, in this folder, know all that was noted."""
        if self._path is None or not self._path.exists():
            return True
        try:
            epoch, size, checksum = self._path.read_bytes()[:LINE].split()
            path = journals / f"{self._path.name}.e{epoch.decode()}.journal"
            with path.open("rb") as segment:
                known = segment.read(int(size))
            return len(known) == int(size) and zlib.crc32(known) == int(checksum, 16)
        except (OSError, ValueError):
            return False


def identity(home: Path) -> str:
    """Return the random name of a home, made where it has none yet."""
    path = home / IDENTITY
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = home / f".{IDENTITY}.{os.getpid()}"
        draft.write_text(secrets.token_hex(16))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def fence_folder(fence: Path | None, home: Path, run: str) -> Path | None:
    """Return the folder of a run's notes, None where no fence is kept."""
    return fence / identity(home) / run if fence else None


def noted(folder: Path | None) -> list[str]:
    """Return the shards of which there is a note."""
    return sorted(path.name for path in folder.iterdir()) if folder and folder.exists() else []
