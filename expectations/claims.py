"""What a claim and a suite are: plain data, so that listing every claim needs no Great Expectations.

Each claim is stated twice, as an expectation of Great Expectations over the suite's frame and as SQL that counts the
failing rows of the same frame. The first decides, the second counts, and a disagreement is an error of ours.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["critical", "warning"]


@dataclass(frozen=True)
class Claim:
    """One statement about a frame; ``failing`` is an SQL aggregate, ``whole`` says that it is not about single rows."""

    name: str
    expectation: str
    arguments: dict[str, Any]
    failing: str
    message: str
    kind: Kind = "critical"
    requirement: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Suite:
    """The claims of one stage boundary; the frame is the query ``tasks/sql/quality/<stage>.sql``."""

    stage: str
    claims: tuple[Claim, ...] = field(default=())

    @property
    def name(self) -> str:
        """Name of the suite in Great Expectations and in ``check_result``."""
        return f"{self.stage}_boundary"

    @property
    def frame(self) -> str:
        """Name of the query that gives the narrow frame: no bodies, no addresses, no names."""
        return f"quality/{self.stage}"


@dataclass(frozen=True)
class About:
    """What every claim says besides its condition: name, message with remedy, kind, requirement."""

    name: str
    message: str
    kind: Kind = "critical"
    requirement: str = ""


def is_set(column: str, about: About) -> Claim:
    """Claim that no row lacks a value."""
    failing = f"count(*) FILTER (WHERE {column} IS NULL)"
    return _claim(about, "ExpectColumnValuesToNotBeNull", {"column": column}, failing)


def is_unique(columns: tuple[str, ...], about: About) -> Claim:
    """Claim that no two rows have the same values; rows that lack them all are left out."""
    listed = ", ".join(columns)
    present = f"count(*) FILTER (WHERE coalesce({', '.join(f'{column}::VARCHAR' for column in columns)}) IS NOT NULL)"
    failing = f"{present} - count(DISTINCT ({listed})) FILTER (WHERE coalesce({listed}) IS NOT NULL)"
    if len(columns) == 1:
        return _claim(about, "ExpectColumnValuesToBeUnique", {"column": listed}, failing)
    return _claim(about, "ExpectCompoundColumnsToBeUnique", {"column_list": list(columns)}, failing)


def is_one_of(column: str, values: tuple[str, ...], about: About) -> Claim:
    """Claim that every value there is stands in the list."""
    listed = ", ".join(f"'{value}'" for value in values)
    failing = f"count(*) FILTER (WHERE {column} NOT IN ({listed}))"
    return _claim(about, "ExpectColumnValuesToBeInSet", {"column": column, "value_set": list(values)}, failing)


def matches(column: str, pattern: str, about: About) -> Claim:
    """Claim that every value there is matches the whole pattern."""
    failing = f"count(*) FILTER (WHERE NOT regexp_full_match({column}, '{pattern}'))"
    arguments = {"column": column, "regex": f"^(?:{pattern})$"}
    return _claim(about, "ExpectColumnValuesToMatchRegex", arguments, failing)


def is_false(column: str, about: About) -> Claim:
    """Claim that a flag is false on every row."""
    failing = f"count(*) FILTER (WHERE {column})"
    return _claim(about, "ExpectColumnValuesToBeInSet", {"column": column, "value_set": [False]}, failing)


def counts_nothing(column: str, about: About, *, whole: bool = False) -> Claim:
    """Claim that a column of counts is zero; what fails is their sum or, with ``whole``, the one repeated count."""
    arguments = {"column": column, "min_value": 0, "max_value": 0}
    failing = f"coalesce({'max' if whole else 'sum'}({column}), 0)::BIGINT"
    return _claim(about, "ExpectColumnValuesToBeBetween", arguments, failing, whole)


def lies_between(column: str, low: float | None, high: float | None, about: About, *, whole: bool = False) -> Claim:
    """Claim that every value lies between two bounds, both included; with ``whole`` it is repeated and counts once."""
    bounds = [f"{column} < {low}"] if low is not None else []
    bounds += [f"{column} > {high}"] if high is not None else []
    condition = " OR ".join(bounds)
    failing = f"coalesce(max(({condition})::INTEGER), 0)" if whole else f"count(*) FILTER (WHERE {condition})"
    arguments = {"column": column, "min_value": low, "max_value": high}
    return _claim(about, "ExpectColumnValuesToBeBetween", arguments, failing, whole)


def _claim(about: About, expectation: str, arguments: dict[str, Any], failing: str, whole: bool = False) -> Claim:
    return Claim(
        name=about.name,
        expectation=expectation,
        arguments=arguments,
        failing=failing,
        message=about.message,
        kind=about.kind,
        requirement=about.requirement,
        whole=whole,
    )
