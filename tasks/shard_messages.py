"""A shard's messages, read whole and unchanged, and the bytes of each."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.utils import formatdate
from functools import cache, lru_cache
from itertools import islice, pairwise
from math import inf
from pathlib import Path
from time import time
from typing import Any

from campaigns.errors import InputError
from tasks.mime import FIRST_HEADER, LONGEST_LINE, within_lines
from tasks.senders import Message
from tasks.shard_texts import lists
from tasks.slots import MARKER_SIGN, Template, parse, unsubscribe_address

LONGEST_CHARACTER = 12  # bytes of one character, percent-encoded
MARKER = MARKER_SIGN.encode()
BEGINS_LINE = re.compile(rb"(?:^|[\r\n])" + MARKER)
COLUMNS = ("message_id", "variant", "person_key", "address_key", "address", "language")


def read_shard(folder: Path, shard: str) -> tuple[str, list[Message]]:
    """Return channel and messages of a shard, ordered by message id; raises InputError when the file has changed."""
    from pyarrow.parquet import ParquetFile  # read_table would import pandas, a second of every worker's start

    path = folder / f"{shard}.parquet"
    noted = _noted(folder, shard)
    if noted is None or not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != noted["sha256"]:
        raise InputError(
            "the shard is missing or not as it was written; nothing of it is sent",
            where=str(path),
            remedy="restore the file from a back-up.",
        )
    with ParquetFile(path) as file:
        columns = [*COLUMNS, "slots"]
        return noted["channel"], _messages(file.read(columns=columns, use_threads=False))  # a quarter of their time


def _messages(table: Any) -> list[Message]:
    """Make messages of an Arrow table, column by column: a dictionary per row of the table would cost more than all."""
    ids, variants, persons, addressees, addresses, languages = (table.column(name).to_pylist() for name in COLUMNS)
    keys = [
        each if each[0] and each[1] else tuple(filter(None, each)) for each in zip(persons, addressees, strict=True)
    ]
    rows = zip(ids, variants, keys, _or_empty(addresses), _or_empty(languages), _slots(table), strict=True)
    return list(map(Message._make, rows))


def _or_empty(column: list[str | None]) -> Iterable[str]:
    return (value or "" for value in column)


def _slots(table: Any) -> Iterator[dict[str, str]]:
    """Yield each row's slots; a map column is one flat list of names and one of values, cut at the rows' offsets."""
    for chunk in table.column("slots").chunks:
        offsets = chunk.offsets.to_pylist()
        start, end = offsets[0], offsets[-1]
        pairs = zip(chunk.keys.to_pylist()[start:end], chunk.items.to_pylist()[start:end], strict=True)
        for start, end in pairwise(offsets):
            yield dict(islice(pairs, end - start))


def addresses_in(folder: Path, shard: str, otherwise: Mapping[str, str]) -> dict[str, str]:
    """Return the addresses that a shard's messages print, as they were when its wave was written: the same ever after.

    ``otherwise`` are today's, for a wave that was written before they were noted.
    """
    noted = _noted(folder, shard) or {}
    return {name: noted.get(name, otherwise.get(name, "")) for name in ("sender_address", "public_url")}


def _noted(folder: Path, shard: str) -> dict[str, Any] | None:
    entries = (entry for listed in lists(folder) for entry in listed["shards"])
    return next((entry for entry in entries if entry["shard"] == shard), None)


def renderer(
    templates: Mapping[str, bytes], finish: Callable[[bytes], bytes] = bytes, /, *, sender_address: str,
    public_url: str, moment: Callable[[], float] = time,
) -> Callable[[Message], bytes]:  # fmt: skip
    """Return what joins a message's slots into its variant's template; ``templates`` are bytes by variant.

    ``moment`` gives the seconds since 1970 by which an e-mail is dated. ``finish`` is done to each message, or once to
    a template, and so may look at nothing but line ends and what begins a line: values hold no line ends.
    """

    @cache
    def template(variant: str) -> tuple[Template, Template | None, float]:
        content = templates[variant]
        finished = None if BEGINS_LINE.search(content) else parse(finish(content))
        return parse(content), finished, _long_value(content)

    def unsubscribe_of(message_id: str) -> str:
        return unsubscribe_address(message_id, sender_address=sender_address, public_url=public_url)

    before = unsubscribe_of("")  # the id ends the address

    def render(message: Message) -> bytes:
        identity = message.message_id
        plain = identity.isalnum() and identity.isascii()
        unsubscribe = before + identity if plain else unsubscribe_of(identity)
        text, finished, most = template(message.variant)
        is_short = max(map(len, message.slots.values()), default=0) < most
        values = {**message.slots, "recipient": message.address, "message_id": identity,
                  "unsubscribe_url": unsubscribe, "date": _date(int(moment()))}  # fmt: skip
        if finished is not None and is_short:
            return finished.fill(values)
        filled = text.fill(values)
        return finish(filled if is_short else within_lines(filled))

    return render


def _long_value(template: bytes) -> float:
    """Return how long a value must be before a line of an e-mail could be too long; other texts may have long lines."""
    if not template.startswith(FIRST_HEADER):
        return inf
    room = (
        (LONGEST_LINE - len(line)) / (LONGEST_CHARACTER * max(1, line.count(MARKER))) for line in template.split(b"\n")
    )
    return min(room)


@lru_cache(maxsize=1)
def _date(seconds: int) -> str:
    """Return the date of an e-mail header (RFC 5322); thousands are made in a second."""
    return formatdate(seconds)
