"""Variants made ready for the gates and the preview: every slot filled with its default, as a reader would see them."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from campaigns.brief import Brief
from campaigns.texts import text_path
from tasks import runs, slots, store
from tasks.gates import GateSubject
from tasks.gates.links import UNSUBSCRIBE
from tasks.slot_values import default_of

STAND_INS = {
    "first_name": "Förnamn",
    "last_name": "Efternamn",
    "recipient": "namn@example.se",
    "message_id": "0" * 32,
    "unsubscribe_url": UNSUBSCRIBE,
    "date": "Mon, 01 Jan 2001 12:00:00 +0100",
    "address_name": "Förnamn Efternamn",
    "street": "Exempelgatan 1",
    "apartment": "",
    "postcode": "123 45",
    "city": "Stockholm",
}
"""What the preview shows where the brief has no default of its own: visibly nobody."""


def stored_subjects(
    connection: duckdb.DuckDBPyConnection, run: runs.Run, *, reader: str = "en"
) -> tuple[GateSubject, ...]:
    """Return every stored variant of a run, in the order of wave, channel, facts and language."""
    rows = connection.execute(store.statement("review/variants"), {"run": run.run}).fetchall()
    return tuple(
        subject_of(
            run.brief, run.folder, wave=wave, channel=channel, language=language, subject=subject, text=text, html=html,
            facts=dict(zip(names or (), values or (), strict=True)), reader=reader,
        )
        for wave, channel, language, subject, text, html, names, values in rows
    )  # fmt: skip


def subject_of(
    brief: Brief, folder: Path, *, wave: str, channel: str, language: str, subject: str, text: str, html: str,
    facts: Mapping[str, str], reader: str = "en",
) -> GateSubject:  # fmt: skip
    """Return one rendered variant with its slots filled by their defaults."""
    values = default_values(brief, language)
    return GateSubject(
        brief=brief, folder=folder, source=text_path(folder, wave, language).name, wave=wave, channel=channel,
        language=language, subject=_filled(subject, values), text=_filled(text, values), html=_filled(html, values),
        facts=facts, reader=reader, personal_addresses=slots.personal_addresses(f"{text}\n{html}"),
    )  # fmt: skip


def default_values(brief: Brief, language: str) -> dict[str, str]:
    """Return a value for every slot: the brief's default in the language, otherwise a visible stand-in."""
    return STAND_INS | {slot.name: default_of(slot, language, brief) for slot in brief.slots}


def _filled(text: str, values: Mapping[str, str]) -> str:
    return slots.parse(text.encode()).fill(values).decode()
