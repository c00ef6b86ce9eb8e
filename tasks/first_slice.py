"""The first slice of a wave: one in a hundred of each channel goes out before the rest, and is judged.

It is the beginning of the channel's first shard. Shards are in the order of keyed message ids, so it is a fair sample
and always the same one; what a kill left of it goes on as anything else does.
"""

import math
from pathlib import Path
from typing import NamedTuple

from campaigns.channels import load_channels
from tasks import decisions, journal, shards, store
from tasks.shard_messages import read_shard
from tasks.workplace import Workplace

SHARE = 0.01
FEWEST = 20
SMALLEST_WAVE = 200
MOST_FAILED = 0.2
FAILING = "first_slice_failing"
RESTORED = "restored"
UNSETTLED = frozenset({"queued", "marked", "deferred"})
FAILED = frozenset({"rejected", "unknown"})


class Slice(NamedTuple):
    """The first ``messages`` of a shard."""

    shard: str
    messages: int


def first_slices(workplace: Workplace, run: str, sending: str) -> list[Slice]:
    """Return the slice of each channel of a sending that has 200 messages or more to digital addresses with answers."""
    answering = [each.name for each in load_channels().values() if each.address_kind and not each.print]
    with store.writing(workplace) as connection:
        rows = connection.execute(
            "SELECT min(shard), count(*) FROM message WHERE run = ? AND list_contains(?, channel) "
            "AND list_contains(?::VARCHAR[], shard) GROUP BY channel HAVING count(*) >= ? ORDER BY ALL",
            [run, answering, shards.written(workplace, run, sending), SMALLEST_WAVE],
        ).fetchall()  # fmt: skip
    return [Slice(shard, max(FEWEST, math.ceil(SHARE * messages))) for shard, messages in rows]


def verdict(workplace: Workplace, run: str, first: Slice) -> str:
    """Return ``open`` while a message of the slice can still be sent, else ``done`` or ``first_slice_failing``.

    It fails where more than a fifth of what was tried was rejected or is in doubt; a message in doubt because its
    worker was killed, or an old back-up was restored, tells nothing of gateway and texts. Who resumes a run that was
    paused for it has looked: then it is done.
    """
    _, messages = read_shard(workplace.run_folder(run, "shards"), first.shard)
    journals = workplace.run_folder(run, "journals")
    known, killed = journal.standings(journals, first.shard), _killed(journals, first.shard)
    status = [
        known.get(each.message_id, journal.Standing()).status
        for each in messages[: first.messages]
        if each.message_id not in killed
    ]
    if not UNSETTLED.isdisjoint(status):
        return "open"
    failed = sum(each in FAILED for each in status)
    tried = failed + status.count("accepted")
    return FAILING if failed > MOST_FAILED * tried and not _looked_at(workplace, run) else "done"


def _killed(journals: Path, shard: str) -> set[str]:
    """Return the messages that are or were in doubt for a killed worker or a restore, by the record of that."""
    return {
        record.message_id
        for path in journal.segments(journals, shard)
        for _, record in journal.read(path)
        if record.status == "unknown" and record.code in ("worker_lost", RESTORED)
    }


def _looked_at(workplace: Workplace, run: str) -> bool:
    return any(
        each.run == run and each.action == "run_paused" and each.detail.get("reason") == FAILING
        for each in decisions.read(workplace)
    )
