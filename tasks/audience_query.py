"""The audience query: checked before it runs, and run where it can harm nothing.

Four fences, each enough for most mistakes: the text is parsed to one SELECT over the register views that the brief has
a legal basis for (:func:`examine`); it runs in a process of its own (``tasks.audience_answer``) over copies of those
views in memory, with files, extensions and settings locked; that process ends by itself when its time is up; and what
comes back are counts and a Parquet file. DuckDB's own error text never leaves that process: cast errors print values.
"""

import difflib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from campaigns.brief import Brief
from campaigns.errors import BriefInvalid, Finding

SECONDS = 120
MEMORY = "4GB"
REGISTERS = ("population", "guardians", "employees", "customers", "subscribers")
KNOWLEDGE = ("need", "life_situation", "driver", "channel_habit", "language_skill")
IDENTITY_SLOTS = ("first_name", "last_name")
FURTHER_FUNCTIONS = frozenset(
    (
        "age", "array_length", "bool_and", "bool_or", "cardinality", "contains", "date_diff", "date_part",
        "element_at", "ends_with", "format", "ifnull", "isodow", "len", "list_aggregate", "list_any_value",
        "list_contains", "list_distinct", "list_extract", "list_filter", "list_has", "list_has_all", "list_has_any",
        "list_sort", "list_unique", "list_value", "map", "map_contains", "map_extract", "map_extract_value",
        "map_keys", "map_values", "nfc_normalize", "prefix", "starts_with", "string_split", "strip_accents", "suffix",
    )
)  # fmt: skip
UNSTABLE = (exp.Rand, exp.Randn, exp.Uuid, exp.ReadCSV, exp.ReadParquet)
NOT_A_QUESTION = (
    exp.DDL, exp.DML, exp.Into, exp.Command, exp.Set, exp.Pragma, exp.Attach, exp.Detach, exp.Copy, exp.Use,
    exp.Drop, exp.Alter, exp.Install, exp.Summarize, exp.Describe, exp.Show, exp.Transaction,
    exp.Parameter, exp.Placeholder, exp.Lock,
)  # fmt: skip
REMEDY = "write one SELECT over register_population, register_customers and the other register views; docs/data.md."


@dataclass(frozen=True)
class Question:
    """One wave's audience query that has passed :func:`examine`: its text and the registers that it reads."""

    wave: str
    file: str
    text: str
    registers: tuple[str, ...]


