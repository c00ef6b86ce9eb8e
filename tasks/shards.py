"""Shards: the messages of a sending, written once as Parquet files that never change, with all that a worker needs.

A worker opens no database: it reads its shard, the texts in ``shards/variants`` and the control folder. The list
``shards/WAVE.json``, written last, says that a wave's shards are whole; from then on they are the truth, and the rows
of the table ``message`` are made from them. Where the control group is told later its shards are those of a sending of
their own, ``WAVE-later``: a sending is known by its name, a wave's to everybody else by that of the wave.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
from pydantic import TypeAdapter

from campaigns.brief import Brief
from campaigns.channels import load_channels, priced_per_part
from campaigns.errors import InputError
from campaigns.sendings import LATER, Sending, sendings
from tasks import decisions, diversion, message_parts, orders, runs, store, stories, unpublishing
from tasks.accounts import merge_within
from tasks.approved_texts import hashes, require_approved_texts, write_texts
from tasks.orders import SUPPRESSIONS, TERMS, WITHDRAWALS
from tasks.whole_files import write_whole
from tasks.workplace import Workplace

ROWS_PER_SHARD = 50_000
"""A worker takes about half a second to start and 0.1 GB for so many, so fewer would cost more than they spare."""
LETTERS_PER_SHARD = 10_000
"""A manifest for the print shop is no longer than that."""
ROWS_KEPT_WHOLE = 1_000


def write_shards(workplace: Workplace, run: str, name: str) -> list[str]:
    """Write a sending's shards once and its rows of ``message``; returns the shards' names, ever after the same."""
    folder, wave = workplace.run_folder(run, "shards"), name.removesuffix(LATER)
    with store.writing(workplace) as connection:
        if not _list(folder, name).exists():
            brief = runs.load_within(connection, run).brief
            sending = next(each for each in sendings(brief) if each.name == name)
            _prepare_control(workplace, run, brief, stories.told(connection, run, brief))
            merge_within(connection, workplace, run)  # a receipt may say that an earlier wave has failed somebody
            diversion.divert(connection, run, brief, sending)
            store.keep_evidence(connection, workplace, run, ["diversion", "message_slot"])
            _plan(connection, workplace, run, sending, brief)
            write_texts(connection, run, wave, folder / "variants")
            _write_files(connection, workplace, folder, name, hashes(connection, run, wave))
        require_approved_texts(connection, run, wave, _list(folder, name))
        load_messages(connection, workplace, run, name)
        store.keep_evidence(connection, workplace, run, ["message"])
    return written(workplace, run, name)


def written(workplace: Workplace, run: str, name: str = "") -> list[str]:
    """Return the names of the shards of a sending, or of every sending of the run."""
    folder = workplace.run_folder(run, "shards")
    lists = [_list(folder, name)] if name else sorted(folder.glob("*.json"))
    return [entry["shard"] for path in lists if path.exists() for entry in json.loads(path.read_text())["shards"]]


def has_begun(workplace: Workplace, run: str, name: str) -> bool:
    """Say whether the sending's shards are written."""
    return _list(workplace.run_folder(run, "shards"), name).exists()


def is_finished(workplace: Workplace, run: str, name: str) -> bool:
    """Say whether no message of the sending can still be sent: each has an outcome or is in doubt."""
    if not has_begun(workplace, run, name):
        return False
    with store.writing(workplace) as connection:
        row = connection.execute(
            "SELECT count(*) FROM delivery WHERE run = ? AND list_contains(?::VARCHAR[], shard) "
            "AND status IN ('queued', 'marked', 'deferred')",
            [run, written(workplace, run, name)],
        ).fetchone()
    return row == (0,)


def load_messages(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str, name: str) -> None:
    """Make the sending's rows of ``message`` from its shards, unless they are there."""
    folder = workplace.run_folder(run, "shards")
    if shards := written(workplace, run, name):
        files = [str(folder / f"{shard}.parquet") for shard in shards]
        connection.execute(store.statement("publishing/from_shards"), {"files": files, "run": run, "shards": shards})


