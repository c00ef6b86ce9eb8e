"""Which channels each person gets: the best plan within budget, carbon dioxide and fairness, told person by person.

Waves to the public are planned together, so that a person gets one sequence of contacts; each wave to the employees is
planned by itself before them. Costs count letters per household. The city's web page stands in every plan (P4e).
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import duckdb

from campaigns.brief import Brief
from campaigns.channels import Channel, load_channels
from campaigns.errors import Finding, GateRefused
from tasks import beliefs, message_parts, plan_explained, plan_words, quota, runs, slot_values, store
from tasks.broadcast import Broadcast, best_broadcasts, share_moved
from tasks.contact_plan import Cell, Infeasible, Limits
from tasks.plan_blocks import BUDGET, CARBON
from tasks.plan_cells import Block, blocks, limits_of, list_admissions, list_candidates, read_cells
from tasks.plan_contradictions import contradiction
from tasks.plan_lessons import explain_lessons
from tasks.plan_programme import Programme
from tasks.planned_units import PlannedUnits, optimum, plan_units
from tasks.workplace import Workplace

EXPLAINED = ("plan_choice", "plan_price", "plan_floor", "plan_fairness", "plan_rule", "plan_lesson")
TABLES = ("plan", "assignment", "message_slot", "diversion", *EXPLAINED)
CITY_PAGE = "web"
LEVEL = 1e-3


def plan_channels(workplace: Workplace, run: str, texts: Iterable[message_parts.PartText] = ()) -> None:
    """Fill ``plan``, ``assignment``, ``message_slot`` and the tables that explain the plan; say who is left out.

    ``texts`` are those of channels priced per part, so that each message is planned at what it will cost; without
    them such a message counts as one part. Raises GateRefused where the brief's demands contradict each other, with
    what would do.
    """
    with store.writing(workplace) as connection:
        this = runs.load_within(connection, run)
        store.replace_rows(connection, this.run, TABLES)
        connection.execute(store.statement("channels/forget"), {"run": this.run})
        _keep_priors(connection, workplace)
        told = Counter[str]()
        design: dict[str, Any] = dict(this.design)
        list_admissions(connection, this.brief)
        message_parts.list_texts(connection, texts)
        for block in blocks(connection, this.run, this.brief):
            left = this.brief.budget.sek - told["planned_sek"], this.brief.budget.co2_kg - told["planned_co2_kg"]
            told.update(_plan_block(connection, workplace, this, block, *left))
        design |= {name: told[name] for name in ("expected_effect", "planned_sek", "planned_co2_kg")}
        connection.execute("UPDATE run SET design = ?::JSON WHERE run = ?", [json.dumps(design), this.run])
        store.keep_evidence(connection, workplace, this.run, [*TABLES, "audience", "run"])


def _keep_priors(connection: duckdb.DuckDBPyConnection, workplace: Workplace) -> None:
    known = {
        name for (name,) in connection.execute("SELECT channel FROM response_belief WHERE segment = 'all'").fetchall()
    }
    for channel in load_channels().values():
        if channel.prior is not None and channel.name not in known:
            connection.execute(
                "INSERT INTO response_belief BY NAME SELECT ? AS channel, 'all' AS segment, ? AS alpha, ? AS beta, "
                "'prior' AS source, now() AS updated_at",
                [channel.name, channel.prior.alpha, channel.prior.beta],
            )
    priors = "SELECT * FROM response_belief WHERE source = 'prior'"
    store.keep_rows(connection, priors, [], workplace.beliefs / "priors.parquet")


def _plan_block(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, this: runs.Run, block: Block, sek: float, co2: float
) -> dict[str, float]:
    brief, believed = this.brief, beliefs.standing(connection)
    list_candidates(connection, workplace, this.run, brief, block)
    cells = read_cells(connection, brief, block, believed)
    whole = limits_of(brief, block, cells, sek, co2)
    offered = _broadcasts(brief, believed) if block.is_public else []
    persons = sum(cell.units * cell.size for cell in cells)
    chosen = best_broadcasts(offered, persons, sek, co2, lambda *left: _value(cells, whole, *left)) if offered else ()
    limits = replace(whole, sek=sek - sum(one.sek for one in chosen), co2_kg=co2 - sum(one.co2_kg for one in chosen))
    try:
        planned = plan_units(cells, limits, brief.exploration if block.is_public else 0.0, this.run)
    except Infeasible:
        raise _refused(this, cells, limits) from None
    quota.assign(connection, this.run, brief, cells, planned)
    quota.leave_out(connection, this.run)
    for wave in block.waves:
        answer = str(workplace.run_folder(this.run, "answers") / f"{wave.name}.parquet")
        slot_values.fill(connection, brief, {"run": this.run, "wave": wave.name, "answer": answer})
    told = _write_plan(connection, workplace, this.run, block, planned, chosen, persons)
    if block.is_public:
        plan_explained.explain(connection, this.run, brief, block, cells, limits, planned)
        explain_lessons(connection, this.run, brief, block, cells, limits, planned.optimum)
    return told


def _broadcasts(brief: Brief, believed: beliefs.Beliefs) -> list[Broadcast]:
    channels = [load_channels()[name] for name in brief.channels if name in load_channels()]
    return [
        Broadcast(
            channel.name, channel.audience_share or 0.0, believed.share(channel.name, "all"), channel.setup_sek,
            channel.setup_co2_kg,
        )
        for channel in channels if channel.is_broadcast
    ]  # fmt: skip


def _value(cells: list[Cell], limits: Limits, sek: float, co2_kg: float) -> float | None:
    """Return what the addressed plan does, in whole units, with these kronor and kilograms.

    None where the floors cannot be kept or, for max-min, where the group reached least would lose by it.
    """
    left = replace(limits, sek=sek, co2_kg=co2_kg)
    try:
        if limits.max_min and Programme(cells, left).highest_level() < Programme(cells, limits).highest_level() - LEVEL:
            return None
        return optimum(cells, left)[2].effect
    except Infeasible:
        return None


def _write_plan(
    connection: duckdb.DuckDBPyConnection,
    workplace: Workplace,
    run: str,
    block: Block,
    planned: PlannedUnits,
    chosen: tuple[Broadcast, ...],
    persons: int,
) -> dict[str, float]:
    """Write one row per wave, segment and channel, and one for each set-up and broadcast channel; returns the sums."""
    language, channels = workplace.language, load_channels()
    rows: list[list[Any]] = []
    for wave, segment, name, count, messages, parts, effect, *silent in connection.execute(
        store.statement("channels/summary")
    ).fetchall():
        channel = channels.get(name)
        sek = parts * channel.unit_cost_sek if channel else 0.0
        co2 = messages * channel.co2_kg if channel else 0.0
        reason = plan_words.reason(language, channel, effect / count, count, *silent)
        rows.append([run, wave, segment, name, count, effect, round(sek, 6), round(co2, 9), reason])
    addressed = sum(row[5] for row in rows)
    everybody = _rows_for_everybody(language, channels[CITY_PAGE], block, planned, chosen, persons, addressed)
    rows += [[run, *row] for row in everybody]
    if rows:
        connection.executemany("INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    sums = [sum(row[place] for row in rows) for place in (5, 6, 7)]
    return dict(zip(("expected_effect", "planned_sek", "planned_co2_kg"), sums, strict=True))


def _rows_for_everybody(
    language: str,
    page: Channel,
    block: Block,
    planned: PlannedUnits,
    chosen: tuple[Broadcast, ...],
    persons: int,
    addressed: float,
) -> list[list[Any]]:
    """Return wave, segment, channel, persons, effect, kronor, kilograms and reason of what addresses nobody."""
    first = block.names[0]
    rows: list[list[Any]] = [
        [first, "all", setup.channel, 0, 0.0, setup.sek, setup.co2_kg, plan_words.setup(language, setup.language)]
        for setup in planned.opened
    ]
    still = persons - addressed
    for one in chosen:
        moved = share_moved([one]) * still
        still -= moved
        rows.append([first, "all", one.channel, 0, moved, one.sek, one.co2_kg, plan_words.broadcast(language, one)])
    if block.is_public:
        reason = plan_words.reason(language, page, 0.0, internal=block.is_internal)
        rows += [[wave, "all", CITY_PAGE, 0, 0.0, 0.0, 0.0, reason] for wave in block.names]
    return rows


def _refused(this: runs.Run, cells: list[Cell], limits: Limits) -> GateRefused:
    taken = {BUDGET: this.brief.budget.sek - limits.sek, CARBON: this.brief.budget.co2_kg - limits.co2_kg}
    message, remedy = plan_words.contradiction(contradiction(cells, limits), this.brief, taken)
    finding = Finding("floors_within_budget", "S4", "B", "campaign.yaml", 0, message, remedy)
    return GateRefused("the demands of the brief contradict each other", [finding], where=this.run)
