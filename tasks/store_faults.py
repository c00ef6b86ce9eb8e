"""What keeps a file from being used: damage, another process, or the disk and the rights, where nothing is to be moved.

An error of DuckDB is known by the number in its text or, where it has none, by its words with every path taken out.
"""

import errno
import os
import re
import time
from pathlib import Path

from campaigns.errors import StoreBusy, StoreDamaged, StoreUnusable

REASONS = {
    errno.ENOSPC: ("the disk is full", "make room on the disk, then run the same command again: what is done is kept."),
    errno.EDQUOT: ("the disk quota is used up", "make room or raise the quota, then run the same command again."),
    errno.EROFS: ("the disk can only be read", "mount it for writing, or name another folder in BUDKAVLE_HOME."),
    errno.EACCES: (
        "this account may not use it (permission denied)",
        "run as the account that owns BUDKAVLE_HOME, or give this one the right; the file is as it was.",
    ),
    errno.EPERM: ("this account may not do that", "run as the account that owns BUDKAVLE_HOME."),
    errno.ENOTDIR: ("a file stands where a folder is needed", "name another folder in BUDKAVLE_HOME."),
    errno.EEXIST: ("a file stands where a folder is needed", "name another folder in BUDKAVLE_HOME."),
    errno.EISDIR: ("a folder stands where a file is needed", "move the folder away; nothing was changed."),
    errno.ENOENT: ("it cannot be made here, or is not there", "look whether BUDKAVLE_HOME names the right folder."),
    errno.ELOOP: ("its links lead in a circle", "name the folder itself in BUDKAVLE_HOME."),
    errno.ENAMETOOLONG: ("its name is too long", "name another folder in BUDKAVLE_HOME."),
    errno.EMFILE: ("too many files are open", "raise the limit of open files, then run the same command again."),
    errno.EIO: ("the disk has a fault", "look into the system's log and mend the disk; nothing was moved."),
}
DAMAGE = ("not a valid DuckDB", "Could not read enough bytes", "orrupt", "checksum")
NUMBER = re.compile(r'"errno":"(\d+)"')
PATHS = re.compile(r'"[^"]*"')


def unusable(error: Exception, where: str) -> StoreUnusable | None:
    """Return what disk or rights have against it, in words; None where the error tells of nothing such."""
    told = NUMBER.search(str(error)) if not isinstance(error, OSError) else None
    words, number = _words(error, where), int(told[1]) if told else getattr(error, "errno", None)
    for reason, (problem, remedy) in REASONS.items():
        if number == reason or (not isinstance(error, OSError) and os.strerror(reason) in words):
            return StoreUnusable(problem, where=where, remedy=remedy)
    return None


def is_locked(error: Exception, path: Path) -> bool:
    """Tell whether another process holds the file."""
    return "lock" in _words(error, str(path))


def is_damage(error: Exception, path: Path) -> bool:
    """Tell whether the error says that the file's content is damaged."""
    return any(sign in _words(error, str(path)) for sign in DAMAGE)


def busy(error: Exception, path: Path) -> StoreBusy:
    """Return who holds the file and what to do."""
    holder = re.search(r"PID (\d+)", str(error))
    who = f"process {holder[1]}" if holder else "another process"
    return StoreBusy(
        f"{who} is writing to the database",
        where=str(path),
        remedy="wait for it to finish and run the same command again; to read, use `budkavle query`.",
    )


def not_opened(path: Path) -> StoreUnusable:
    """Return what is said of a file that is not known to be damaged and cannot be opened all the same."""
    return StoreUnusable(
        "the database cannot be opened and nothing says that it is damaged; it was not moved",
        where=str(path),
        remedy="see that this version of Budkavle made it; else move it away and run `budkavle rebuild`.",
    )


def set_aside(path: Path) -> StoreDamaged:
    """Rename a damaged database and its write-ahead log, and return what is said of it."""
    aside = path.with_suffix(f".unopenable-{time.strftime('%Y%m%dT%H%M%S')}")
    os.replace(path, aside)
    wal = path.with_suffix(".duckdb.wal")
    if wal.exists():
        os.replace(wal, aside.with_suffix(aside.suffix + ".wal"))
    return StoreDamaged(
        f"the database could not be opened and was set aside as {aside.name}",
        where=str(path),
        remedy="run `budkavle rebuild`: every fact is recreated from the journals, shards and the decision log.",
    )


def _words(error: Exception, where: str) -> str:
    return PATHS.sub("", str(error).replace(where, ""))
