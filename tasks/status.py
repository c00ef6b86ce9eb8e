"""Where a run stands: its state, both sums, what is unknown, the looks to come."""

from typing import Any

from tasks import accounts, approval_rows, runs, store
from tasks.ledger import load_decisions
from tasks.workplace import Workplace


def all_runs(workplace: Workplace) -> list[dict[str, Any]]:
    """Return every run with its state, the newest change first."""
    with store.writing(workplace) as connection:
        rows = connection.execute("SELECT run, state, title FROM run ORDER BY changed_at DESC").fetchall()
    return [dict(zip(("run", "state", "title"), row, strict=True)) for row in rows]


def run_status(workplace: Workplace, run: str) -> dict[str, Any]:
    """Return one run's status; what the journals say by now is merged first."""
    with store.writing(workplace) as connection:
        found = runs.load_within(connection, run)
        run_id = found.run
        load_decisions(connection, workplace)
        accounts.merge_within(connection, workplace, run_id)
        reached = accounts.persons_reached(connection, run_id)
        persons = {**accounts.persons_accounted(connection, run_id), "reached": reached}
        messages = accounts.messages_accounted(connection, run_id)
        unknown = accounts.in_doubt(connection, run_id)
        due_reviews = approval_rows.due_reviews(connection, found)
        looks = connection.execute("SELECT look, state, due_at FROM look WHERE run = ? ORDER BY look", [run_id])
        due_looks = [
            {"look": look, "state": standing, "due_at": due_at.isoformat()}
            for look, standing, due_at in looks.fetchall()
        ]
    return {
        "run": run_id,
        "state": found.state,
        "persons": persons,
        "messages": messages,
        "unknown": unknown,
        "due_looks": due_looks,
        "due_reviews": due_reviews,
    }
