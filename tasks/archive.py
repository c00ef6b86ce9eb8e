"""The archive: every message that was handed over, made again byte for byte from shards, texts and journals."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from campaigns.errors import InputError
from tasks import decisions, journal, runs, store
from tasks.approved_texts import approved_texts
from tasks.ledger import bring_up
from tasks.letters import printed
from tasks.senders.smtp_letter import as_sent
from tasks.shard_messages import addresses_in, read_shard, renderer
from tasks.shard_texts import templates_of
from tasks.workplace import Workplace

HANDED_OVER = frozenset({"marked", "accepted", "unknown"})
ON_ARRIVAL: Mapping[str, Callable[[bytes], bytes]] = {"email": as_sent, "letter": printed}
KINDS = {"email": "eml", "letter": "pdf", "web": "html"}


@dataclass(frozen=True)
class Delivered:
    """One message that left: ``status`` accepted, or marked or unknown where nobody knows whether it arrived.

    ``content`` is what the channel was given: of an e-mail, the bytes that the relay received; of a letter, its
    pages as a file of their own.
    """

    message_id: str
    shard: str
    channel: str
    language: str
    status: str
    sent_at: datetime
    content: bytes = field(repr=False)

    @property
    def file_name(self) -> str:
        """A name for its file, without anything about the person."""
        return f"{self.message_id}.{KINDS.get(self.channel, 'txt')}"


def deliveries(workplace: Workplace, run: str, person_key: str, actor: str) -> list[Delivered]:
    """Return every message that was handed over to a person in a run; that somebody looked is written to the log.

    Raises InputError where there is none.
    """
    with store.writing(workplace) as connection:
        run_id = runs.load_within(connection, run).run
        rows = connection.execute(store.statement("publishing/person_messages"), [run_id, person_key]).fetchall()
    by_shard: dict[str, set[str]] = {}
    for message_id, shard in rows:
        by_shard.setdefault(shard, set()).add(message_id)
    found = [each for shard, wanted in sorted(by_shard.items()) for each in reproduce(workplace, run_id, shard, wanted)]
    if not found:
        raise InputError(
            "no message of this run was handed over to this person",
            where=f"run {run_id}",
            remedy="check the person_key; `budkavle status` shows what was sent.",
        )
    detail = {"person_key": person_key, "messages": [each.message_id for each in found]}
    decisions.record(workplace, "archive_shown", actor=actor, run=run_id, detail=detail)
    bring_up(workplace)
    return found


def reproduce(workplace: Workplace, run: str, shard: str, wanted: Collection[str] = ()) -> list[Delivered]:
    """Make the messages of a shard that were handed over again, or those of them that are wanted, in order of id.

    An e-mail is dated by its mark in the journal, as it was when it was sent; where one was sent twice, the last one.
    """
    folder = workplace.run_folder(run, "shards")
    channel, messages = read_shard(folder, shard)
    handed = _handed_over(workplace.run_folder(run, "journals"), shard)
    addresses = {"sender_address": workplace.sender_address, "public_url": workplace.public_url}
    at = [0.0]
    templates = templates_of(folder, shard, {each.variant for each in messages}, approved_texts(workplace, run))
    render = renderer(templates, **addresses_in(folder, shard, addresses), moment=lambda: at[0])
    found = []
    for message in messages:
        if message.message_id not in handed or (wanted and message.message_id not in wanted):
            continue
        status, milliseconds = handed[message.message_id]
        at[0] = milliseconds / 1000
        content = ON_ARRIVAL.get(channel, bytes)(render(message))
        sent_at = datetime.fromtimestamp(at[0], UTC)
        found.append(Delivered(message.message_id, shard, channel, message.language, status, sent_at, content))
    return found


def _handed_over(folder: Path, shard: str) -> dict[str, tuple[str, int]]:
    """Return status and time of the last mark, in milliseconds, of each message that may have arrived."""
    marked: dict[str, int] = {}
    handed: dict[str, tuple[str, int]] = {}
    for path in journal.segments(folder, shard):
        for _, record in journal.read(path):
            if record.status == "marked":
                marked[record.message_id] = record.milliseconds
            if record.status in HANDED_OVER:
                handed[record.message_id] = record.status, marked[record.message_id]
            elif record.status in ("rejected", "deferred"):
                handed.pop(record.message_id, None)
    return handed
