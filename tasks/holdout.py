"""The control group: drawn before anything is optimised, in whole clusters, the same whenever it is drawn again."""

import json
from typing import Any

import duckdb

from campaigns.brief import Brief
from campaigns.channels import load_channels
from campaigns.errors import CheckFailed
from campaigns.sendings import sendings
from tasks import experiment_design, runs, store
from tasks.area_holdout import Pairs, draw_areas
from tasks.workplace import Workplace

LATER = ("message_slot", "plan", "assignment", "audience_profile", "audience_overlap")
"""Tables of later stages that hold nothing true any more once the audience or the draw has changed."""


def draw_holdout(workplace: Workplace, run: str) -> None:
    """Set ``audience.arm`` for the waves to the public and keep the design of the experiment in ``run.design``.

    Whole clusters are drawn: persons who share a household or an e-mail address, directly or through others, and where
    the brief says ``both_guardians`` a child with its guardians, so that what happens to the child is of one arm. Where
    the brief says ``by: area`` they are areas, in matched pairs. The control group is of the arm ``holdout``, or
    ``later`` where the brief says that it gets the message later.
    """
    with store.writing(workplace) as connection:
        this = runs.load_within(connection, run)
        store.replace_rows(connection, this.run, LATER)
        connection.execute(
            "UPDATE audience SET arm = NULL, cluster_key = NULL, excluded_reason = "
            "CASE WHEN excluded_reason NOT IN ('unreachable', 'over_budget', 'other_wave') THEN excluded_reason END "
            "WHERE run = ?",
            [this.run],
        )
        waves = public_waves(connection, this.run, this.brief)
        _form_clusters(connection, this.run, this.brief, waves)
        pairs = _draw(connection, this.run, this.brief, waves)
        clusters, persons = _sizes(connection)
        design = experiment_design.describe(this.brief, clusters, persons) | {"pairs": pairs}
        connection.execute("UPDATE run SET design = ?::JSON WHERE run = ?", [json.dumps(design), this.run])
        store.keep_evidence(connection, workplace, this.run, ["audience", "run"])


def public_waves(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief) -> list[str]:
    """Return the waves of which anybody comes from another register than that of the employees, in order.

    A campaign to the employees alone has its aim among them: there it is every wave.
    """
    if brief.is_internal:
        return [wave.name for wave in brief.waves]
    rows = connection.execute(
        "SELECT DISTINCT wave FROM audience WHERE run = ? AND kind <> 'employees'", [run]
    ).fetchall()
    return [wave.name for wave in brief.waves if (wave.name,) in rows]


def _form_clusters(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief, waves: list[str]) -> None:
    channels = [load_channels()[name] for name in brief.channels if name in load_channels()]
    by_household = brief.holdout.by == "household" or any(channel.per_household for channel in channels)
    shared = [channel.address_kind for channel in channels if channel.digital and channel.address_kind]
    values: dict[str, Any] = {"run": run, "waves": waves, "by_household": by_household, "shared_kinds": shared}
    store.run_each(connection, "audience/contacts", values | {"both_guardians": brief.both_guardians})
    changed = 1
    while changed:
        connection.execute(store.statement("audience/join_clusters"))
        row = connection.execute("SELECT count(*) FROM (FROM next_label EXCEPT FROM label)").fetchone()
        changed = row[0] if row else 0
        connection.execute("CREATE OR REPLACE TEMP TABLE label AS FROM next_label")


def _draw(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief, waves: list[str]) -> Pairs:
    pairs: Pairs = []
    if brief.holdout.by == "area":
        pairs = draw_areas(connection, run)
    else:
        control = "holdout" if brief.holdout.later is None else "later"
        _require_later_sendings(brief, waves if control == "later" else [])
        values = {"run": run, "share": str(brief.holdout.share), "control": control}
        connection.execute(store.statement("audience/draw"), values)
    connection.execute(
        "UPDATE audience SET arm = drawn.arm, cluster_key = drawn.cluster FROM drawn "
        "WHERE audience.run = ? AND audience.person_key = drawn.person_key "
        "AND audience.excluded_reason IS NULL AND list_contains(?::VARCHAR[], audience.wave)",
        [run, waves],
    )
    return pairs


def _sizes(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, int], dict[str, int]]:
    rows = connection.execute("SELECT arm, count(DISTINCT cluster), count(*) FROM drawn GROUP BY arm").fetchall()
    rows = [("holdout" if arm == "later" else arm, clusters, persons) for arm, clusters, persons in rows]
    return {arm: clusters for arm, clusters, _ in rows}, {arm: persons for arm, _, persons in rows}


def _require_later_sendings(brief: Brief, waves: list[str]) -> None:
    """Refuse a wave that is drawn but never sent later, so that nobody of its control group is left out."""
    sent = {sending.wave for sending in sendings(brief) if sending.is_later}
    if lacking := [wave for wave in waves if wave not in sent]:
        raise CheckFailed(
            f"wave {lacking[0]} has the name of one to the employees but reads another register, so its control group "
            "would never get the message",
            where="campaign.yaml",
            remedy="give the wave a name that does not begin with `internal`, and prepare again.",
        )
