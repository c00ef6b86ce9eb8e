"""Who the campaign is about, who must be left alone, and who is held out as the control group.

:func:`select_audience` runs each wave's audience query, excludes with reasons and names segments;
:func:`draw_holdout` draws the control group before anything is optimised. Both may be run again.
"""

import json
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from campaigns.brief import Brief
from campaigns.channels import load_channels
from campaigns.errors import CheckFailed
from campaigns.programme import load_programme
from tasks import audience_query, experiment_design, runs, segments, store
from tasks.audience_query import Question
from tasks.pages import CITY_TIME
from tasks.workplace import Workplace

LATER = ("message_slot", "plan", "assignment")
"""Tables of later stages that hold nothing true any more once the audience or the draw has changed."""


def select_audience(workplace: Workplace, run: str) -> None:
    """Fill ``audience`` from each wave's query: register, language, segment, facts and why a person is left out.

    Raises BriefInvalid with every fault of every query, CheckFailed when the register changed meanwhile.
    """
    this = runs.load(workplace, run)
    questions = _examined(this.folder, this.brief)
    answers = workplace.run_folder(this.run, "answers")
    shutil.rmtree(answers, ignore_errors=True)
    answers.mkdir(parents=True, mode=0o700)
    copies = _copy_registers(workplace, questions, answers)
    persons = {
        question.wave: audience_query.ask(question, this.brief, copies, answer_file(workplace, this.run, question.wave))
        for question in questions
    }
    for copy in copies.values():
        copy.unlink()
    with store.writing(workplace) as connection:
        store.replace_rows(connection, this.run, ["audience", *LATER])
        _count_contacts(connection, this)
        public = sum(question.registers != ("employees",) for question in questions)
        for question in questions:
            _select_wave(connection, workplace, this, question, max(public, 1))
        _refuse_if_changed(connection, this.run, persons)
        store.keep_evidence(connection, workplace, this.run, ["audience"])


def draw_holdout(workplace: Workplace, run: str) -> None:
    """Set ``audience.arm`` for the waves to the public and keep the design of the experiment in ``run.design``.

    Whole clusters are drawn: persons who share a household or an e-mail address, directly or through others.
    """
    with store.writing(workplace) as connection:
        this = runs.load_within(connection, run)
        store.replace_rows(connection, this.run, LATER)
        connection.execute(
            "UPDATE audience SET arm = NULL, excluded_reason = "
            "CASE WHEN excluded_reason NOT IN ('unreachable', 'over_budget') THEN excluded_reason END WHERE run = ?",
            [this.run],
        )
        waves = public_waves(connection, this.run, this.brief)
        _form_clusters(connection, this.run, this.brief, waves)
        _draw(connection, this.run, this.brief, waves)
        clusters, persons = _sizes(connection)
        design = experiment_design.describe(this.brief, clusters, persons)
        connection.execute("UPDATE run SET design = ?::JSON WHERE run = ?", [json.dumps(design), this.run])
        store.keep_evidence(connection, workplace, this.run, ["audience", "run"])


def answer_file(workplace: Workplace, run: str, wave: str) -> Path:
    """Return the Parquet file of a wave's answer: person_key, traits, facts and slots."""
    return workplace.run_folder(run, "answers") / f"{wave}.parquet"


def public_waves(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief) -> list[str]:
    """Return the waves of which anybody comes from another register than that of the employees, in order."""
    rows = connection.execute(
        "SELECT DISTINCT wave FROM audience WHERE run = ? AND kind <> 'employees'", [run]
    ).fetchall()
    return [wave.name for wave in brief.waves if (wave.name,) in rows]


def address_kinds(brief: Brief) -> list[str]:
    """Return the kinds of address that the brief's channels need."""
    channels = load_channels()
    kinds = {channels[name].address_kind for name in brief.channels if name in channels}
    return sorted(kind for kind in kinds if kind is not None)


def contact_cap(brief: Brief) -> int:
    """Return how many messages one person may get within the days of the city's contact budget."""
    return min(brief.contact_cap, load_programme().contact_budget.messages)


def _examined(folder: Path, brief: Brief) -> list[Question]:
    examined = [audience_query.examine(folder / wave.audience, brief, wave.name) for wave in brief.waves]
    findings = [finding for _, found in examined for finding in found]
    if findings:
        raise audience_query.refusal(str(folder), findings)
    return [question for question, _ in examined]


def _copy_registers(workplace: Workplace, questions: Sequence[Question], folder: Path) -> dict[str, Path]:
    needed = sorted({register for question in questions for register in question.registers})
    copies = {register: folder / f"register_{register}.copy" for register in needed}
    with store.writing(workplace) as connection:
        for register, copy in copies.items():
            connection.execute(f"COPY (FROM register_{register}) TO '{copy}' (FORMAT parquet)")
    return copies


