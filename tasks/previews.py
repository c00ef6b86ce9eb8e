"""The preview: one static page per run, on which an approver sees everything that is about to happen.

Nothing on it runs and nothing is fetched: the texts stand in sandboxed frames inside the page.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from campaigns.approvers import approvers, needed_roles
from campaigns.brief import Brief
from campaigns.errors import BudkavleError, Finding
from campaigns.programme import load_programme
from tasks import runs, store
from tasks.audience_profile import standing_counts
from tasks.audience_words import AudienceWords
from tasks.combinations import open_channels
from tasks.disclosure import SMALLEST_CELL, hidden_groups
from tasks.gate_subjects import stored_subjects
from tasks.gates import GateSubject, refuses
from tasks.pages import page_environment, write_page
from tasks.plan_page import plan_page
from tasks.preview_words import Words
from tasks.profile_cells import APPROACHED, standings
from tasks.review import findings_of
from tasks.segment_names import SegmentNames
from tasks.workplace import Workplace

EASY_READ = "easy_read"


@dataclass(frozen=True)
class Text:
    """The variants that differ only in language, or in being easy to read: what is read side by side."""

    wave: str
    channel: str
    facts: str
    variants: tuple[GateSubject, ...]


def write_preview(workplace: Workplace, run: str) -> Path:
    """Write ``runs/RUN/preview/index.html`` from the snapshot and return its path."""
    with store.reading(workplace) as connection:
        this = runs.load_within(connection, run)
        page = _page(connection, workplace, this)
    return write_page(workplace.run_folder(this.run, "preview") / "index.html", page)


def _page(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run) -> str:
    words = Words(workplace.language)
    findings = findings_of(connection, run, reader=workplace.language)
    environment = page_environment(workplace.language)
    waves = _waves(connection, run)
    told = {wave["wave"]: dict(wave["standings"]).get(APPROACHED, 0) for wave in waves}
    plan = _plan(
        connection,
        run.run,
        SegmentNames(workplace.language),
        lambda wave: not isinstance(told.get(wave, 0), str),
        _few_by_address(connection, run.run),
    )
    return environment.get_template("preview.html.j2").render(
        run=run,
        brief=run.brief,
        words=words,
        audience_words=AudienceWords(workplace.language),
        audience_page=(workplace.run_folder(run.run, "preview") / "audience.html").exists(),
        waves=waves,
        plan=plan,
        withheld=any(isinstance(channel["persons"], str) for channel in plan),
        explained=plan_page(connection, run.run, workplace.language, words),
        design=run.design,
        texts=_texts(stored_subjects(connection, run), words),
        findings={kind: _together([found for found in findings if found.kind == kind]) for kind in "BHW"},
        refused=any(refuses(found) for found in findings),
        passed=_passed(findings),
        requirements=load_programme().requirements,
        says={gate.id: gate.says for gate in load_programme().gates},
        checks=connection.execute(store.statement("previews/checks"), {"run": run.run}).fetchall(),
        approvals=_approvals(run.brief, workplace),
    )


def _waves(connection: duckdb.DuckDBPyConnection, run: runs.Run) -> list[dict[str, Any]]:
    """Return the persons of each wave by standing; counts that would give away fewer than ten are withheld."""
    counts = standing_counts(connection, run.run)
    waves = []
    for wave in (wave.name for wave in run.brief.waves if wave.name in counts):
        *shown, (_, total) = standings(counts[wave])
        waves.append({"wave": wave, "total": total, "standings": shown})
    return waves


def _plan(
    connection: duckdb.DuckDBPyConnection,
    run: str,
    names: SegmentNames,
    tells_approached: Callable[[str], bool],
    rounded: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Return each wave's channels, each with its segments; money and carbon of a withheld group are withheld too.

    Where the audience's table withholds for how many it is meant, the channels, which add up to it, are silent too.
    In the waves ``rounded`` the audience page hides how few some addresses reach: there counts are told in tens.
    """
    rows = connection.execute(store.statement("previews/plan"), {"run": run}).fetchall()
    plan: list[dict[str, Any]] = []
    for _, wave_rows in groupby(rows, key=lambda row: row[0]):
        channels = [_channel(list(group), names) for _, group in groupby(wave_rows, key=lambda row: row[2])]
        shown = _withheld([channel["persons"] for channel in channels])
        if not tells_approached(channels[0]["wave"]):
            shown = [_guarding(channel["persons"]) for channel in channels]
        elif channels[0]["wave"] in rounded:
            shown = [count if isinstance(count, str) else _about(count) for count in shown]
        plan += [_told(channel, count) for channel, count in zip(channels, shown, strict=True)]
    return plan


