"""What stands where a campaign's report will, while no outcomes have come: a red mark instead of silence."""

from datetime import UTC, datetime
from pathlib import Path

from tasks import overdue, reports, runs, store
from tasks.pages import page_environment, write_page
from tasks.workplace import Workplace


def path(workplace: Workplace, run: str) -> Path:
    """Return where the page of a run stands, with or without an evaluation."""
    return workplace.run_folder(run, "report") / "index.html"


def evaluated_look(workplace: Workplace, run: str) -> int | None:
    """Return the newest look of a run that has an answer, None where none is."""
    with store.writing(workplace) as connection:
        query = "SELECT max(look) FROM look WHERE run = ? AND state IN ('done', 'early')"
        row = connection.execute(query, [run]).fetchone()
    return row[0] if row else None


def write_again(workplace: Workplace, run: str, *, at_first: bool) -> Path | None:
    """Write a run's page anew from the snapshot: the report of its newest look, or that nothing has been evaluated.

    ``at_first`` writes the latter also where there is no page yet; None where there is none still.
    """
    look = evaluated_look(workplace, run)
    if look is not None:
        return reports.write_report(workplace, run, look)
    return write_overdue_page(workplace, run) if at_first or path(workplace, run).exists() else None


def write_overdue_page(workplace: Workplace, run: str) -> Path:
    """Write ``runs/RUN/report/index.html`` for a run without any evaluation, from the snapshot; returns its path."""
    with store.reading(workplace) as connection:
        known = runs.load_within(connection, run)
        late = overdue.overdue_within(connection, datetime.now(UTC), known.run)
    template = page_environment(workplace.language).get_template("not_evaluated.html.j2")
    text = template.render(run=known.run, brief=known.brief, overdue=late)
    return write_page(path(workplace, known.run), text)