def _select_wave(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, this: runs.Run, question: Question, public_waves: int
) -> None:
    bases = [basis for basis in this.brief.legal_basis if basis.register_ in question.registers]
    registers = list(dict.fromkeys(basis.register_ for basis in bases))
    answer = answer_file(workplace, this.run, question.wave)
    first, second = _told_apart_by(connection, answer)
    connection.execute(store.statement("audience/reach"), {"address_kinds": address_kinds(this.brief)})
    members = {"answer": str(answer), "languages": list(this.brief.languages), "first": first, "second": second}
    budget = {"contact_cap": contact_cap(this.brief), "public_waves": public_waves}
    connection.execute(store.statement("audience/members"), members | budget | {"registers": registers})
    exclusions: dict[str, Any] = {
        "registers": registers,
        "purposes": [basis.purpose for basis in bases],
        "consent_purposes": [basis.purpose for basis in bases if basis.register_ == "subscribers"],
        "campaign": this.campaign,
        "oldest": load_programme().extract_days,
        "today": datetime.now(CITY_TIME).date(),
    }
    connection.execute(store.statement("audience/exclusions"), exclusions | {"wave": question.wave})
    _name_segments(connection, public_waves)
    connection.execute(store.statement("audience/select"), {"run": this.run, "wave": question.wave})


def _count_contacts(connection: duckdb.DuckDBPyConnection, this: runs.Run) -> None:
    starts = [wave.start.isoformat() for wave in this.brief.waves]
    values = {"run": this.run, "starts": starts, "days": load_programme().contact_budget.days}
    store.run_each(connection, "audience/contacts_made", values)


def _told_apart_by(connection: duckdb.DuckDBPyConnection, answer: Path) -> tuple[str, str]:
    row = connection.execute("SELECT map_keys(traits) FROM read_parquet(?) LIMIT 1", [str(answer)]).fetchone()
    known = [name for name in audience_query.KNOWLEDGE if row is None or name in row[0]]
    return known[0], known[1]


def _name_segments(connection: duckdb.DuckDBPyConnection, public_waves: int) -> None:
    rows = connection.execute(store.statement("audience/profiles")).fetchall()
    named = segments.coarsen({segments.Profile(*row[:6]): row[6] for row in rows}, public_waves)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE named_profile "
        "(first VARCHAR, second VARCHAR, language VARCHAR, reach VARCHAR, easy_read BOOLEAN, contacts_left INTEGER, "
        "segment VARCHAR)"
    )
    if named:
        rows = [(*profile, segment) for profile, segment in named.items()]
        connection.executemany("INSERT INTO named_profile VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _refuse_if_changed(connection: duckdb.DuckDBPyConnection, run: str, persons: dict[str, int]) -> None:
    rows = connection.execute("SELECT wave, count(*) FROM audience WHERE run = ? GROUP BY wave", [run]).fetchall()
    if dict(rows) != {wave: count for wave, count in persons.items() if count}:
        raise CheckFailed(
            "the register changed while the audience was being selected",
            where=run,
            remedy="wait for the import to end and run the same command again.",
        )


def _form_clusters(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief, waves: list[str]) -> None:
    channels = [load_channels()[name] for name in brief.channels if name in load_channels()]
    by_household = brief.holdout.by == "household" or any(channel.per_household for channel in channels)
    shared = [channel.address_kind for channel in channels if channel.digital and channel.address_kind]
    store.run_each(
        connection,
        "audience/contacts",
        {"run": run, "waves": waves, "by_household": by_household, "shared_kinds": shared},
    )
    changed = 1
    while changed:
        connection.execute(store.statement("audience/join_clusters"))
        row = connection.execute("SELECT count(*) FROM (FROM next_label EXCEPT FROM label)").fetchone()
        changed = row[0] if row else 0
        connection.execute("CREATE OR REPLACE TEMP TABLE label AS FROM next_label")


def _draw(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief, waves: list[str]) -> None:
    connection.execute(store.statement("audience/draw"), {"run": run, "share": str(brief.holdout.share)})
    connection.execute(
        "UPDATE audience SET arm = drawn.arm FROM drawn "
        "WHERE audience.run = ? AND audience.person_key = drawn.person_key "
        "AND audience.excluded_reason IS NULL AND list_contains(?::VARCHAR[], audience.wave)",
        [run, waves],
    )


def _sizes(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, int], dict[str, int]]:
    rows = connection.execute("SELECT arm, count(DISTINCT cluster), count(*) FROM drawn GROUP BY arm").fetchall()
    return {arm: clusters for arm, clusters, _ in rows}, {arm: persons for arm, _, persons in rows}
