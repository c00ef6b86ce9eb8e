"""The texts of a wave's shards, each proved by its SHA-256 to be the one that was approved; needs no database."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from campaigns.errors import InputError


def templates_of(
    folder: Path, shard: str, variants: Iterable[str], approved: Mapping[str, str] | None = None
) -> dict[str, bytes]:
    """Return the templates of variants of a shard, each proved to be what was noted as the shards were written.

    ``approved`` are SHA-256 by variant from the table, for whoever has a database: they go first. Raises
    InputError, so that nothing is sent, where a file is missing or another, or where nothing is known of it.
    """
    listed = next((each for each in lists(folder) if any(entry["shard"] == shard for entry in each["shards"])), {})
    noted, needed = {**listed.get("variants", {}), **(approved or {})}, set(variants)
    if not needed <= noted.keys():
        raise InputError(
            "this wave was written by a former version, which did not note the hashes of its texts; nothing is sent",
            where=f"{folder}, shard {shard}",
            remedy="run `budkavle run RUN` again: it compares the texts with what was approved and notes their hashes.",
        )
    return {
        variant: unchanged(folder / "variants" / variant, digest)
        for variant, digest in noted.items()
        if variant in needed
    }


def unchanged(path: Path, digest: str) -> bytes:
    """Return the content of a variant's file; raises InputError unless its SHA-256 is this one."""
    content = path.read_bytes() if path.is_file() else None
    if content is None or hashlib.sha256(content).hexdigest() != digest:
        raise InputError(
            "the text is missing or not the one that was approved; nothing is sent or shown with it",
            where=str(path),
            remedy="restore the file from a back-up.",
        )
    return content


def lists(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the list of each wave whose shards are whole."""
    return (json.loads(file.read_text()) for file in folder.glob("*.json"))
