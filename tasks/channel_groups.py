"""The groups of an experiment that got the same channels, as the learning and the evaluation of channels read them."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import duckdb

from tasks import store
from tasks.contact_sequences import LATER_CONTACT, SAME_CHANNEL
from tasks.contrasts import Group
from tasks.estimate import Sums
from tasks.workplace import Workplace


@dataclass(frozen=True)
class Compared:
    """Treated and held-out groups of one look, with the newest day of their observations."""

    observed_on: date
    treated: list[Group]
    holdout: list[Group]


def read_groups(connection: duckdb.DuckDBPyConnection, observed_on: date) -> Compared:
    """Return the groups of ``cluster_sum`` and ``contact``."""
    values = {"later": LATER_CONTACT, "repeated": SAME_CHANNEL}
    arms: dict[str, list[Group]] = {"treated": [], "holdout": []}
    for segment, size, arm, exposure, *sums, persons in connection.execute(
        store.statement("lessons/groups"), values
    ).fetchall():
        arms[arm].append(Group(segment, size, exposure or {}, Sums(*sums), persons))
    return Compared(observed_on, arms["treated"], arms["holdout"])


def keep(workplace: Workplace, run: str, look: int, compared: Compared) -> None:
    """Keep what an evaluation compared, so that learning from it need not go through everybody again."""
    path = _path(workplace, run, look)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(compared), default=str), encoding="utf-8")
    os.replace(draft, path)


def kept(workplace: Workplace, run: str, look: int) -> Compared | None:
    """Return what the newest evaluation of the look compared; None where there is none."""
    path = _path(workplace, run, look)
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    arms = ([Group(**{**row, "sums": Sums(**row["sums"])}) for row in found[arm]] for arm in ("treated", "holdout"))
    return Compared(date.fromisoformat(found["observed_on"]), *arms)


def _path(workplace: Workplace, run: str, look: int) -> Path:
    return workplace.run_folder(run, "evidence") / f"compared-{look}.json"
