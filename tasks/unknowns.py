"""Messages in doubt: listed one by one, and settled by a person's decision."""

import fcntl
from typing import Literal

from campaigns.errors import InputError, Refused, StoreBusy
from tasks import decisions, journal, store
from tasks.accounts import in_doubt, merge_within
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
    if decision not in RECORDS:
        raise InputError(f"{decision!r} is not a decision", remedy=f"use one of {', '.join(RECORDS)}.")
    shard = _shard(workplace, run, message_id)
    folder = workplace.run_folder(run, "journals")
    with (folder / f"{shard}.lock").open("a") as lock, Lease(folder, shard) as lease:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = lease.take()
        except BlockingIOError:
            is_ours = False
        if not is_ours:
            raise StoreBusy("a worker is publishing this shard", where=shard, remedy="pause the run first.")
        standing = journal.standings(folder, shard).get(message_id)
        if standing is None or standing.status != "unknown":
            raise Refused(f"message {message_id} is not in doubt", remedy="`budkavle unknown` lists those that are.")
        if decision == "resend" and standing.unknowns > 1:
            raise Refused(f"message {message_id} was sent again once already", remedy="decide accepted or rejected.")
        detail = {"message_id": message_id, "decision": decision}
        decisions.record(workplace, "unknown_decided", actor=actor, run=run, detail=detail)
        status, code = RECORDS[decision]
        written = journal.Journal(journal.next_segment(folder, shard))
        written.append([journal.now(status, message_id, standing.attempt, code)])
        written.close()
    with store.writing(workplace) as connection:
        merge_within(connection, workplace, run)


def _shard(workplace: Workplace, run: str, message_id: str) -> str:
    with store.writing(workplace) as connection:
        row = connection.execute(
            "SELECT shard FROM message WHERE run = ? AND message_id = ?", [run, message_id]
        ).fetchone()
    if row is None:
        raise InputError(f"run {run} has no message {message_id}", remedy="`budkavle unknown` lists those in doubt.")
    return str(row[0])
