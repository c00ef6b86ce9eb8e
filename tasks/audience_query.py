"""The audience query: checked before it runs, and run where it can harm nothing.

Four fences, each enough for most mistakes: the text is parsed to one SELECT over the register views that the brief has
a legal basis for (:func:`examine`); it runs in a process of its own (``tasks.audience_answer``) over copies of those
views in memory, with files, extensions and settings locked; that process has a bound of time and of memory by the size
of the registers (``tasks.audience_limits``); and what comes back are counts and a Parquet file. DuckDB's own error text
never leaves that process: cast errors print values.
"""

import difflib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from campaigns.audience_knowledge import constants_of
from campaigns.brief import Brief
from campaigns.campaign_files import TEMPLATE, why_refused
from campaigns.errors import BriefInvalid, Finding
from tasks import audience_text
from tasks.audience_limits import BY_THE_CLOCK, THREADS, Limits, limits_for

KNOWLEDGE = ("need", "life_situation", "driver", "channel_habit", "language_skill")
NEVER_ASKED = {"observed_before", "language", "district"}
"""Covariates that an evaluation knows without the query."""
IDENTITY_SLOTS = ("first_name", "last_name")


@dataclass(frozen=True)
class Question:
    """One wave's audience query that has passed :func:`examine`: its text and the registers that it reads."""

    wave: str
    file: str
    text: str
    registers: tuple[str, ...]


def examine(path: Path, brief: Brief, wave: str) -> tuple[Question, list[Finding]]:
    """Return the query of a wave and everything that its text breaks; touches no data and opens no database."""
    if (reason := why_refused(path, TEMPLATE)) and path.exists():
        return Question(wave, path.name, "", ()), [
            audience_text.finding(path.name, 0, f"the audience query {reason[0]}", reason[1])
        ]
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        unreadable = "the audience query cannot be read"
        finding = audience_text.finding(path.name, 0, unreadable, "put the file there, as UTF-8 text.")
        return Question(wave, path.name, "", ()), [finding]
    registers, findings = audience_text.read(text, path.name, brief)
    return Question(wave, path.name, text, registers), [*findings, *_undeclared_constants(text, path.name, brief)]


def _undeclared_constants(text: str, file: str, brief: Brief) -> Iterator[Finding]:
    """Yield each value that a query writes out for a fact and that the brief does not declare."""
    for fact in brief.facts:
        constants, _ = constants_of(text, fact.name)
        for value in sorted(constants - set(fact.values)):
            line = audience_text.line_of_column(text, fact.name)
            message = f"{fact.name} gets {value[:40]!r}, a value that the brief does not declare"
            remedy = f"declared: {', '.join(fact.values)}; list every value under `facts`, or mend the query."
            yield audience_text.finding(file, line, message, remedy)


def rehearse(questions: Sequence[Question], brief: Brief) -> list[Finding]:
    """Run examined queries over empty registers and return what their columns break; no register is read.

    The empty registers have the documented columns, so that a misspelt one is found, and a fact that is missing.
    """
    jobs = [_job(question, brief) | {"registers": _views(question), "answer": None} for question in questions]
    limits = limits_for(0)
    replies = json.loads(_over_nothing(json.dumps(jobs), limits)) if jobs else []
    if any(problem["code"].startswith("too_") for reply in replies for problem in reply.get("problems", [])):
        _over_nothing.cache_clear()  # a bound that a busy machine reached is no property of the query
    return [
        _explain(problem, question, brief, limits)
        for question, reply in zip(questions, replies, strict=True)
        for problem in reply.get("problems", [])
    ]


@lru_cache(maxsize=64)
def _over_nothing(jobs: str, limits: Limits) -> str:
    """Return the replies to jobs over empty registers, as JSON, once for the same jobs: nothing else decides them."""
    return json.dumps(_in_a_process_of_its_own(json.loads(jobs), limits))


def ask(question: Question, brief: Brief, copies: Mapping[str, Path], answer: Path) -> int:
    """Run an examined query over copies of its registers and write ``answer``; returns the number of persons.

    ``answer`` is Parquet, one row per person: person_key, traits, facts and slots (maps of text to text).
    A wave to the employees alone may leave slots out: they then print their defaults.
    Raises BriefInvalid with file and line when the query fails, is too slow or its result breaks the contract.
    """
    read = [str(copies[name]) for name in question.registers]
    limits = limits_for(_rows(read))
    job = _job(question, brief) | {"registers": _views(question, read), "answer": str(answer)}
    (reply,) = _in_a_process_of_its_own([job], limits)
    findings = [_explain(problem, question, brief, limits) for problem in reply.get("problems", [])]
    if findings:
        raise refusal(question.file, findings)
    return int(reply["persons"])


def refusal(where: str, findings: Sequence[Finding]) -> BriefInvalid:
    """Return the error that shows findings of an audience query."""
    return BriefInvalid("the audience query cannot be used", findings, where=where, remedy="mend every line below.")


