"""The design of a campaign's control group as it may be shown: nothing from which a hidden count of it follows.

How many were drawn, how sure the evaluation will be and the smallest effect that it shows are all computed from the
sizes of both arms: beside how many may get the message, each of them tells how few are held out.
"""

from typing import Any

import duckdb

from tasks.hidden_figures import hidden_figures
from tasks.profile_cells import APPROACHED, HELD_OUT, standings
from tasks.runs import Run
from tasks.shown_figures import standing_counts

TELLS_SIZES = (
    "clusters_treated", "clusters_holdout", "persons_treated", "persons_holdout", "designed_half_width",
    "minimum_detectable_effect", "power",
)  # fmt: skip


def shown_design(connection: duckdb.DuckDBPyConnection, run: Run) -> dict[str, Any]:
    """Return the run's design with the unit ``drawn`` and whether it is a ``survey``.

    It is ``untold``, without sizes, where a count of an arm is hidden.
    Areas are no people: how many of them are drawn is told.
    """
    design = run.design | {"drawn": run.brief.holdout.by, "survey": run.brief.objective.survey}
    if run.brief.holdout.by == "area" or not _is_hidden(connection, run):
        return design
    return {name: value for name, value in design.items() if name not in TELLS_SIZES} | {"untold": True}


def _is_hidden(connection: duckdb.DuckDBPyConnection, run: Run) -> bool:
    waves = [dict(standings(counts)) for counts in standing_counts(connection, run.run).values()]
    drawn = [wave for wave in waves if HELD_OUT in wave]
    hidden = {name for _, figure, name in hidden_figures(connection, run.run) if figure == "persons"}
    return HELD_OUT in hidden or any(wave.get(name, 0) is None for wave in drawn for name in (HELD_OUT, APPROACHED))
