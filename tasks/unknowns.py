"""Messages in doubt: listed one by one, and settled by a person's decision, one of them or all."""

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, get_args

from campaigns.errors import InputError, Refused, StoreBusy
from tasks import decisions, journal, store
from tasks.accounts import in_doubt, merge_within
from tasks.journal import Standing
from tasks.lease import Lease
from tasks.workplace import Workplace

Decision = Literal["accepted", "rejected", "resend"]
RECORDS = {"accepted": ("accepted", "decided"), "rejected": ("rejected", "decided"), "resend": ("deferred", "resend")}


def unknown(workplace: Workplace, run: str) -> list[str]:
    """Return the ids of the messages of which nobody knows whether they arrived."""
    with store.writing(workplace) as connection:
        merge_within(connection, workplace, run)
        return in_doubt(connection, run)


def decide_unknown(workplace: Workplace, run: str, message_id: str, decision: Decision, actor: str) -> None:
    """Settle one message in doubt: it was ``accepted``, it was ``rejected``, or ``resend`` it once more.

    Raises InputError for a message of another run, Refused where it is not in doubt or was sent again once before,
    StoreBusy while a worker has its shard.
    """
    _require_decision(decision)
    shard = _shard(workplace, run, message_id)
    with _alone_with(workplace.run_folder(run, "journals"), shard) as standings:
        standing = standings.get(message_id)
        if standing is None or standing.status != "unknown":
            raise Refused(f"message {message_id} is not in doubt", remedy="`budkavle unknown` lists those that are.")
        if not _may(decision, standing):
            raise Refused(f"message {message_id} was sent again once already", remedy="decide accepted or rejected.")
        decided = {message_id: standing}
        _write_down(workplace, run, shard, decided, decision, actor, {"message_id": message_id})
    unknown(workplace, run)


def decide_every_unknown(workplace: Workplace, run: str, decision: Decision, actor: str) -> int:
    """Settle every message in doubt alike, shard by shard; returns how many. What was sent again once is not resent.

    Raises StoreBusy at the first shard that a worker has; what was decided before it stays decided.
    """
    _require_decision(decision)
    unknown(workplace, run)
    decided = 0
    for shard in _doubtful_shards(workplace, run):
        with _alone_with(workplace.run_folder(run, "journals"), shard) as standings:
            doubtful = {
                message_id: standing
                for message_id, standing in standings.items()
                if standing.status == "unknown" and _may(decision, standing)
            }
            if doubtful:
                _write_down(workplace, run, shard, doubtful, decision, actor, {"message_ids": sorted(doubtful)})
        decided += len(doubtful)
    unknown(workplace, run)
    return decided


def _require_decision(decision: str) -> None:
    if decision not in get_args(Decision):
        raise InputError(f"{decision!r} is not a decision", remedy=f"use one of {', '.join(get_args(Decision))}.")


def _may(decision: Decision, standing: Standing) -> bool:
    return decision != "resend" or standing.unknowns <= 1


@contextmanager
def _alone_with(folder: Path, shard: str) -> Iterator[Mapping[str, Standing]]:
    """Keep workers of this machine and others from a shard, and tell how its messages stand; raises StoreBusy."""
    with (folder / f"{shard}.lock").open("a") as lock, Lease(folder, shard) as lease:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = lease.take()
        except BlockingIOError:
            is_ours = False
        if not is_ours:
            raise StoreBusy("a worker is publishing this shard", where=shard, remedy="pause the run first.")
        yield journal.standings(folder, shard)


def _write_down(
    workplace: Workplace, run: str, shard: str, decided: Mapping[str, Standing], decision: Decision, actor: str,
    named: Mapping[str, str | Sequence[str]],
) -> None:  # fmt: skip
    detail = {**named, "decision": decision}
    decisions.record(workplace, "unknown_decided", actor=actor, run=run, detail=detail)
    status, code = RECORDS[decision]
    written = journal.Journal(journal.next_segment(workplace.run_folder(run, "journals"), shard))
    written.append(
        [journal.now(status, message_id, standing.attempt, code) for message_id, standing in decided.items()]
    )
    written.close()


def _doubtful_shards(workplace: Workplace, run: str) -> list[str]:
    with store.writing(workplace) as connection:
        rows = connection.execute(
            "SELECT DISTINCT shard FROM delivery WHERE run = ? AND status = 'unknown' ORDER BY shard", [run]
        ).fetchall()
    return [str(shard) for (shard,) in rows]


def _shard(workplace: Workplace, run: str, message_id: str) -> str:
    with store.writing(workplace) as connection:
        row = connection.execute(
            "SELECT shard FROM message WHERE run = ? AND message_id = ?", [run, message_id]
        ).fetchone()
    if row is None:
        raise InputError(f"run {run} has no message {message_id}", remedy="`budkavle unknown` lists those in doubt.")
    return str(row[0])
