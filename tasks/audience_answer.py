"""The process that runs audience queries over copies in memory and can be killed at any moment.

Reads one order as JSON on standard input. For each of its jobs it writes the answer as Parquet, where one is wanted,
and one line of JSON on standard output: ``{"persons": n}`` or
``{"problems": [{"code", "line"?, "name"?, "near"?, "rows"?}]}``. Never a value of anyone.
"""

import difflib
import json
import math
import re
import resource
import signal
import sys
from functools import cache
from typing import Any

import duckdb

from tasks.audience_limits import BY_THE_CLOCK
from tasks.lifeline import end_with_parent
from tasks.sql_words import literal

MEGABYTE = 2**20
MOST_VALUES = 50
LOCKS = (
    "SET temp_directory = ''",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


def main() -> None:
    """Answer every job of one order; the process ends itself by SIGALRM when the order's time is up."""
    order: dict[str, Any] = json.load(sys.stdin)
    signal.alarm(math.ceil(order["seconds"] * BY_THE_CLOCK))
    end_with_parent(order["parent"])
    processor = math.ceil(order["seconds"])  # of every thread together; at the first SIGXCPU, at the second SIGKILL
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    resource.setrlimit(resource.RLIMIT_AS, (order["address_space"] * MEGABYTE,) * 2)
    for job in order["jobs"]:
        sys.stdout.write(json.dumps(answered(job, order)) + "\n")
        sys.stdout.flush()


def answered(job: dict[str, Any], order: dict[str, Any]) -> dict[str, Any]:
    """Return the reply to one job; a register without a file is empty, with the documented columns."""
    with duckdb.connect(":memory:", config={"threads": order["threads"]}) as connection:
        for name, copy in job["registers"].items():
            if copy:
                connection.execute(f'CREATE TABLE "{name}" AS FROM read_parquet(?)', [copy])
            else:
                connection.execute(f'CREATE TABLE "{name}" ({documented_columns()})')
        connection.execute(f"SET memory_limit = '{order['megabytes']}MB'")
        for lock in LOCKS:
            connection.execute(lock)
        problem = run_query(connection, job["sql"])
        problems = [problem] if problem else list(faults(connection, job))
        if problems or not job["answer"]:
            return {"problems": problems}
        return {"persons": write_answer(connection, job)}


@cache
def documented_columns() -> str:
    """Return the columns of a register view and their types, as the schema has them."""
    from tasks import store

    with duckdb.connect(":memory:") as schema:
        for path in sorted((store.SQL / "migrations").glob("*.sql")):
            schema.execute(path.read_text(encoding="utf-8"))
        schema.execute(store.statement("views"))
        columns = schema.execute("DESCRIBE register_person").fetchall()
    return ", ".join(f'"{name}" {kind}' for name, kind, *_ in columns)


def run_query(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any] | None:
    """Make the table ``answer``; returns the problem, in general words with its line, when DuckDB refuses."""
    try:
        statements = connection.extract_statements(sql)
        if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
            return {"code": "failed", "line": 1}
        connection.execute(f"CREATE TEMP TABLE answer AS FROM (\n{sql.rstrip().rstrip(';')}\n)")
    except (duckdb.OutOfMemoryException, MemoryError):
        return {"code": "too_large"}
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        return {"code": "unknown_name", "line": _line(error), **_name_in_query(connection, error, sql)}
    except (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException) as error:
        return {"code": "conversion", "line": _line(error)}
    except duckdb.Error as error:
        return {"code": "failed", "line": _line(error)}
    return None


def faults(connection: duckdb.DuckDBPyConnection, job: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the result breaks of the contract, counted, without values."""
    columns = _columns(connection)
    wanted = ["person_key", *job["facts"], *([] if job["slots_optional"] else job["slots"])]
    found: list[dict[str, Any]] = [
        *({"code": "missing_column", "name": name} for name in wanted if name not in columns),
        *({"code": "unknown_column", "name": name} for name in columns if name not in job["known"]),
    ]
    known = [name for name in job["knowledge"] if name in columns]
    if len(known) < 2:
        found.append({"code": "too_little_known"})
    counts = [*_key_counts(job, columns), *_value_counts(job, columns)]
    for code, name, query, most in counts:
        (rows,) = connection.execute(query).fetchone() or (0,)
        if rows > most:
            found.append({"code": code, "name": name, "rows": rows})
    return found


def write_answer(connection: duckdb.DuckDBPyConnection, job: dict[str, Any]) -> int:
    """Write person_key, traits, facts and slots of everybody; returns how many persons."""
    from pyarrow import parquet

    columns = _columns(connection)
    told = [name for name in columns if name != "person_key" and name not in job["slots"]]
    facts = {name: f'coalesce("{name}"::VARCHAR, {literal(values[0])})' for name, values in job["facts"].items()}
    slots = {name: _as_text(name, kind, columns[name]) for name, kind in job["slots"].items() if name in columns}
    traits = {name: facts.get(name, f'"{name}"::VARCHAR') for name in told}
    query = (
        f"SELECT person_key::VARCHAR AS person_key, {_map(traits)} AS traits, {_map(facts)} AS facts, "
        f"{_map(slots)} AS slots FROM answer ORDER BY person_key"
    )
    table = connection.sql(query).to_arrow_table()
    parquet.write_table(table, job["answer"], compression="zstd")
    return int(table.num_rows)


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return {name: kind for name, kind, *_ in connection.execute("DESCRIBE answer").fetchall()}


def _key_counts(job: dict[str, Any], columns: dict[str, str]) -> list[tuple[str, str, str, int]]:
    if "person_key" not in columns:
        return []
    everybody = " UNION ALL BY NAME ".join(f'SELECT person_key FROM "{name}"' for name in job["registers"])
    return [
        ("no_key", "", "SELECT count(*) FROM answer WHERE person_key IS NULL", 0),
        ("same_key", "", "SELECT count(person_key) - count(DISTINCT person_key) FROM answer", 0),
        ("strange_key", "", f"SELECT count(*) FROM answer WHERE person_key::VARCHAR NOT IN ({everybody})", 0),
    ]


def _value_counts(job: dict[str, Any], columns: dict[str, str]) -> list[tuple[str, str, str, int]]:
    counts = []
    for name, values in job["facts"].items():
        if name in columns:
            allowed = ", ".join(literal(value) for value in values)
            query = f'SELECT count(*) FROM answer WHERE "{name}"::VARCHAR NOT IN ({allowed})'
            counts.append(("undeclared_value", name, query, 0))
    for name in job["knowledge"]:
        if name in columns:
            query = f'SELECT count(DISTINCT "{name}"::VARCHAR) FROM answer'
            counts.append(("too_many_values", name, query, MOST_VALUES))
    for name, kind in job["slots"].items():
        if name in columns and kind == "date":
            query = f'SELECT count("{name}") - count(TRY_CAST("{name}"::VARCHAR AS DATE)) FROM answer'
            counts.append(("not_a_date", name, query, 0))
    return counts


def _as_text(name: str, kind: str, column_type: str) -> str:
    if kind == "date":
        return f'TRY_CAST("{name}"::VARCHAR AS DATE)::VARCHAR'
    if column_type.endswith("[]"):
        return f"array_to_string(\"{name}\", ', ')"
    return f'"{name}"::VARCHAR'


def _map(expressions: dict[str, str]) -> str:
    names = ", ".join(f"'{name}'" for name in expressions)
    return f"map([{names}]::VARCHAR[], [{', '.join(expressions.values())}]::VARCHAR[])"


def _line(error: duckdb.Error) -> int:
    found = re.search(r"LINE (\d+):", str(error))
    return int(found[1]) - 1 if found else 0


def _name_in_query(connection: duckdb.DuckDBPyConnection, error: duckdb.Error, sql: str) -> dict[str, str]:
    """Return the unknown name where it stands in the query, with the column of the registers that may be meant."""
    found = re.search(r'(?:column(?: named)?|Table with name|Function with name) "?([^\W\d]\w*)', str(error))
    if not found or not re.search(rf"\b{found[1]}\b", sql):
        return {}
    columns = connection.execute("SELECT DISTINCT column_name FROM duckdb_columns() ORDER BY ALL").fetchall()
    near = difflib.get_close_matches(found[1].lower(), [name for (name,) in columns], 1)
    return {"name": found[1], "near": next(iter(near), "")}


if __name__ == "__main__":
    main()
