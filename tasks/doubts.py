"""What a sender can find out about messages that an earlier worker left marked or in doubt, before anything is sent."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tasks import journal
from tasks.senders.protocol import Askable, Doubt, Message, Sender

IN_DOUBT = frozenset({"marked", "unknown"})


def settle(
    folder: Path, shard: str, sender: Sender, messages: Sequence[Message], known: Mapping[str, journal.Standing]
) -> int:
    """Ask the sender about every message in doubt and write down what it knows; their number. Changes ``known`` too.

    Only for the worker that holds the shard.
    """
    left = [each for each in messages if each.message_id in known and known[each.message_id].status in IN_DOUBT]
    if not left or not isinstance(sender, Askable):
        return 0
    marked = _marked_at(folder, shard)
    found = sender.look_up([Doubt(each, marked.get(each.message_id, 0.0)) for each in left])
    if not found:
        return 0
    written = journal.Journal(journal.next_segment(folder, shard))
    written.append(
        journal.now(outcome.status, message_id, known[message_id].attempt, outcome.code, outcome.provider_ref)
        for message_id, outcome in found.items()
    )
    written.close()
    for message_id, outcome in found.items():
        known[message_id].status = outcome.status
    return len(found)


def _marked_at(folder: Path, shard: str) -> dict[str, float]:
    """Return when each message was last marked, in seconds since 1970."""
    return {
        record.message_id: record.milliseconds / 1000
        for path in journal.segments(folder, shard)
        for _, record in journal.read(path)
        if record.status == "marked"
    }
