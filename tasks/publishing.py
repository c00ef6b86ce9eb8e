"""Publishing: shards are handed to workers, their journals merged, messages in doubt settled."""

from typing import Any

from tasks import control, launching, store
from tasks.accounts import merge_within, messages_accounted, persons_reached
from tasks.launching import PATIENCE, ShardResult
from tasks.ledger import load_decisions
from tasks.unknowns import decide_unknown, unknown
from tasks.workplace import Workplace

__all__ = [
    "ShardResult", "decide_unknown", "merge_journals", "messages_accounted", "persons_reached", "publish_shard",
    "unknown",
]  # fmt: skip


def publish_shard(workplace: Workplace, run: str, shard: str, *, patience: float = PATIENCE) -> ShardResult:
    """Deliver what is left of one shard in a worker process; safe to run again, and twice at once.

    ``patience``: seconds to go on retrying deferred messages after the rest. Pauses the run when the gateway fails.
    """
    result = launching.deliver(workplace, run, shard, patience=patience)
    if result.outcome == "gateway_failing":
        control.pause(workplace, run, "publishing", "gateway_failing")
    return result


def merge_journals(workplace: Workplace, run: str) -> dict[str, Any]:
    """Append every journal record not merged yet to ``delivery_event`` in one transaction; returns the accounts."""
    with store.writing(workplace) as connection:
        load_decisions(connection, workplace)
        merge_within(connection, workplace, run)
        return messages_accounted(connection, run)
