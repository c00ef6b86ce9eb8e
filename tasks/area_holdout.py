"""The control group of areas: one of each matched pair, by lot, for campaigns that also meet people on the street.

Posters and posts have no addresses, so nobody's own draw keeps them away. Areas are alike where as many of the audience
live in them, so neighbours in size make a pair (:mod:`tasks.estimation.matched_pairs`). Whoever lives in the odd one
out, or whose area is unknown, gets the message and stands outside the comparison.
"""

from collections.abc import Sequence

import duckdb

from campaigns.errors import CheckFailed
from tasks import store
from tasks.estimation.matched_pairs import FEWEST_AREAS, pair_areas

Pairs = list[tuple[str, str]]


def draw_areas(connection: duckdb.DuckDBPyConnection, run: str) -> Pairs:
    """Fill ``drawn`` (person_key, cluster, arm) from ``eligible``; returns each pair, the treated area first.

    Raises CheckFailed below twenty areas: fewer pairs can carry no claim.
    """
    connection.execute(store.statement("audience/areas"), {"run": run})
    rows = connection.execute("SELECT area, count(*) FROM area_person GROUP BY area ORDER BY area").fetchall()
    try:
        pairs = pair_areas({area: float(persons) for area, persons in rows})
    except ValueError:
        raise _too_few(run, len(rows)) from None
    drawn = [_by_lot(connection, run, pair) for pair in pairs]
    connection.execute(store.statement("audience/draw_areas"), {"held_out": [held_out for _, held_out in drawn]})
    return drawn


def name_pairs(connection: duckdb.DuckDBPyConnection, pairs: Sequence[Sequence[str]]) -> None:
    """Make ``area_pair``, one row per area that was drawn: its pair, the stratum of everybody there."""
    areas = [area for pair in pairs for area in pair]
    names = [" ".join(pair) for pair in pairs for _ in pair]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE area_pair AS SELECT unnest($1::VARCHAR[]) AS area, unnest($2::VARCHAR[]) AS pair",
        [areas, names],
    )


def _by_lot(connection: duckdb.DuckDBPyConnection, run: str, pair: tuple[str, str]) -> tuple[str, str]:
    rows = connection.execute(
        "SELECT area FROM (SELECT unnest(?::VARCHAR[]) AS area) ORDER BY keyed_hash('holdout', ? || ':area:' || area)",
        [list(pair), run],
    ).fetchall()
    (treated,), (held_out,) = rows
    return treated, held_out


def _too_few(run: str, areas: int) -> CheckFailed:
    return CheckFailed(
        f"the audience lives in {areas} areas (three first digits of the postcode), and at least {FEWEST_AREAS} are "
        "needed: fewer pairs cannot tell a campaign from chance",
        where=run,
        remedy="aim at a larger part of the city, or write `holdout: {share: 0.1, by: household}`.",
    )
