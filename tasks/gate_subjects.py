"""Variants made ready for the gates and the preview: every slot filled with its default, as a reader would see them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from campaigns.brief import Brief
from campaigns.texts import text_path
from tasks import runs, slots, store
from tasks.gates.subject import GateSubject
from tasks.slot_values import default_values


def stored_subjects(
    connection: duckdb.DuckDBPyConnection,
    run: runs.Run,
    *,
    reader: str = "en",
    values: Callable[[Brief, str], Mapping[str, str]] = default_values,
) -> tuple[GateSubject, ...]:
    """Return every stored variant of a run, in the order of wave, channel, facts and language.

    ``values`` gives what stands in the slots of a text of a language; the defaults unless told otherwise.
    """
    rows = connection.execute(store.statement("review/variants"), {"run": run.run}).fetchall()
    return tuple(
        subject_of(
            run.brief, run.folder, wave=wave, channel=channel, language=language, subject=subject, text=text, html=html,
            facts=dict(zip(names or (), told or (), strict=True)), reader=reader, variant=variant,
            included=tuple(parts or ()), values=values,
        )
        for wave, channel, language, subject, text, html, names, told, variant, parts in rows
    )  # fmt: skip


def subject_of(
    brief: Brief, folder: Path, *, wave: str, channel: str, language: str, subject: str, text: str, html: str,
    facts: Mapping[str, str], reader: str = "en", variant: str = "", included: tuple[str, ...] | None = None,
    values: Callable[[Brief, str], Mapping[str, str]] = default_values,
) -> GateSubject:  # fmt: skip
    """Return one rendered variant with its slots filled, by their defaults unless told otherwise."""
    filling = values(brief, language)
    return GateSubject(
        brief=brief, folder=folder, source=text_path(folder, wave, language).name, wave=wave, channel=channel,
        language=language, subject=_filled(subject, filling), text=_filled(text, filling), html=_filled(html, filling),
        facts=facts, reader=reader, variant=variant, included=included,
        personal_addresses=slots.personal_addresses(f"{text}\n{html}"),
    )  # fmt: skip


def _filled(text: str, values: Mapping[str, str]) -> str:
    return slots.parse(text.encode()).fill(values).decode()
