"""A register import with the checks of its boundary."""

from datetime import date
from pathlib import Path

from tasks import quality, store
from tasks.register import ImportCounts, clear_leftovers, import_register
from tasks.workplace import Workplace


def import_and_verify(place: Workplace, file: Path, kind: str, extracted_on: date) -> ImportCounts:
    """Import one register file, check what must be true of a register, refresh the snapshot.

    Raises CheckFailed with the former extract in place again.
    """
    clear_leftovers(place)
    counts = import_register(
        place, file, kind, extracted_on, check=lambda: quality.verify(place, "register", f"register:{kind}")
    )
    store.take_snapshot(place)
    return counts