def _views(question: Question, files: Sequence[str] = ()) -> dict[str, str | None]:
    paths: Sequence[str | None] = files or [None] * len(question.registers)
    return {f"register_{name}": path for name, path in zip(question.registers, paths, strict=True)}


def _rows(files: Sequence[str]) -> int:
    with duckdb.connect() as connection:
        query = "SELECT coalesce(sum(num_rows), 0)::BIGINT FROM parquet_file_metadata(?)"
        row = connection.execute(query, [files]).fetchone() if files else None
    return int(row[0]) if row else 0


def _job(question: Question, brief: Brief) -> dict[str, Any]:
    return {
        "sql": question.text,
        "facts": {fact.name: fact.values for fact in brief.facts},
        "slots": {slot.name: slot.kind for slot in brief.slots if slot.name not in IDENTITY_SLOTS},
        "knowledge": KNOWLEDGE,
        "slots_optional": question.registers == ("employees",),
        "known": sorted(_known_columns(brief)),
    }


def _known_columns(brief: Brief) -> set[str]:
    grouped = {floor.group.split("=", 1)[0] for floor in brief.floors} - {"language"}
    declared = {fact.name for fact in brief.facts} | {slot.name for slot in brief.slots} - set(IDENTITY_SLOTS)
    known_before = set(brief.covariates) - NEVER_ASKED
    return {"person_key", *KNOWLEDGE, *grouped, *declared, *known_before}


def _in_a_process_of_its_own(jobs: Sequence[Mapping[str, Any]], limits: Limits) -> list[dict[str, Any]]:
    """Return one reply per job; of a process that ended early, the reason instead of those that are lacking."""
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    command = [sys.executable, "-P", "-m", "tasks.audience_answer"]
    order = {"jobs": jobs, "parent": os.getpid(), "threads": THREADS, **asdict(limits)}
    try:
        done = subprocess.run(
            command,
            input=json.dumps(order).encode(),
            capture_output=True,
            check=False,
            env=environment,
            timeout=limits.seconds * BY_THE_CLOCK + 1,
        )
        written = done.stdout
        too_slow = done.returncode in {-14, -24}  # SIGALRM, SIGXCPU: the time bounds that the process set itself
    except subprocess.TimeoutExpired as expired:
        written, too_slow = expired.stdout or b"", True
    replies = [json.loads(line) for line in written.splitlines(keepends=True) if line.endswith(b"\n")]
    early = {"problems": [{"code": "too_slow" if too_slow else "too_large"}]}
    return [*replies, *[early] * (len(jobs) - len(replies))]


def _explain(problem: Mapping[str, Any], question: Question, brief: Brief, limits: Limits) -> Finding:
    code, name, rows = problem["code"], problem.get("name", ""), problem.get("rows", 0)
    near = problem.get("near") or next(iter(difflib.get_close_matches(name, sorted(_known_columns(brief)), 1)), "")
    meant = f"did you mean {near}?" if near else ""
    seconds = max(1, round(limits.seconds))
    explained: dict[str, tuple[str, str, str]] = {
        "too_slow": ("P4d", f"the query did not end within {seconds} seconds", "make it read or join less."),
        "too_large": ("P4d", "the query needs more memory than it may use", "make it read or join less."),
        "unknown_name": (
            "P4d", f"there is no column, table or function {name}".rstrip(),
            f"{meant} See docs/data.md.".lstrip(),
        ),
        "conversion": ("P4d", "a value cannot be turned into the type asked for", "use TRY_CAST."),
        "failed": ("P4d", "the query could not be run", "try it with `budkavle query` on the snapshot."),
        "missing_column": ("P4d", f"the result lacks the column {name}", f"add `… AS {name}`."),
        "unknown_column": (
            "P4d", f"the result has an undeclared column {name}",
            meant or "declare it as a fact or a slot, or leave it out.",
        ),
        "no_key": ("P4d", f"{rows} rows have no person_key", "select it from a register view."),
        "same_key": ("P4d", f"{rows} persons come more than once", "GROUP BY person_key, or join fewer rows."),
        "strange_key": ("P4d", f"{rows} rows have a person_key of nobody in the registers", "select it unchanged."),
        "undeclared_value": (
            "P4d", f"{rows} rows have a value of {name} that the brief does not declare",
            f"list every value under `facts`, `{name}`, or map it in the query.",
        ),
        "too_many_values": ("S3", f"{name} has {rows} different values; at most 50 are allowed", "group them."),
        "not_a_date": ("P4d", f"{rows} rows have no date in {name}", "give a DATE, or NULL where there is none."),
        "too_little_known": (
            "S3", "the query says too little of the people: age and district alone are not enough",
            f"give at least two of the columns {', '.join(KNOWLEDGE)}.",
        ),
    }  # fmt: skip
    requirement, message, remedy = explained[code]
    line = int(problem.get("line", 0)) or audience_text.line_of_column(question.text, name)
    return audience_text.finding(question.file, line, message, remedy, requirement)
