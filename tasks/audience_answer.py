"""The process that runs one audience query over copies in memory and can be killed at any moment.

Reads one job as JSON on standard input, writes the answer as Parquet and one JSON object on standard output:
``{"persons": n}`` or ``{"problems": [{"code", "line"?, "name"?, "rows"?}]}``. Never a value of anyone.
"""

import json
import re
import resource
import signal
import sys
from typing import Any

import duckdb

ADDRESS_SPACE = 16 * 2**30
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
    """Answer one job; the process ends itself by SIGALRM when the job's time is up."""
    job: dict[str, Any] = json.load(sys.stdin)
    signal.alarm(job["seconds"])
    resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"] * 4, job["seconds"] * 4))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    connection = duckdb.connect(":memory:")
    for name, copy in job["registers"].items():
        connection.execute(f'CREATE TABLE "{name}" AS FROM read_parquet(?)', [copy])
    connection.execute(f"SET memory_limit = '{job['memory']}'")
    for lock in LOCKS:
        connection.execute(lock)
    problem = run_query(connection, job["sql"])
    problems = [problem] if problem else list(faults(connection, job))
    reply = {"problems": problems} if problems else {"persons": write_answer(connection, job)}
    sys.stdout.write(json.dumps(reply))


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
        return {"code": "unknown_name", "line": _line(error), "name": _name_in_query(error, sql)}
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
    facts = {name: f"coalesce(\"{name}\"::VARCHAR, '{_quoted(values[0])}')" for name, values in job["facts"].items()}
    slots = {name: _as_text(name, kind, columns[name]) for name, kind in job["slots"].items() if name in columns}
    traits = {name: facts.get(name, f'"{name}"::VARCHAR') for name in told}
    query = (
        f"SELECT person_key::VARCHAR AS person_key, {_map(traits)} AS traits, {_map(facts)} AS facts, "
        f"{_map(slots)} AS slots FROM answer ORDER BY person_key"
    )
    table = connection.execute(query).to_arrow_table()
    assert table is not None
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
            allowed = ", ".join(f"'{_quoted(value)}'" for value in values)
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


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _line(error: duckdb.Error) -> int:
    found = re.search(r"LINE (\d+):", str(error))
    return int(found[1]) - 1 if found else 0


def _name_in_query(error: duckdb.Error, sql: str) -> str:
    found = re.search(r'(?:column|Table with name|Function with name) "?([A-Za-z_]\w*)', str(error))
    return found[1] if found and re.search(rf"\b{found[1]}\b", sql) else ""


if __name__ == "__main__":
    main()
