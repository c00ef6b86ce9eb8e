"""Whether the decision log is whole: its hash chain line by line, the table ``audit``, a hash noted elsewhere.

The chain finds what was changed, taken out or put in. That the newest lines were cut off it cannot tell by itself: the
table tells where it still has them, and so does the hash of a line that somebody has noted outside this installation.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tasks import decisions, store
from tasks.decisions import Decision
from tasks.ledger import load_decisions
from tasks.workplace import Workplace


@dataclass(frozen=True)
class Break:
    """What is wrong, and at which line of the log, 0 where it is at none."""

    line: int
    problem: str


@dataclass(frozen=True)
class Verification:
    """How the log stands: its decisions, times of the first and the last, the newest hash, what breaks where."""

    entries: int
    first: datetime | None
    last: datetime | None
    head: str
    breaks: tuple[Break, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as one JSON-ready object."""
        breaks = [{"line": each.line, "problem": each.problem} for each in self.breaks]
        return {
            "entries": self.entries, "first": self.first, "last": self.last, "head": self.head,
            "intact": not breaks, "breaks": breaks,
        }  # fmt: skip


def verify(workplace: Workplace, head: str = "") -> Verification:
    """Check the log, the table, and that the line whose hash is ``head`` is still there; changes nothing in the log."""
    lines = list(decisions.examine(workplace))
    logged = [decision for _, decision, _ in lines if decision is not None]
    breaks = [Break(number, problem) for number, _, problem in lines if problem not in ("", decisions.TORN)]
    breaks += _against_table(workplace, {each.sequence: each for each in logged}, chain_holds=not breaks)
    if head and head not in {each.hash for each in logged}:
        breaks.append(Break(0, "no line has the hash that was noted: the log was cut off before it, or written anew"))
    times = [each.at for each in logged]
    return Verification(
        len(logged),
        times[0] if times else None,
        times[-1] if times else None,
        logged[-1].hash if logged else decisions.GENESIS,
        tuple(breaks),
    )


def _against_table(workplace: Workplace, logged: dict[int, Decision], *, chain_holds: bool) -> list[Break]:
    with store.writing(workplace) as connection:
        if chain_holds:
            load_decisions(connection, workplace)
        rows = connection.execute(
            "SELECT sequence, decided_at, actor, action, run, detail, previous, hash FROM audit ORDER BY sequence"
        ).fetchall()
    breaks = []
    for sequence, *said, detail, previous, digest in rows:
        known = logged.get(sequence)
        if known is None:
            breaks.append(Break(sequence, "the table audit has this decision and the log has lost it"))
        elif [*said, json.loads(detail), previous, digest] != [
            known.at, known.actor, known.action, known.run, known.detail, known.previous, known.hash
        ]:  # fmt: skip
            breaks.append(Break(sequence, "the table audit says something else of this decision"))
    missing = sorted(set(logged) - {row[0] for row in rows}) if chain_holds else []
    return [*breaks, *(Break(sequence, "the table audit lacks this decision") for sequence in missing)]
