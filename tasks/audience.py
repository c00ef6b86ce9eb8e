"""Who the campaign is about and who must be left alone.

:func:`select_audience` runs each wave's audience query, excludes with reasons and names segments; ``draw_holdout``
(``tasks.holdout``) draws the control group before anything is optimised. Both may be run again.
"""

import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from campaigns.brief import Brief
from campaigns.channels import load_channels
from campaigns.errors import CheckFailed, InputError
from campaigns.programme import load_programme
from campaigns.sendings import sendings
from tasks import audience_query, runs, segments, store
from tasks.audience_query import Question
from tasks.holdout import LATER, draw_holdout
from tasks.local_time import today
from tasks.workplace import Workplace

__all__ = ["address_kinds", "answer_file", "contact_cap", "draw_holdout", "select_audience"]


def select_audience(workplace: Workplace, run: str) -> None:
    """Fill ``audience`` from each wave's query: register, language, segment, facts and why a person is left out.

    Raises BriefInvalid with every fault of every query, InputError for a register that has never been imported,
    CheckFailed when nobody is selected or the register changed meanwhile.
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
    _require_somebody(this, persons)
    with store.writing(workplace) as connection:
        store.replace_rows(connection, this.run, ["audience", *LATER])
        store.run_each(connection, "audience/macros", {})
        _count_contacts(connection, this)
        public = sum(question.registers != ("employees",) for question in questions)
        for question in questions:
            _select_wave(connection, workplace, this, question, public or len(questions))
        _refuse_if_changed(connection, this.run, persons)
        store.keep_evidence(connection, workplace, this.run, ["audience"])


def answer_file(workplace: Workplace, run: str, wave: str) -> Path:
    """Return the Parquet file of a wave's answer: person_key, traits, facts and slots."""
    return workplace.run_folder(run, "answers") / f"{wave}.parquet"


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
        _require_imported(connection, [question.registers for question in questions])
        for register, copy in copies.items():
            connection.execute(f"COPY (FROM register_{register}) TO '{copy}' (FORMAT parquet)")
    return copies


def _require_imported(connection: duckdb.DuckDBPyConnection, waves: Sequence[Collection[str]]) -> None:
    """Refuse where a wave reads no register that has ever been imported: its query would select nobody."""
    query = "SELECT kind FROM register_extract UNION SELECT DISTINCT kind FROM person"
    known = {kind for (kind,) in connection.execute(query).fetchall()}
    if missing := sorted(set().union(*(registers for registers in waves if known.isdisjoint(registers)))):
        commands = " and ".join(
            f"`budkavle register import FILE --kind {register} --extracted DATE`" for register in missing
        )
        raise InputError(
            f"the audience is read from registers that have not been imported yet: {', '.join(missing)}",
            remedy=f"ask the operators for the extract, then run {commands}, and prepare again.",
        )


def _require_somebody(this: runs.Run, persons: Mapping[str, int]) -> None:
    if not sum(persons.values()):
        raise CheckFailed(
            "the audience is empty: nobody fits " + ", ".join(wave.audience for wave in this.brief.waves),
            where=str(this.folder),
            remedy="see with an analyst what the query asks for, and that the register's extract holds such people.",
        )


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
        "today": today(),
    }
    connection.execute(store.statement("audience/exclusions"), exclusions | {"wave": question.wave})
    _name_segments(connection, public_waves)
    connection.execute(store.statement("audience/select"), {"run": this.run, "wave": question.wave})


def _count_contacts(connection: duckdb.DuckDBPyConnection, this: runs.Run) -> None:
    starts = [sending.start.isoformat() for sending in sendings(this.brief)]
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
