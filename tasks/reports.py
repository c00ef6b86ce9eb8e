"""The report of a look: what a communicator reads afterwards, as one page that needs nothing else."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from campaigns.language import fallback
from tasks import (
    cost_bound,
    later_group,
    later_words,
    report_effects,
    report_names,
    report_place,
    report_tables,
    runs,
    store,
)
from tasks.approvals_shown import accepted_readings, confirmations, shown_approvals
from tasks.arm_counts import observed_units
from tasks.drawn_people import read_traits
from tasks.evaluation_record import stored_evaluation
from tasks.hidden_figures import Name, hidden_figures, untold_channels
from tasks.overdue import overdue_within
from tasks.pages import page_environment, write_page
from tasks.plain_words import PlainWords
from tasks.preview_words import Words
from tasks.shown_figures import figures
from tasks.told_effects import told
from tasks.told_lessons import told_lessons
from tasks.unit_outcomes import unit_outcomes
from tasks.verdicts import worded
from tasks.workplace import Workplace

UNTOLD = "SELECT DISTINCT dimension, value FROM audience_profile WHERE run = ? AND persons IS NULL"
STAGES = ("outtake", "outcome", "impact")


@dataclass(frozen=True)
class Story:
    """Everything that the page tells of one look, read from the snapshot."""

    run: runs.Run
    look: int
    found: dict[str, Any]
    persons: dict[str, Any]
    sent: list[dict[str, Any]]
    states: list[dict[str, Any]]
    reach: list[tuple[Any, ...]]
    gates: list[tuple[str, str, int]]
    approvals: list[dict[str, Any]]
    accepted: dict[str, Any]
    lessons: list[str]
    overdue: list[Any]
    units: list[Any]
    later: list[str]
    untold: set[Name]
    groups_untold: set[tuple[str, str]]
    heard: dict[str, Any]
    at_most: tuple[float, float] | None


def write_report(workplace: Workplace, run: str, look: int, language: str = "") -> Path:
    """Write ``runs/RUN/report/index.html`` from the snapshot, in the language of the settings; returns its path.

    In another ``language`` it is ``index.en.html`` or ``index.sv.html``; once it is there, it is written anew with the
    other. The page of a look before the newest is ``look-1.html`` and the like.
    Raises OutcomesMissing where the look has not been evaluated.
    """
    for other in [] if language else report_place.also_written_in(workplace, run, look):
        _write(workplace, run, look, other)
    return _write(workplace, run, look, language)


def _write(own: Workplace, run: str, look: int, language: str) -> Path:
    workplace = replace(own, language=language or own.language)
    story = _read(workplace, run, look)
    values = _of_campaign(workplace, story) | _of_effect(workplace, story) | _of_delivery(workplace, story)
    text = page_environment(workplace.language).get_template("report.html.j2").render(values)
    return write_page(report_place.page(own, story.run.run, look, language), text)


def _read(workplace: Workplace, run: str, look: int) -> Story:
    with store.reading(workplace) as connection:
        known = runs.load_within(connection, run)
        values: dict[str, Any] = {"run": known.run}
        read_traits(connection, workplace, known.run)
        found = told(worded(stored_evaluation(workplace, known.run, look), workplace.language))
        return Story(
            run=known,
            look=look,
            found=found,
            persons=_rows(connection, "reports/persons", {**values, "internal": known.brief.is_internal})[0],
            sent=_rows(connection, "reports/sent", values),
            states=_rows(connection, "reports/states", values),
            reach=connection.execute(store.statement("reports/reach"), values).fetchall(),
            gates=connection.execute(store.statement("reports/gates"), values).fetchall(),
            approvals=[each for each in shown_approvals(connection, workplace, known) if each["approved"]],
            accepted=accepted_readings(connection, workplace, known),
            lessons=told_lessons(connection, known.run, look, workplace.language),
            overdue=list(overdue_within(connection, datetime.now(UTC), known.run)),
            units=list(unit_outcomes(connection, known, found)),
            later=later_words.sentences(later_group.told_later(connection, known), known, workplace.language),
            untold=hidden_figures(connection, known.run),
            groups_untold=set(connection.execute(UNTOLD, [known.run]).fetchall()),
            heard=next(iter(_rows(connection, "reports/heard", values)), {}),
            at_most=_at_most(connection, known),
        )


def _of_campaign(workplace: Workplace, story: Story) -> dict[str, Any]:
    """Return what the page tells of the brief, its gates and approvals."""
    words = Words(workplace.language)
    return {
        "run": story.run.run,
        "look": story.look,
        "overdue": story.overdue,
        "brief": story.run.brief,
        "later": story.later,
        "lessons": story.lessons,
        "heard": story.heard,
        "written_in": fallback(story.run.brief.languages),
        "gates": [
            (report_names.gate(workplace.language, name), requirement, count)
            for name, requirement, count in story.gates
        ],
        "overrides": [
            (report_names.gate(workplace.language, one.gate), one.reason) for one in story.run.brief.overrides
        ],
        "approvals": story.approvals,
        "accepted": sorted(story.accepted.items()),
        "role": words.role,
        "requirement": words.requirement,
        "not_asked": report_names.not_asked(story.run.brief),
        "confirmed": words.confirmed,
        "confirmations": confirmations(story.approvals),
        "kpis": [
            (report_names.stage(workplace.language, kpi.stage), kpi)
            for kpi in story.run.brief.kpis
            if kpi.stage in STAGES
        ],
    }


def _of_effect(workplace: Workplace, story: Story) -> dict[str, Any]:
    found, language = story.found, workplace.language
    counted = "unit" if story.run.brief.is_internal and found["unit"] == "area" else found["unit"]
    words = PlainWords(language, counted, found["share"])
    return {
        "found": found,
        "words": words,
        "observed_units": observed_units,
        "units": story.units,
        "kpi_words": {row["outcome"]: PlainWords(language, counted, row["share"]) for row in found["kpis"]},
        "chart": report_effects.effect_chart(language, words, found),
        "needed": report_effects.needed_effect(found),
        "gains": report_effects.group_tables(language, words, found, story.run.brief.labels),
        "channels": report_effects.channel_rows(language, found),
        "channel_chart": report_effects.channel_chart(language, words, found),
        "segments": report_effects.segment_rows(language, found, story.run.brief.labels),
        "method": report_effects.method_rows(language, words, found),
        "observed_on": date.fromisoformat(found["observed_on"]),
        "trend": [{**row, "day": date.fromisoformat(row["observed_on"])} for row in found["trend"]],
        "per_result": _cost_per_result(found, report_tables.costs(story.sent, _channels_untold(story))),
    }


def _of_delivery(workplace: Workplace, story: Story) -> dict[str, Any]:
    internal, language = story.run.brief.is_internal, workplace.language
    untold = _channels_untold(story)

    def named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {**row, "name": report_tables.channel_name(language, row["channel"], internal=internal)} for row in rows
        ]

    return {
        "persons": story.persons,
        "sums_untold": {name for wave, figure, name in story.untold if not wave and figure == "persons"},
        "sent": named(report_tables.shown_messages(story.sent, untold)),
        "states": named([{**row, "state": report_names.state(language, row["status"])} for row in story.states]),
        "costs": report_tables.costs(story.sent, untold, story.at_most),
        "tables": report_tables.reach_tables(language, story.reach, story.run.brief.labels, story.groups_untold),
        "everybody": report_tables.everybody(story.reach),
        "fewest": report_tables.FEWEST_MESSAGES,
    }


def _at_most(connection: duckdb.DuckDBPyConnection, run: runs.Run) -> tuple[float, float] | None:
    """Return what the campaign costs at most, as its preview tells it; None where the preview tells exact sums."""
    shown = figures(connection, run, "en")
    return cost_bound.at_most(connection, run, shown) if shown.withheld else None


def _rows(connection: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    result = connection.execute(store.statement(name), values)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _channels_untold(story: Story) -> set[str]:
    return untold_channels(story.untold)


def _cost_per_result(found: dict[str, Any], costs: dict[str, float]) -> float | None:
    """Return kronor per household (or person) that acted because of the campaign; None where that is not shown."""
    arm = found["arms"][0]
    if not found["share"] or costs["withheld"] or arm["verdict"] != "better" or arm.get("step") or arm["ci_low"] <= 0:
        return None
    units = arm["households"] if found["unit"] == "household" else arm["persons"]
    return float(costs["accepted_sek"] / (arm["effect"] * units))