def _few_by_address(connection: duckdb.DuckDBPyConnection, run: str) -> set[str]:
    query = (
        "SELECT DISTINCT wave FROM audience_profile "
        "WHERE run = ? AND dimension IN ('reachability', 'address_kind') AND persons IS NULL"
    )
    return {wave for (wave,) in connection.execute(query, [run]).fetchall()}


def _channel(rows: Sequence[tuple[Any, ...]], names: SegmentNames) -> dict[str, Any]:
    wave, _, channel, *_ = rows[0]
    to_persons = [row for row in rows if row[3]]
    shown = _withheld([row[3] for row in to_persons])
    return {
        "wave": wave,
        "channel": channel,
        "persons": sum(row[3] for row in rows),
        "sek": sum(row[4] for row in rows),
        "co2_kg": sum(row[5] for row in rows),
        "reasons": list(dict.fromkeys(row[6] for row in to_persons if row[6])),
        "once": [(row[6], row[4]) for row in rows if not row[3] and row[6]],
        "segments": [
            (names.name(row[1]), count, *((None, None) if isinstance(count, str) else row[4:6]))
            for row, count in zip(to_persons, shown, strict=True)
        ],
    }


def _about(count: int) -> int | str:
    return f"about {round(count, -1)}" if count else 0


def _guarding(count: int) -> int | str:
    return 0 if not count else "small" if count < SMALLEST_CELL else "guarding"


def _told(channel: dict[str, Any], count: int | str) -> dict[str, Any]:
    """Return a channel as it may be shown: where its persons are withheld, so is all that would tell them."""
    withheld: dict[str, Any] = {"persons": count, "sek": None, "co2_kg": None, "segments": []}
    return channel | withheld if isinstance(count, str) else channel


def _withheld(counts: Sequence[int]) -> list[int | str]:
    """Return counts whose sum is shown, ``small`` for those below ten and ``guarding`` for those that would tell."""
    present = [position for position, count in enumerate(counts) if count]
    hidden = {present[row] for row in hidden_groups([[counts[position]] for position in present])}
    names = ["small" if count < SMALLEST_CELL else "guarding" for count in counts]
    return [names[position] if position in hidden else count for position, count in enumerate(counts)]


def _texts(subjects: Sequence[GateSubject], words: Words) -> list[Text]:
    """Return the texts by wave, channel and facts, each in its languages; easy-read beside the ordinary one."""

    def kind(subject: GateSubject) -> tuple[str, str, str]:
        speaks_to_all = subject.channel in open_channels(subject.brief)
        told = {name: value for name, value in subject.facts.items() if name != EASY_READ}
        return subject.wave, subject.channel, "" if speaks_to_all else words.facts(told)

    def place(subject: GateSubject) -> tuple[object, ...]:
        waves = [wave.name for wave in subject.brief.waves]
        easy_read = subject.facts.get(EASY_READ, "")
        return waves.index(subject.wave), *kind(subject), subject.brief.languages.index(subject.language), easy_read

    together = sorted(subjects, key=place)
    return [Text(*key, tuple(group)) for key, group in groupby(together, key=kind)]


def _together(findings: Sequence[Finding]) -> list[tuple[Finding, list[str]]]:
    """Return each finding once with the channels it stands in."""
    channels: dict[Finding, list[str]] = {}
    for finding in findings:
        channels.setdefault(replace(finding, channel=""), []).append(finding.channel)
    return list(channels.items())


def _passed(findings: Sequence[Finding]) -> list[Mapping[str, str]]:
    found = {finding.gate for finding in findings}
    rows = [gate for gate in load_programme().text_gates if gate.id not in found]
    return [{"id": gate.id, "requirement": gate.requirement, "says": gate.says} for gate in rows]


def _approvals(brief: Brief, workplace: Workplace) -> list[dict[str, Any]]:
    """Return each needed role, why, and the ids of those who are asked; none where the directory cannot be read."""
    try:
        asked = approvers(brief, workplace.directory)
    except BudkavleError:
        asked = ()
    return [
        {"role": role, "why": why, "persons": [person for holder, person in asked if holder == role]}
        for role, why in needed_roles(brief).items()
    ]
