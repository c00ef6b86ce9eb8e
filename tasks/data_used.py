"""Which data a campaign uses, for whoever judges whether it may: what its queries read, its texts print and its
evaluation compares. Names of columns only, never a value of anyone.
"""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TypeAlias

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from campaigns.brief import Brief
from campaigns.language import for_translation as _
from tasks.audience_answer import documented_columns
from tasks.audience_query import Question, examine
from tasks.register_names import REGISTERS

Text: TypeAlias = Callable[[str], str]
ATTRIBUTES = "attributes"


COLUMNS = {
    "person_key": _("a pseudonym"),
    "household_key": _("who lives in one household"),
    "birth_year": _("year of birth"),
    "age": _("age"),
    "district": _("district"),
    "area": _("small area"),
    "language": _("language"),
    "easy_read": _("wish for easy-to-read texts"),
    "guardian_of": _("whose guardian the person is"),
    "unit": _("unit of work"),
    "consent_purposes": _("consents given"),
    "status": _("alive, moved or dead"),
    "has_email": _("whether there is an e-mail address"),
    "has_mobile": _("whether there is a mobile number"),
    "has_digital_mailbox": _("whether there is a digital mailbox"),
    "has_postal": _("whether there is a postal address"),
    "first_name": _("first name"),
    "last_name": _("last name"),
    "observed_before": _("the result as it was observed before"),
}


def data_used(brief: Brief, folder: Path, text: Text) -> list[str]:
    """Return lines: what each audience query reads, what texts print and branch on, what the evaluation compares."""
    queries = dict.fromkeys(wave.audience for wave in brief.waves)
    return [
        text("Data used, beside names and addresses to send to:"),
        *(_read_by(examine(folder / query, brief, "")[0], text) for query in queries),
        *_listed(text("  - printed in messages: %s"), (_named(slot.name, text) for slot in brief.slots)),
        *_listed(text("  - what texts differ by: %s"), (_named(fact.name, text) for fact in brief.facts)),
        *_listed(text("  - what the evaluation compares by: %s"), (_named(name, text) for name in brief.covariates)),
    ]


def _read_by(question: Question, text: Text) -> str:
    told = text("  - %(file)s reads %(registers)s: %(columns)s")
    registers = ", ".join(text(REGISTERS[name]) for name in question.registers)
    columns = ", ".join(_named(name, text) for name in columns_read(question.text))
    return told % {"file": question.file, "registers": registers, "columns": columns}


def _listed(line: str, names: Iterable[str]) -> list[str]:
    told = ", ".join(names)
    return [line % told] if told else []


def columns_read(query: str) -> list[str]:
    """Return the register columns that a query names, in their order, an attribute by its own name.

    Nothing where it cannot be parsed.
    """
    try:
        tree = sqlglot.parse_one(query, read="duckdb")
    except (SqlglotError, RecursionError):
        return []
    named = {column.name.lower() for column in tree.find_all(exp.Column)}
    if any(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star)):
        named |= set(_documented())
    columns = [name for name in _documented() if name in named and name != ATTRIBUTES]
    picked = (bracket for bracket in tree.find_all(exp.Bracket) if bracket.this.name.lower() == ATTRIBUTES)
    attributes = {literal.name for bracket in picked for literal in bracket.expressions}
    return [*columns, *sorted(attributes)]


@cache
def _documented() -> tuple[str, ...]:
    with duckdb.connect(":memory:") as connection:
        described = connection.execute(f"CREATE TABLE register ({documented_columns()}); DESCRIBE register")
        return tuple(name for name, *_ in described.fetchall())


def _named(name: str, text: Text) -> str:
    """Return a column in words; one of the campaign's own by its name, in quotes."""
    return text(COLUMNS[name]) if name in COLUMNS else text("“%s”") % name.replace("_", " ")
