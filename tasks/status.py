"""Where a run stands: its state, both sums, what is unknown, the looks to come."""

import contextlib
from typing import Any

from campaigns.errors import StoreBusy
from tasks import channels, publishing, runs, store
from tasks.workplace import Workplace


def all_runs(workplace: Workplace) -> list[dict[str, Any]]:
    """Return every run with its state, the newest change first."""
    with store.writing(workplace) as connection:
        rows = connection.execute("SELECT run, state, title FROM run ORDER BY changed_at DESC").fetchall()
    return [dict(zip(("run", "state", "title"), row, strict=True)) for row in rows]


def run_status(workplace: Workplace, run: str) -> dict[str, Any]:
    """Return one run's status; what the journals say by now is merged first unless a publisher is just doing so."""
    run_id = runs.load(workplace, run).run
    with contextlib.suppress(StoreBusy):
        publishing.merge_journals(workplace, run_id)
    with store.writing(workplace) as connection:
        state = runs.load_within(connection, run_id).state
        reached = publishing.persons_reached(connection, run_id)
        persons = {**channels.persons_accounted(connection, run_id), "reached": reached}
        messages = publishing.messages_accounted(connection, run_id)
        looks = connection.execute("SELECT look, state, due_at FROM look WHERE run = ? ORDER BY look", [run_id])
        due_looks = [
            {"look": look, "state": standing, "due_at": due_at.isoformat()}
            for look, standing, due_at in looks.fetchall()
        ]
    return {
        "run": run_id,
        "state": state,
        "persons": persons,
        "messages": messages,
        "unknown": publishing.unknown(workplace, run_id),
        "due_looks": due_looks,
    }