def _list(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


def _prepare_control(workplace: Workplace, run: str, brief: Brief, told: list[stories.Told]) -> None:
    """Write the terms, and suppressions and withdrawals so far; one that comes later finds the folder by itself."""
    folder = workplace.run_folder(run, "control")
    if (folder / TERMS).exists():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    orders.append(folder, SUPPRESSIONS, decisions_on_suppressions(workplace))
    orders.append(folder, WITHDRAWALS, [(consent,) for consent in stories.withdrawn(workplace)])
    unpublishing.keep_pages_instead(workplace, run, brief, told)
    write_whole(folder / TERMS, json.dumps({**_terms(brief), "stories": told}, indent=1).encode())


def decisions_on_suppressions(workplace: Workplace) -> list[tuple[str, str]]:
    """Return (subject key, purpose) of every suppression in the decision log."""
    added = (each.detail for each in decisions.read(workplace) if each.action == "suppression_added")
    return [(key, detail["purpose"]) for detail in added for key in detail["subject_keys"]]


def _terms(brief: Brief) -> dict[str, Any]:
    schedule = brief.schedule
    quiet = {name: channel.quiet_hours for name, channel in load_channels().items()}
    return {
        "valid_until": schedule.valid_until.isoformat(),
        "time_zone": schedule.time_zone,
        "windows": [window.model_dump(mode="json") for window in schedule.windows],
        "quiet_hours": {name: [hours.begin, hours.end] for name, hours in quiet.items() if hours},
        "purposes": sorted({basis.purpose for basis in brief.legal_basis}),
        "on_unknown": brief.on_unknown,
        "text_senders": {
            name: brief.sender.of_channel(each.text_sender)
            for name, each in load_channels().items()
            if each.text_sender
        },
        "internal": brief.is_internal,
    }


def _plan(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str, sending: Sending, brief: Brief
) -> None:
    channels = [
        (each.name, each.address_kind, each.unit_cost_sek, each.co2_kg,
         LETTERS_PER_SHARD if each.address_kind == "postal" else ROWS_PER_SHARD)
        for each in load_channels().values()
    ]  # fmt: skip
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE channel_term"
        " (channel VARCHAR, address_kind VARCHAR, unit_cost_sek DOUBLE, co2_kg DOUBLE,"
        " rows_per_shard BIGINT)"
    )
    connection.executemany("INSERT INTO channel_term VALUES (?, ?, ?, ?, ?)", channels)
    connection.execute("CREATE OR REPLACE TEMP TABLE slot_default (language VARCHAR, slots MAP(VARCHAR, VARCHAR))")
    defaults = [[language, _defaults(brief, language)] for language in _languages(connection, run, brief)]
    connection.executemany("INSERT INTO slot_default VALUES (?, ?::JSON::MAP(VARCHAR, VARCHAR))", defaults)
    those = {"run": run, "wave": sending.wave, "later": sending.is_later}
    values = those | {"sending": sending.name, "workers": workplace.workers, "rows_kept_whole": ROWS_KEPT_WHOLE}
    connection.execute(store.statement("publishing/planned"), values)
    if set(brief.channels).intersection(priced_per_part()):
        message_parts.count_planned(connection, run, sending.wave)
        connection.execute(store.statement("publishing/priced"))
    _require_everybody(connection, those)


def _languages(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief) -> set[str]:
    rows = connection.execute("SELECT DISTINCT language FROM audience WHERE run = ?", [run]).fetchall()
    return {*brief.languages, *(language for (language,) in rows)}


def _defaults(brief: Brief, language: str) -> str:
    values = {"first_name": "", "last_name": ""}
    for slot in brief.slots:
        default = slot.default
        known = default if isinstance(default, str) else default.get(language, next(iter(default.values()), ""))
        values[slot.name] = known
    return TypeAdapter(dict[str, str]).dump_json(values).decode()


def _require_everybody(connection: duckdb.DuckDBPyConnection, those: dict[str, Any]) -> None:
    """Refuse where an assigned message is missing or lacks a text, rather than lose anybody in a join."""
    row = connection.execute(store.statement("publishing/missing"), those).fetchone()
    if row != (0, 0):
        lost, textless = row or (0, 0)
        raise InputError(
            f"{lost} assigned messages have no channel or audience row, and {textless} have no text",
            where=f"run {those['run']}, wave {those['wave']}",
            remedy="prepare the campaign again, then approve it again.",
        )


def _write_files(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, folder: Path, name: str, texts: dict[str, str]
) -> None:
    rows = connection.execute("SELECT shard, any_value(channel) FROM planned_message GROUP BY shard ORDER BY shard")
    printed = {"sender_address": workplace.sender_address, "public_url": workplace.public_url}
    entries = []
    for shard, channel in rows.fetchall():
        path = folder / f"{shard}.parquet"
        query = "SELECT * FROM planned_message WHERE shard = ? ORDER BY message_id"
        store.keep_rows(connection, query, [shard], path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        entries.append({"shard": shard, "channel": channel, "sha256": digest, **printed})
    write_whole(_list(folder, name), json.dumps({"shards": entries, "variants": texts}, indent=1).encode())
