"""What an audience query knows people by: the register columns that its ways of knowing them are made of."""

from collections.abc import Iterator
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, build_scope

WAYS = frozenset({"need", "life_situation", "driver", "channel_habit", "language_skill"})
"""The columns of an audience query that say how a recipient is known (S3)."""
TELLING = frozenset({
    "language", "easy_read", "guardian_of", "unit", "consent_purposes", "attributes", "has_email", "has_mobile",
    "has_digital_mailbox", "has_postal", "household_key",
})  # fmt: skip
"""Columns of the register views that tell of needs, drivers, habits, language or life situation; who shares a household
is a life situation too. Age and place are not among them."""
MOST_STEPS = 12  # from an output column through subqueries to what it is made of


def knows_more_than_age_and_place(query: str) -> bool | None:
    """Tell whether people are known, or chosen, by more than age and place; None where that cannot be seen.

    A condition of the query itself counts, because it says who is spoken to; one inside a subquery only tells which
    rows are read.
    """
    try:
        scope = _scope_of(query)
        if scope is None or any(each.is_star for _, each in _all_selects(scope)):
            return None
        ways = [each for each in _all_selects(scope) if each[1].alias_or_name.lower() in WAYS]
        ways += [(part, chosen) for part in _parts(scope) if (chosen := part.expression.args.get("where"))]
        return any(not TELLING.isdisjoint(_origins(within, each, frozenset())) for within, each in ways)
    except (SqlglotError, RecursionError):
        return None


@lru_cache(maxsize=8)  # every output column of a query is asked about apart
def _scope_of(query: str) -> Scope | None:
    return build_scope(sqlglot.parse_one(query, read="duckdb"))


def _all_selects(scope: Scope) -> list[tuple[Scope, exp.Expr]]:
    """Return the output columns of a query with the scope that each is made in; of a union, those of every part."""
    queries = [(part, part.expression) for part in _parts(scope)]
    return [(part, each) for part, query in queries if isinstance(query, exp.Query) for each in query.selects]


def _parts(scope: Scope) -> list[Scope]:
    united = scope.set_operation_scopes
    return [part for each in united for part in _parts(each)] if united else [scope]


def _origins(scope: Scope, expression: exp.Expr, seen: frozenset[tuple[int, str]]) -> Iterator[str]:
    """Yield the columns of the registers that an expression is made of, through subqueries and common tables."""
    for column in expression.find_all(exp.Column):
        name = column.name.lower()
        made = [each for inner in _sources(scope, column) for each in _made(inner, name)]
        if not made:
            yield name
        for within, each in made:
            if (id(within), name) not in seen:
                yield from _grouped(within, name)
                yield from _origins(within, each, seen | {(id(within), name)})


def _sources(scope: Scope, column: exp.Column) -> list[Scope]:
    """Return the subqueries and common tables that a column can come from."""
    named = {alias.lower(): source for alias, source in scope.sources.items()}
    possible = [named.get(column.table.lower())] if column.table else list(named.values())
    return [source for source in possible if isinstance(source, Scope)]


def _made(scope: Scope, name: str) -> list[tuple[Scope, exp.Expr]]:
    return [each for each in _all_selects(scope) if each[1].alias_or_name.lower() == name]


def _grouped(scope: Scope, name: str) -> Iterator[str]:
    """Yield what a figure is counted over: how many share a household says more than the column that is counted."""
    group = scope.expression.args.get("group")
    for column in group.find_all(exp.Column) if group else ():
        if column.name.lower() != name:
            yield column.name.lower()


def constants_of(query: str, column: str) -> tuple[frozenset[str], bool]:
    """Return the constants that a query can give an output column, and whether it can give nothing else.

    A column that the query does not give has neither; ``(empty, False)`` where that cannot be seen.
    """
    try:
        scope = _scope_of(query)
        if scope is None or any(each.is_star for _, each in _all_selects(scope)):
            return frozenset(), False
        found = [_constants(within, each, MOST_STEPS) for within, each in _made(scope, column.lower())]
    except (SqlglotError, RecursionError):
        return frozenset(), False
    return frozenset().union(*(constants for constants, _ in found)), all(complete for _, complete in found)


def _constants(scope: Scope, expression: exp.Expr, steps: int) -> tuple[frozenset[str], bool]:
    """Follow an expression to its constants; not further than a number of steps."""
    inner = expression.unalias()
    if isinstance(inner, exp.Literal):
        return frozenset({str(inner.this)}), True
    if isinstance(inner, exp.Null):
        return frozenset(), True
    parts: list[tuple[Scope, exp.Expr]] = []
    if isinstance(inner, exp.Case):
        given = [branch.args["true"] for branch in inner.args["ifs"]] + [inner.args.get("default")]
        parts = [(scope, each) for each in given if each is not None]
    elif isinstance(inner, exp.Coalesce | exp.Paren):
        parts = [(scope, each) for each in (inner.this, *inner.expressions)]
    elif isinstance(inner, exp.Column):
        parts = [each for source in _sources(scope, inner) for each in _made(source, inner.name.lower())]
    if not parts or not steps:
        return frozenset(), False
    found = [_constants(within, each, steps - 1) for within, each in parts]
    return frozenset().union(*(constants for constants, _ in found)), all(complete for _, complete in found)
