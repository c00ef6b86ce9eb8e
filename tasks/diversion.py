"""Whom an earlier wave did not reach: moved to their next channel, within what the plan left of money and carbon.

The assignment that was approved is never changed. The texts of the next channels were rendered, read and approved with
the others; a diversion only chooses among them, and stands in a table of its own.
"""

from typing import Any

import duckdb

from campaigns.brief import Brief
from campaigns.channels import Channel, load_channels
from campaigns.sendings import Sending, sendings
from tasks import message_parts, store
from tasks.admission import addressed_channels, shares_letters


def divert(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief, sending: Sending) -> int:
    """Write ``diversion`` for those who get a wave with one sending; returns how many persons of the wave are moved.

    A person is moved whose message of an earlier wave was rejected or bounced for good, and who would otherwise get
    nothing in this wave or something through the same channel.
    """
    earlier = [
        other.wave for other in sendings(brief) if other.start < sending.start and other.is_later == sending.is_later
    ]
    connection.execute(store.statement("publishing/forget_diversion"), _those(run, sending))
    if not earlier:
        return 0
    terms = [_terms(channel, brief) for channel in addressed_channels(brief)]
    values: dict[str, Any] = _those(run, sending) | {"earlier": earlier, "terms": terms}
    store.run_each(connection, "publishing/failed", values)
    if any(channel.per_part for channel in addressed_channels(brief)):
        message_parts.count_diverted(connection, run, sending.wave)
    else:
        message_parts.count_nothing(connection)
    sek, co2 = _left(connection, run, brief)
    store.run_each(connection, "publishing/divert", values | {"sek": sek, "co2_kg": co2})
    query = "SELECT count(*) FROM diversion WHERE run = ? AND wave = ?"
    row = connection.execute(query, [run, sending.wave]).fetchone()
    return int(row[0]) if row else 0


def _those(run: str, sending: Sending) -> dict[str, Any]:
    return {"run": run, "wave": sending.wave, "later": sending.is_later}


def _terms(channel: Channel, brief: Brief) -> dict[str, Any]:
    return {
        "channel": channel.name,
        "per_household": shares_letters(channel, brief),
        "sek": channel.unit_cost_sek,
        "co2_kg": channel.co2_kg,
    }


def _left(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief) -> tuple[float, float]:
    """Return kronor and kilograms that neither the plan, earlier diversions nor set-ups still to be paid will take."""
    query = (
        "SELECT coalesce(sum(cost_sek), 0), coalesce(sum(co2_kg), 0) FROM "
        "(SELECT cost_sek, co2_kg FROM plan WHERE run = $run "
        "UNION ALL SELECT cost_sek, co2_kg FROM diversion WHERE run = $run)"
    )
    sek, co2 = connection.execute(query, {"run": run}).fetchone() or (0.0, 0.0)
    used = {name for (name,) in connection.execute("SELECT DISTINCT channel FROM possible_diversion").fetchall()}
    for name in used:
        unpaid_sek, unpaid_co2 = _unpaid_setups(connection, run, brief, load_channels()[name])
        sek, co2 = sek + unpaid_sek, co2 + unpaid_co2
    return brief.budget.sek - sek, brief.budget.co2_kg - co2


def _unpaid_setups(
    connection: duckdb.DuckDBPyConnection, run: str, brief: Brief, channel: Channel
) -> tuple[float, float]:
    query = (
        "SELECT coalesce(sum(cost_sek), 0), coalesce(sum(co2_kg), 0) FROM plan "
        "WHERE run = ? AND segment = 'all' AND channel = ?"
    )
    paid_sek, paid_co2 = connection.execute(query, [run, channel.name]).fetchone() or (0.0, 0.0)
    whole = channel.setup_sek + channel.translation_sek * len(brief.languages)
    return max(whole - paid_sek, 0.0), max(channel.setup_co2_kg - paid_co2, 0.0)
