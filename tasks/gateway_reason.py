"""Why a run's gateway could not be reached when it was sent last: kept beside the orders, for ``status``."""

from collections.abc import Sequence
from pathlib import Path

from tasks.launching import ShardResult
from tasks.whole_files import write_whole
from tasks.workplace import Workplace

NAME = "unreachable.txt"


def keep(workplace: Workplace, run: str, results: Sequence[ShardResult]) -> str:
    """Keep what the gateways said of themselves, or forget what is past; returns it, nothing where all answered."""
    said = "; ".join(sorted({each.problem for each in results if each.problem}))
    if said:
        write_whole(_path(workplace, run), said.encode())
    else:
        _path(workplace, run).unlink(missing_ok=True)
    return said


def kept(workplace: Workplace, run: str) -> str:
    """Return what was kept, nothing where all has gone well since."""
    path = _path(workplace, run)
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _path(workplace: Workplace, run: str) -> Path:
    return workplace.run_folder(run, "control") / NAME
