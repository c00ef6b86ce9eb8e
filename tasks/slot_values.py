"""What is printed in each person's slots: register values in the words of the message's language, or the default."""

from datetime import date
from typing import Any

import duckdb
from babel.dates import format_date

from campaigns.brief import Brief, Slot
from campaigns.language import date_locale, long_date
from tasks import store

IDENTITY = ("first_name", "last_name")
STAND_INS = {
    "first_name": "Förnamn",
    "last_name": "Efternamn",
    "recipient": "namn@example.se",
    "message_id": "0" * 32,
    "unsubscribe_url": "https://example.se/unsubscribe",
    "date": "Mon, 01 Jan 2001 12:00:00 +0100",
    "address_name": "Förnamn Efternamn",
    "street": "Exempelgatan 1",
    "apartment": "",
    "postcode": "123 45",
    "city": "Stockholm",
}
"""What the preview shows where the brief has no default of its own: visibly nobody."""


def fill(connection: duckdb.DuckDBPyConnection, brief: Brief, values: dict[str, Any]) -> None:
    """Write ``message_slot`` for the assigned persons of one wave; ``values`` are run, wave and the answer's file."""
    assigned = "SELECT person_key FROM assignment WHERE run = $run AND wave = $wave"
    gather(connection, brief, values, assigned)
    connection.execute(store.statement("channels/slots"), {name: values[name] for name in ("run", "wave")})


def gather(connection: duckdb.DuckDBPyConnection, brief: Brief, values: dict[str, Any], recipients: str) -> None:
    """Write the temporary table person_slot for those whom a query over run and wave names by ``person_key``."""
    names = list(dict.fromkeys([*IDENTITY, *(slot.name for slot in brief.slots)]))
    defaults = {
        f"{language}:{slot.name}": default_of(slot, language, brief)
        for slot in brief.slots
        for language in brief.languages
    }
    only = {name: values[name] for name in ("run", "wave")}
    connection.execute(f"CREATE OR REPLACE TEMP TABLE recipient AS {recipients}", only)
    _format_dates(connection, brief, values)
    given = values | {"names": names, "defaults": _as_map(defaults)}
    connection.execute(store.statement("channels/person_slots"), given)


def default_of(slot: Slot, language: str, brief: Brief) -> str:
    """Return the default of a slot in a language, or in the brief's first language where it has none."""
    if isinstance(slot.default, str):
        return slot.default
    return slot.default.get(language) or slot.default.get(brief.languages[0], "")


def default_values(brief: Brief, language: str) -> dict[str, str]:
    """Return a value for every slot: the brief's default in the language, otherwise a visible stand-in."""
    return STAND_INS | {slot.name: default_of(slot, language, brief) for slot in brief.slots}


def shown_values(brief: Brief, language: str, unsubscribe_url: str) -> dict[str, str]:
    """Return the same values marked ‹so›, as a preview shows what is each person's own, and the address to unsubscribe.

    An address of the brief's own stays bare: marks would be encoded into it.
    """
    bare = {"unsubscribe_url", "message_id", "recipient", "date"} | {
        slot.name for slot in brief.slots if slot.kind == "url"
    }
    values = default_values(brief, language)
    marked = {name: value if name in bare or not value else f"‹{value}›" for name, value in values.items()}
    return marked | {"unsubscribe_url": unsubscribe_url}


def _format_dates(connection: duckdb.DuckDBPyConnection, brief: Brief, values: dict[str, Any]) -> None:
    dates = {slot.name: slot for slot in brief.slots if slot.kind == "date"}
    connection.execute(store.statement("channels/raw_slots"), values | {"names": list(dates)})
    rows = connection.execute("SELECT DISTINCT name, language, raw FROM raw_slot").fetchall()
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE slot_text (name VARCHAR, language VARCHAR, raw VARCHAR, text VARCHAR)"
    )
    texts = [[name, language, raw, _in_words(dates[name], language, raw)] for name, language, raw in rows]
    if texts:
        connection.executemany("INSERT INTO slot_text VALUES (?, ?, ?, ?)", texts)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE formatted AS SELECT person_key, map(list(name), list(text)) AS slots "
        "FROM raw_slot INNER JOIN slot_text USING (name, language, raw) GROUP BY person_key"
    )


def _in_words(slot: Slot, language: str, raw: str) -> str:
    day, pattern = date.fromisoformat(raw), (slot.format or {}).get(language)
    return str(format_date(day, pattern, locale=date_locale(language))) if pattern else long_date(day, language)


def _as_map(values: dict[str, str]) -> dict[str, list[str]]:
    # DuckDB takes a MAP as a dictionary of two lists; an ordinary dictionary would become a STRUCT.
    return {"key": list(values), "value": list(values.values())}
