"""Publishing: shards are handed to workers, their journals merged, messages in doubt settled."""

from typing import Any

from tasks import control, launching, store
from tasks.accounts import merge_within, messages_accounted, persons_reached
from tasks.first_slice import FAILING, Slice, verdict
from tasks.launching import PATIENCE, ShardResult
from tasks.ledger import load_decisions
from tasks.unknowns import decide_every_unknown, decide_unknown, unknown
from tasks.workplace import Workplace

__all__ = [
    "ShardResult", "decide_every_unknown", "decide_unknown", "merge_journals", "messages_accounted", "persons_reached",
    "publish_first", "publish_shard", "unknown",
]  # fmt: skip


def publish_shard(
    workplace: Workplace, run: str, shard: str, *, patience: float = PATIENCE, first: int = 0
) -> ShardResult:
    """Deliver what is left of one shard in a worker process; safe to run again, and twice at once.

    ``patience``: seconds to go on retrying deferred messages after the rest. ``first``: only so many messages of the
    beginning, 0 for all. Pauses the run when the gateway fails.
    """
    result = launching.deliver(workplace, run, shard, patience=patience, first=first)
    if result.outcome == "gateway_failing":
        control.pause(workplace, run, "publishing", "gateway_failing")
    return result


def publish_first(workplace: Workplace, run: str, first: Slice) -> ShardResult:
    """Deliver the first slice of a channel and judge it; pauses the run where too much of it failed."""
    if (told := verdict(workplace, run, first)) == "open":
        result = publish_shard(workplace, run, first.shard, first=first.messages)
        if result.outcome != "done":
            return result
        told = verdict(workplace, run, first)
    if told == FAILING:
        control.pause(workplace, run, "publishing", FAILING)
    return ShardResult(first.shard, told)


def merge_journals(workplace: Workplace, run: str) -> dict[str, Any]:
    """Append every journal record not merged yet to ``delivery_event`` in one transaction; returns the accounts."""
    with store.writing(workplace) as connection:
        load_decisions(connection, workplace)
        merge_within(connection, workplace, run)
        return messages_accounted(connection, run)
