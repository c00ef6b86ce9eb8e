"""Employees' stories (S7): which texts rest on whose consent, and whose has been withdrawn.

A consent is named by its reference, never by a name; whoever agrees again gives a new one, with a new reference.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, TypedDict

import duckdb

from campaigns.brief import Brief
from campaigns.brief_loading import BRIEF
from campaigns.channels import load_channels
from campaigns.errors import ContentChanged, Finding
from campaigns.stories import consents_of
from tasks import decisions, runs, store
from tasks.gates.reading import line_of
from tasks.workplace import Workplace

WITHDRAWN = "story_withdrawn"


class Told(TypedDict):
    """One text that tells stories: ``open`` where everybody reads it on a page, ``consents`` what it rests on."""

    variant: str
    language: str
    open: bool
    consents: list[str]


class MadeOf(Protocol):
    """A text and the other files of its campaign that it holds."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the files."""


def withdrawn(workplace: Workplace) -> dict[str, str]:
    """Return every consent that has been withdrawn, by reference, with the moment (ISO 8601, UTC)."""
    taken_back: dict[str, str] = {}
    for decision in decisions.read(workplace):
        if decision.action == WITHDRAWN:
            for consent in decision.detail["consents"]:
                taken_back.setdefault(consent, decision.at.isoformat())
    return taken_back


def findings(workplace: Workplace, brief: Brief, folder: Path, texts: Iterable[MadeOf]) -> list[Finding]:
    """Return a blocking finding for each story that a text tells although its consent is withdrawn."""
    consents = consents_of(brief, [part for text in texts for part in text.parts]) if brief.stories else ()
    gone = withdrawn(workplace) if consents else {}
    names = {story.consent: story.name for story in brief.stories}
    lines = (folder / BRIEF).read_text(encoding="utf-8").splitlines() if gone else []
    return [
        Finding(
            "story_consent", "S7", "B", f"{folder.name}/{BRIEF}", line_of(lines, consent),
            f"the consent to tell the story {names[consent]} was withdrawn {gone[consent][:10]}",
            "take the story out of the texts; a new consent has a new reference.",
        )
        for consent in consents
        if consent in gone
    ]  # fmt: skip


def told(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief) -> list[Told]:
    """Return the stored texts of a run that tell stories."""
    rows = connection.execute(
        "SELECT variant, language, channel, parts FROM variant WHERE run = ? AND len(parts) > 0 ORDER BY variant", [run]
    ).fetchall()
    found = [
        Told(
            variant=variant, language=language, consents=list(consents_of(brief, parts)),
            open=load_channels()[channel].address_kind is None,
        )
        for variant, language, channel, parts in rows
    ]  # fmt: skip
    return [each for each in found if each["consents"]]


def require_consents(workplace: Workplace, run: str) -> None:
    """Raise ContentChanged where a run that has not begun tells a story whose consent is withdrawn.

    A run under way goes on: its workers cancel what tells the story.
    """
    with store.writing(workplace) as connection:
        known = runs.load_within(connection, run)
        consents = {consent for each in told(connection, known.run, known.brief) for consent in each["consents"]}
    if known.state in runs.CONTENT_IS_FIXED or not consents & withdrawn(workplace).keys():
        return
    raise ContentChanged(
        "a story in the texts has no consent any more (S7)",
        where=f"run {known.run}",
        remedy=f"take it out, run `budkavle prepare {known.campaign}` and have the new content approved.",
    )