def examine(path: Path, brief: Brief, wave: str) -> tuple[Question, list[Finding]]:
    """Return the query of a wave and everything that its text breaks; touches no data and opens no database."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        finding = _finding(path.name, 0, "the audience query cannot be read", "put the file there, as UTF-8 text.")
        return Question(wave, path.name, "", ()), [finding]
    try:
        trees = [tree for tree in sqlglot.parse(text, read="duckdb") if tree is not None]
    except (SqlglotError, RecursionError) as error:
        line = next((entry.get("line") or 0 for entry in getattr(error, "errors", [])), 0)
        return Question(wave, path.name, text, ()), [_finding(path.name, line, "this is not SQL that can be read")]
    if len(trees) != 1 or not isinstance(trees[0], exp.Select | exp.SetOperation):
        return Question(wave, path.name, text, ()), [_finding(path.name, 1, "the file must be exactly one SELECT")]
    findings = [*_forbidden_parts(trees[0], path.name), *_forbidden_sources(trees[0], path.name, brief)]
    tables = {table.name.lower() for table in trees[0].find_all(exp.Table)}
    registers = tuple(register for register in REGISTERS if f"register_{register}" in tables)
    if not registers:
        findings.append(_finding(path.name, 1, "the query reads no register"))
    return Question(wave, path.name, text, registers), findings


def ask(question: Question, brief: Brief, copies: Mapping[str, Path], answer: Path) -> int:
    """Run an examined query over copies of its registers and write ``answer``; returns the number of persons.

    ``answer`` is Parquet, one row per person: person_key, traits, facts and slots (maps of text to text).
    A wave to the employees alone may leave slots out: they then print their defaults.
    Raises BriefInvalid with file and line when the query fails, is too slow or its result breaks the contract.
    """
    job = {
        "sql": question.text,
        "registers": {f"register_{name}": str(copies[name]) for name in question.registers},
        "facts": {fact.name: fact.values for fact in brief.facts},
        "slots": {slot.name: slot.kind for slot in brief.slots if slot.name not in IDENTITY_SLOTS},
        "knowledge": KNOWLEDGE,
        "slots_optional": question.registers == ("employees",),
        "known": sorted(_known_columns(brief)),
        "answer": str(answer),
        "seconds": SECONDS,
        "memory": MEMORY,
    }
    reply = _in_a_process_of_its_own(job)
    findings = [_explain(problem, question.file, _known_columns(brief)) for problem in reply.get("problems", [])]
    if findings:
        raise refusal(question.file, findings)
    return int(reply["persons"])


def refusal(where: str, findings: Sequence[Finding]) -> BriefInvalid:
    """Return the error that shows findings of an audience query."""
    return BriefInvalid("the audience query cannot be used", findings, where=where, remedy="mend every line below.")


def _known_columns(brief: Brief) -> set[str]:
    grouped = {floor.group.split("=", 1)[0] for floor in brief.floors} - {"language"}
    declared = {fact.name for fact in brief.facts} | {slot.name for slot in brief.slots} - set(IDENTITY_SLOTS)
    return {"person_key", *KNOWLEDGE, *grouped, *declared}


def _forbidden_parts(tree: exp.Expression, file: str) -> Iterator[Finding]:
    for node in tree.find_all(*NOT_A_QUESTION):
        yield _finding(file, _line(node), f"{type(node).__name__.upper()} has no place in an audience query")
    for function in tree.find_all(exp.Func):
        anonymous = isinstance(function, exp.Anonymous)
        name = function.name.lower() if anonymous else function.sql_name().lower()
        if isinstance(function, UNSTABLE) or (anonymous and name not in FURTHER_FUNCTIONS):
            yield _finding(file, _line(function), f"the function {name} is not allowed here")


def _forbidden_sources(tree: exp.Expression, file: str, brief: Brief) -> Iterator[Finding]:
    allowed = {f"register_{basis.register_}" for basis in brief.legal_basis}
    views = {f"register_{register}" for register in REGISTERS}
    own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for name in sorted(own & views | {name for name in own if name.startswith(("duckdb_", "pg_", "sqlite_"))}):
        yield _finding(file, 1, f"{name} is a reserved name and cannot be given to a part of the query")
    for table in tree.find_all(exp.Table):
        name = table.name.lower()
        if isinstance(table.this, exp.GenerateSeries):
            continue
        if not isinstance(table.this, exp.Identifier) or table.db or table.catalog or name not in own | views:
            yield _finding(file, _line(table), f"{name or 'a function'} is not a register view")
        elif name in views - allowed:
            yield Finding(
                "audience_query", "P1", "B", file, _line(table), f"{name} is read without a legal basis",
                f"add {{register: {name.removeprefix('register_')}, …}} to `legal_basis`, or do not read it.",
            )  # fmt: skip


def _line(node: exp.Expr) -> int:
    lines = [part.meta["line"] for part in node.walk() if "line" in part.meta]
    return int(min(lines, default=0))


def _finding(file: str, line: int, message: str, remedy: str = REMEDY, requirement: str = "P4d") -> Finding:
    return Finding("audience_query", requirement, "B", file, line, message, remedy)


def _in_a_process_of_its_own(job: Mapping[str, Any]) -> dict[str, Any]:
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    command = [sys.executable, "-P", "-m", "tasks.audience_answer"]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(job).encode(),
            capture_output=True,
            check=False,
            env=environment,
            timeout=SECONDS + 30,
        )
        reply: dict[str, Any] = json.loads(done.stdout)
        return reply
    except subprocess.TimeoutExpired:
        return {"problems": [{"code": "too_slow"}]}
    except json.JSONDecodeError:
        too_slow = done.returncode in {-14, -24}  # SIGALRM, SIGXCPU: the time bounds that the process set itself
        return {"problems": [{"code": "too_slow" if too_slow else "too_large"}]}


def _explain(problem: Mapping[str, Any], file: str, known: set[str]) -> Finding:
    code, name, rows = problem["code"], problem.get("name", ""), problem.get("rows", 0)
    near = difflib.get_close_matches(name, sorted(known), 1)
    explained: dict[str, tuple[str, str, str]] = {
        "too_slow": ("P4d", f"the query did not end within {SECONDS} seconds", "make it read or join less."),
        "too_large": ("P4d", "the query needs more memory than it may use", "make it read or join less."),
        "unknown_name": ("P4d", f"there is no column, table or function {name}".rstrip(), "see docs/data.md."),
        "conversion": ("P4d", "a value cannot be turned into the type asked for", "use TRY_CAST."),
        "failed": ("P4d", "the query could not be run", "try it with `budkavle query` on the snapshot."),
        "missing_column": ("P4d", f"the result lacks the column {name}", f"add `… AS {name}`."),
        "unknown_column": (
            "P4d", f"the result has an undeclared column {name}",
            f"did you mean {near[0]}?" if near else "declare it as a fact or a slot, or leave it out.",
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
    return _finding(file, int(problem.get("line", 0)), message, remedy, requirement)
