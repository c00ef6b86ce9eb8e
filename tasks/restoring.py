"""After an old back-up of HOME was restored: what it cannot know of becomes unknown, and publishing may go on."""

import fcntl
from pathlib import Path

from campaigns.channels import load_channels
from campaigns.errors import Refused, StoreBusy
from tasks import decisions, journal, shards, store
from tasks.accounts import merge_within
from tasks.fence import Fence, fence_folder, noted
from tasks.first_slice import RESTORED
from tasks.shard_messages import read_shard
from tasks.workplace import Workplace

OPEN = frozenset({"queued", "marked", "deferred"})


def accept_restore(workplace: Workplace, run: str, actor: str) -> int:
    """Take this home for the truth from now on; returns how many messages became unknown by it.

    In every wave of which more was sent than this home knows, each message that is not settled becomes unknown: it may
    have been sent. Pages are put again, which harms nobody. Raises Refused where nothing is behind, or a wave that was
    begun has no shards here yet.
    """
    fence = fence_folder(workplace.fence, workplace.home, run)
    journals = workplace.run_folder(run, "journals")
    behind = {shard for shard in noted(fence) if not Fence(fence, shard).holds(journals)}
    if not behind:
        raise Refused(f"nothing of run {run} is behind what was sent", remedy="there is nothing to accept.")
    waves = {path.stem: set(shards.written(workplace, run, path.stem))
             for path in workplace.run_folder(run, "shards").glob("*.json")}  # fmt: skip
    if behind - set().union(*waves.values()):
        raise Refused(
            f"a wave of run {run} was begun of which this home has no shards",
            where=run,
            remedy="`budkavle run` until it says that this home is older than what was sent; then accept it.",
        )
    concerned = {wave: names for wave, names in waves.items() if names & behind}
    detail = {"waves": sorted(concerned), "shards": sorted(behind)}
    decisions.record(workplace, "restore_accepted", actor=actor, run=run, detail=detail)
    doubts = sum(_doubt(workplace, run, shard, fence) for names in concerned.values() for shard in sorted(names))
    with store.writing(workplace) as connection:
        merge_within(connection, workplace, run)
    return doubts


def _doubt(workplace: Workplace, run: str, shard: str, fence: Path | None) -> int:
    """Write an epoch in which all that is open of a shard is unknown, and note it as what was sent last."""
    folder = workplace.run_folder(run, "journals")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{shard}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy("a worker has this shard", where=shard, remedy="run the same command again.") from None
        channel, messages = read_shard(workplace.run_folder(run, "shards"), shard)
        known = journal.standings(folder, shard)
        left = [each for each in messages if known.get(each.message_id, journal.Standing()).status in OPEN]
        if load_channels()[channel].idempotent:
            left = []
        written = journal.Journal(journal.next_segment(folder, shard))
        written.append(
            [journal.now("unknown", each.message_id, known.get(each.message_id, journal.Standing()).attempt, RESTORED)
             for each in left]
        )  # fmt: skip
        written.sync()
        note = Fence(fence, shard)
        note.note(written)
        note.close()
        written.close()
    return len(left)
