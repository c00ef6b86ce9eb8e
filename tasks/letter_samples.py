"""A sample of every letter text as the print shop gets it, with default values in its slots, for the preview."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import duckdb

from campaigns.brief import Brief
from tasks import letters, runs, store


class Sample(NamedTuple):
    """A sample beside the preview: its address from there, and how many pages it fills."""

    address: str
    pages: int

    @property
    def sheets(self) -> int:
        """How many sheets of paper are printed on both sides."""
        return -(-self.pages // letters.PAGES_OF_A_SHEET)


def write_samples(
    connection: duckdb.DuckDBPyConnection, run: runs.Run, folder: Path, values: Callable[[Brief, str], dict[str, str]]
) -> dict[str, Sample]:
    """Write ``letters/VARIANT.pdf`` below a folder for every letter text of a run; return the samples by variant.

    ``values`` gives what stands in the slots of a letter in a language.
    """
    place = folder / "letters"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    samples = {}
    for variant, language, template in connection.execute(
        store.statement("previews/letters"), {"run": run.run}
    ).fetchall():
        sample = letters.sample(template, values(run.brief, language))
        path = place / f"{variant}.pdf"
        draft = path.with_suffix(f".{os.getpid()}.draft")
        draft.write_bytes(sample.pdf)
        os.replace(draft, path)
        samples[variant] = Sample(f"letters/{path.name}", sample.places[0][1])
    for old in place.glob("*.pdf"):
        if old.stem not in samples:
            old.unlink()
    return samples
