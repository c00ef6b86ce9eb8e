"""The text of an audience query as a tree: what has no place in it, which line a column stands in."""

import logging
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from campaigns.audience_knowledge import WAYS, constants_of
from campaigns.brief import Brief
from campaigns.brief_answers import is_no_answer, is_unfinished
from campaigns.errors import Finding
from campaigns.programme import load_programme

MOST_CHARACTERS = 100_000
REGISTERS = ("population", "guardians", "employees", "customers", "subscribers")
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
logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of what is refused here anyway
REMEDY = "write one SELECT over register_population, register_customers and the other register views; docs/data.md."


def read(text: str, file: str, brief: Brief) -> tuple[tuple[str, ...], list[Finding]]:
    """Return the registers that a query reads and everything that its text breaks; nothing is run."""
    if len(text) > MOST_CHARACTERS:
        remedy = "join a register view rather than list values."
        return (), [finding(file, 1, f"the query is longer than {MOST_CHARACTERS:,} characters", remedy)]
    try:
        trees = [tree for tree in sqlglot.parse(text, read="duckdb") if tree is not None]
    except (SqlglotError, RecursionError) as error:
        line = next((entry.get("line") or 0 for entry in getattr(error, "errors", [])), 0)
        return (), [finding(file, line, "this is not SQL that can be read")]
    if len(trees) != 1 or not isinstance(trees[0], exp.Select | exp.SetOperation):
        return (), [finding(file, 1, "the file must be exactly one SELECT")]
    findings = [
        *_forbidden_parts(trees[0], file), *_forbidden_sources(trees[0], file, brief),
        *_abolished(trees[0], file, brief), *_undecided(text, file),
    ]  # fmt: skip
    tables = {table.name.lower() for table in trees[0].find_all(exp.Table)}
    registers = tuple(register for register in REGISTERS if f"register_{register}" in tables)
    if not registers:
        findings.append(finding(file, 1, "the query reads no register"))
    return registers, findings


def line_of_column(text: str, name: str) -> int:
    """Return the line of a result's column, that of the first column where there is none of the name."""
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except (SqlglotError, RecursionError):
        return 0
    if not isinstance(tree, exp.Query):
        return 0
    lines = {column.alias_or_name.lower(): _line(column) for column in tree.selects}
    return lines.get(name.lower()) or next(iter(lines.values()), 0)


def finding(file: str, line: int, message: str, remedy: str = REMEDY, requirement: str = "P4d") -> Finding:
    """Return a blocking finding in an audience query."""
    return Finding("audience_query", requirement, "B", file, line, message, remedy)


def _forbidden_parts(tree: exp.Expression, file: str) -> Iterator[Finding]:
    for node in tree.find_all(*NOT_A_QUESTION):
        yield finding(file, _line(node), f"{type(node).__name__.upper()} has no place in an audience query")
    for node in tree.find_all(exp.Limit, exp.Fetch, exp.TableSample):
        if isinstance(node, exp.TableSample) or not (node.parent and node.parent.args.get("order")):
            remedy = "say whom to keep with ORDER BY, down to person_key, or take the limit away."
            yield finding(file, _line(node), "a limit without ORDER BY keeps other people every time it runs", remedy)
    for function in tree.find_all(exp.Func):
        anonymous = isinstance(function, exp.Anonymous)
        name = function.name.lower() if anonymous else function.sql_name().lower()
        if isinstance(function, UNSTABLE) or (anonymous and name not in FURTHER_FUNCTIONS):
            yield finding(file, _line(function), f"the function {name} is not allowed here")


def _forbidden_sources(tree: exp.Expression, file: str, brief: Brief) -> Iterator[Finding]:
    allowed = {f"register_{basis.register_}" for basis in brief.legal_basis}
    views = {f"register_{register}" for register in REGISTERS}
    own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for name in sorted(own & views | {name for name in own if name.startswith(("duckdb_", "pg_", "sqlite_"))}):
        yield finding(file, 1, f"{name} is a reserved name and cannot be given to a part of the query")
    for table in tree.find_all(exp.Table):
        name = table.name.lower()
        if isinstance(table.this, exp.GenerateSeries):
            continue
        if not isinstance(table.this, exp.Identifier) or table.db or table.catalog or name not in own | views:
            yield finding(file, _line(table), f"{name or 'a function'} is not a register view")
        elif name in views - allowed:
            yield Finding(
                "audience_query", "P1", "B", file, _line(table), f"{name} is read without a legal basis",
                f"add {{register: {name.removeprefix('register_')}, …}} to `legal_basis`, or do not read it.",
            )  # fmt: skip


def _abolished(tree: exp.Expression, file: str, brief: Brief) -> Iterator[Finding]:
    """Yield the districts that the query asks for and that exist no more when the campaign starts."""
    for literal in tree.find_all(exp.Literal):
        gone = load_programme().abolished(str(literal.this), brief.schedule.start.date()) if literal.is_string else None
        if gone is not None:
            message = f"{gone.name} is a district no more since {gone.until}: nobody is found there"
            yield finding(file, _line_around(literal), message, f"write {gone.now}, which it is part of.")


def _undecided(text: str, file: str) -> Iterator[Finding]:
    """Yield the ways of knowing people that the query fills with a word for nothing, so that nothing is known."""
    for column in sorted(WAYS):
        constants, complete = constants_of(text, column)
        words = {word.replace("_", " ").replace("-", " ") for word in constants}
        nothing = complete and words and all(is_no_answer(column, word) for word in words)
        if nothing or any(is_unfinished(word) for word in words):
            message = f"the column {column} is filled with a word that says nothing"
            yield finding(file, line_of_column(text, column), message, "let a register column tell it.", "S3")


def _line_around(node: exp.Expr) -> int:
    """Return the line of a value, or of what stands around it: the value alone has none."""
    around: exp.Expr | None = node
    while around is not None and not (line := _line(around)):
        around = around.parent
    return line if around is not None else 1


def _line(node: exp.Expr) -> int:
    lines = [part.meta["line"] for part in node.walk() if "line" in part.meta]
    return int(min(lines, default=0))
