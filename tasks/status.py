"""Where a run stands: its state, both sums, what is unknown, the looks to come."""

from datetime import UTC, datetime
from typing import Any

from campaigns.brief import Brief
from campaigns.sendings import sendings
from tasks import accounts, approval_rows, approval_standing, decisions, overdue, runs, store, stories, unpublishing
from tasks import gateway_reason as reasons
from tasks import replies as gateway_replies
from tasks.hidden_figures import hidden_figures, untold_channels
from tasks.ledger import load_decisions
from tasks.next_step import next_step
from tasks.shown_messages import shown_messages
from tasks.shown_persons import shown_persons
from tasks.workplace import Workplace

ORDERS = frozenset({"run_paused", "run_resumed", "run_stopped"})


def all_runs(workplace: Workplace) -> list[dict[str, Any]]:
    """Return every run with its state, the newest change first; pages of withdrawn stories are taken down."""
    unpublishing.take_down_everywhere(workplace)
    with store.writing(workplace) as connection:
        rows = connection.execute("SELECT run, state, title FROM run ORDER BY changed_at DESC").fetchall()
        late = {each.run for each in overdue.overdue_within(connection, datetime.now(UTC))}
    return [dict(zip(("run", "state", "title"), row, strict=True)) | {"overdue": row[0] in late} for row in rows]


def run_status(workplace: Workplace, run: str) -> dict[str, Any]:
    """Return one run's status; what the journals say by now is merged first.

    Pages that tell a story whose consent is withdrawn, and those whose time is over, are taken down, where that has not
    been possible before.
    """
    with store.writing(workplace) as connection:
        found = runs.load_within(connection, run)
        run_id = found.run
        load_decisions(connection, workplace)
        accounts.merge_within(connection, workplace, run_id)
        reached = accounts.persons_reached(connection, run_id)
        accounted = accounts.persons_accounted(connection, run_id)
        hidden = hidden_figures(connection, run_id)
        untold = {name for _, figure, name in hidden if figure == "persons"}
        persons = shown_persons(accounted | {"reached": reached}, accounts.persons_by_wave(connection, run_id), untold)
        messages = accounts.messages_accounted(connection, run_id)
        unknown = accounts.in_doubt(connection, run_id)
        late = [each.as_dict() for each in overdue.overdue_within(connection, datetime.now(UTC), run_id)]
        due_reviews = approval_rows.due_reviews(connection, workplace, found)
        replies = gateway_replies.replies(connection, run_id)
        approvals = approval_standing.standing(connection, workplace, found)
        query = "SELECT look, state, due_at, evaluated_at FROM look WHERE run = ? ORDER BY look"
        looks = connection.execute(query, [run_id])
        due_looks = [
            {"look": look, "state": standing, "due_at": due.isoformat(), "evaluated_at": at and at.isoformat()}
            for look, standing, due, at in looks.fetchall()
        ]
    paused = _paused(workplace, run_id)
    next_look = next((look["look"] for look in due_looks if look["state"] != "done"), None if due_looks else 1)
    return {
        "run": run_id,
        "state": found.state,
        "approvals": approvals,
        "next": next_step(workplace, found, approvals, next_look=next_look, held=bool(paused)),
        "waves": [{"wave": each.name, "start": each.start.isoformat()} for each in sendings(found.brief)],
        "paused": paused,
        "persons": persons,
        "messages": shown_messages(messages, untold_channels(hidden)),
        "unknown": unknown,
        "replies": replies,
        "unreachable": reasons.kept(workplace, run_id),
        "due_looks": due_looks,
        "overdue": late,
        "due_reviews": due_reviews,
        "withdrawn_stories": _withdrawn_stories(workplace, found.brief),
        "taken_down": unpublishing.take_down(workplace, run_id) | unpublishing.unpublish_over(workplace, run_id),
    }


def _paused(workplace: Workplace, run: str) -> dict[str, str]:
    """Return why, by whom and when the run was paused; nothing where it is not."""
    orders = [each for each in decisions.read(workplace) if each.run == run and each.action in ORDERS]
    if not orders or orders[-1].action != "run_paused":
        return {}
    last = orders[-1]
    return {"reason": str(last.detail.get("reason", "")), "by": last.actor, "at": last.at.isoformat()}


def _withdrawn_stories(workplace: Workplace, brief: Brief) -> list[dict[str, str]]:
    gone = stories.withdrawn(workplace) if brief.stories else {}
    return [
        {"story": story.name, "withdrawn_at": gone[story.consent]} for story in brief.stories if story.consent in gone
    ]
