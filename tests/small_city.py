"""A register of made-up people put straight into the store's tables, for tests of what comes after the import."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from ruamel.yaml import YAML

from campaigns.brief import Brief
from tasks import runs, store
from tasks.workplace import Workplace

MATAVFALL = Path(__file__).parent.parent / "campaigns" / "matavfall"
QUERY = """
SELECT
    person_key, attributes['need'] AS need, attributes['life_situation'] AS life_situation,
    attributes['housing'] AS housing, attributes['pickup_place'] AS pickup_place
FROM register_population
"""
PLAIN = {"need": "needs_bin", "life_situation": "adults", "housing": "flat", "pickup_place": "Exempelplan 1"}


@dataclass(frozen=True)
class Resident:
    person: str
    household: str
    email: str = ""
    postal: bool = True
    language: str = "sv"
    easy_read: bool = False
    status: str = "alive"
    protected: bool = False
    kind: str = "population"
    attributes: Mapping[str, str | None] = field(default_factory=dict)


def brief(**changes: Any) -> Brief:
    fields = YAML(typ="safe").load((MATAVFALL / "campaign.yaml").read_text(encoding="utf-8"))
    fields["waves"] = [{"name": "external", "start": "2027-01-18T08:00:00+01:00", "audience": "audience.sql"}]
    fields |= {"floors": [], "exploration": 0}
    return Brief.model_validate(fields | changes)


def move_in(workplace: Workplace, residents: Iterable[Resident]) -> None:
    everybody = list(residents)
    with store.writing(workplace) as connection:
        for table in ("person", "contact_point", "identity"):
            connection.execute(f"DELETE FROM {table}")
        insert(
            connection,
            "person",
            [
                {
                    "kind": one.kind,
                    "person_key": one.person,
                    "household_key": one.household,
                    "birth_year": 1980,
                    "language": one.language,
                    "easy_read": one.easy_read,
                    "status": one.status,
                    "protected": one.protected,
                    "attributes": PLAIN | dict(one.attributes),
                }
                for one in everybody
            ],
        )
        insert(
            connection,
            "identity",
            [{"kind": one.kind, "person_key": one.person, "first_name": f"Test{one.person}"} for one in everybody],
        )
        points = [(one, "email", one.email) for one in everybody if one.email]
        points += [(one, "postal", f"postal of {one.household}") for one in everybody if one.postal]
        insert(
            connection,
            "contact_point",
            [
                {"kind": one.kind, "person_key": one.person, "address_kind": kind, "address_key": key, "sharers": 1}
                for one, kind, key in points
            ],
        )


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        names = list(rows[0])
        columns = ", ".join(f'"{name}"' for name in names)
        mark = f"({', '.join('?' * len(names))})"
        values = [value for row in rows for value in row.values()]
        connection.execute(f"INSERT INTO {table} ({columns}) VALUES {', '.join([mark] * len(rows))}", values)


def begin(workplace: Workplace, folder: Path, text: Brief, query: str = QUERY, name: str = "audience.sql") -> str:
    campaign = folder / "matavfall"
    campaign.mkdir(parents=True, exist_ok=True)
    (campaign / name).write_text(query, encoding="utf-8")
    return runs.begin(workplace, text, campaign)


def rows(workplace: Workplace, query: str) -> list[tuple[Any, ...]]:
    with store.writing(workplace) as connection:
        return connection.execute(query).fetchall()


def sent(
    workplace: Workplace, campaign: str, edition: str, person: str, *, wave: str = "external", status: str = "accepted"
) -> None:
    """Record that an earlier run reached a person just now."""
    run, message = f"{campaign}-{edition}", f"message of {person} in {edition}"
    with store.writing(workplace) as connection:
        connection.execute("DELETE FROM run WHERE run = ?", [run])
        insert(connection, "run", [{"run": run, "campaign": campaign, "edition": edition, "state": "published"}])
        keys = {"run": run, "wave": wave, "person_key": person, "message_id": message}
        insert(connection, "assignment", [keys | {"channel": "email"}])
        insert(connection, "message", [keys | {"channel": "email"}])
        event = {"run": run, "message_id": message, "segment": "one", "offset": 0, "attempt": 1}
        insert(connection, "delivery_event", [event | {"happened_at": datetime.now(UTC), "status": status}])


def selected(workplace: Workplace, run: str, people: Sequence[Mapping[str, Any]], wave: str = "external") -> None:
    """Put an audience and its answer in place as ``select_audience`` would, for tests of what comes after it.

    A person has person, household, segment and traits; may have email (address key), postal, language, reason.
    """
    move_in(
        workplace,
        [Resident(one["person"], one["household"], one.get("email", ""), one.get("postal", True)) for one in people],
    )
    folder = workplace.run_folder(run, "answers")
    folder.mkdir(parents=True, exist_ok=True)
    with store.writing(workplace) as connection:
        connection.execute("DELETE FROM audience WHERE run = ? AND wave = ?", [run, wave])
        connection.execute(
            "CREATE TEMP TABLE answer (person_key VARCHAR, traits MAP(VARCHAR, VARCHAR), facts MAP(VARCHAR, VARCHAR), "
            "slots MAP(VARCHAR, VARCHAR))"
        )
        insert(
            connection,
            "answer",
            [
                {
                    "person_key": one["person"],
                    "traits": one["traits"],
                    "facts": {"housing": "flat"},
                    "slots": one.get("slots", {"pickup_place": "här"}),
                }
                for one in people
            ],
        )
        insert(
            connection,
            "audience",
            [
                {
                    "run": run,
                    "wave": wave,
                    "person_key": one["person"],
                    "household_key": one["household"],
                    "kind": "population",
                    "segment": one["segment"],
                    "language": one.get("language", "sv"),
                    "excluded_reason": one.get("reason"),
                }
                for one in people
            ],
        )
        connection.execute(f"COPY answer TO '{folder / wave}.parquet' (FORMAT parquet)")
