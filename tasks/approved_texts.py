"""The texts that were approved, written beside the shards and compared with the table that the approval covers."""

import json
import re
from pathlib import Path

import duckdb

from campaigns.errors import InputError
from tasks import store
from tasks.shard_texts import unchanged
from tasks.whole_files import write_whole
from tasks.workplace import Workplace

SAFE_NAME = re.compile(r"^[\w.-]+$")


def write_texts(connection: duckdb.DuckDBPyConnection, run: str, wave: str, folder: Path) -> None:
    """Write the template of every variant of a wave into a folder, one file each."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    query = "SELECT variant, template FROM variant WHERE run = ? AND wave = ?"
    for variant, template in connection.execute(query, [run, wave]).fetchall():
        if not SAFE_NAME.match(variant):
            raise InputError("a variant's name cannot be a file's name", where=variant)
        write_whole(folder / variant, template)


def approved_texts(workplace: Workplace, run: str) -> dict[str, str]:
    """Return the SHA-256 of the template of every variant of a run, as it stands in the table that was approved."""
    with store.writing(workplace) as connection:
        return hashes(connection, run)


def hashes(connection: duckdb.DuckDBPyConnection, run: str, wave: str = "") -> dict[str, str]:
    """Return the SHA-256 of the template of every variant of a wave, or of all waves, from the table."""
    query = "SELECT variant, sha256(template) FROM variant WHERE run = ? AND ? IN ('', wave) ORDER BY variant"
    return dict(connection.execute(query, [run, wave]).fetchall())


def require_approved_texts(connection: duckdb.DuckDBPyConnection, run: str, wave: str, listed_in: Path) -> None:
    """Refuse where a written text is not the approved one, and note the hashes that a former version did not."""
    approved, listed = hashes(connection, run, wave), json.loads(listed_in.read_text())
    for variant, digest in approved.items():
        unchanged(listed_in.parent / "variants" / variant, digest)
    if listed.get("variants") != approved:
        write_whole(listed_in, json.dumps({**listed, "variants": approved}, indent=1).encode())
