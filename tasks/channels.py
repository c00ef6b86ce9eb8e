"""Which channel each person gets: the best plan within budget, carbon dioxide and fairness, told person by person.

Admission is per person: a channel needs a usable address of its kind, and printed matter goes only where no digital
channel of the brief reaches (P4f). Costs count letters per household. The city's web page stands in every plan (P4e).
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from campaigns.brief import Brief
from campaigns.channels import Channel, load_channels
from campaigns.errors import BriefInvalid, CheckFailed, Finding, GateRefused
from tasks import contact_plan, plan_words, runs, slot_values, store
from tasks.contact_plan import Cell, FloorsTooHigh, Limits, Option
from tasks.workplace import Workplace

TABLES = ("plan", "assignment", "message_slot")
CITY_PAGE = "web"


def plan_channels(workplace: Workplace, run: str) -> None:
    """Fill ``plan``, ``assignment`` and ``message_slot``, wave by wave within one budget, and say who is left out.

    Raises GateRefused where the floors cannot be kept within the budget, with what they would need.
    """
    with store.writing(workplace) as connection:
        this = runs.load_within(connection, run)
        _forget(connection, this.run)
        _keep_priors(connection, workplace)
        left = Limits(this.brief.budget.sek, this.brief.budget.co2_kg, {})
        design: dict[str, Any] = {**this.design, "expected_effect": 0.0, "planned_sek": 0.0, "planned_co2_kg": 0.0}
        for wave in sorted(this.brief.waves, key=lambda wave: wave.start):
            told = _plan_wave(connection, workplace, this, wave.name, left)
            left = Limits(left.sek - told["planned_sek"], left.co2_kg - told["planned_co2_kg"], {})
            design |= {name: design[name] + told[name] for name in ("expected_effect", "planned_sek", "planned_co2_kg")}
            design |= {name: told[name] for name in ("floors", "effect_of_one_more_krona") if name in told}
        connection.execute("UPDATE run SET design = ?::JSON WHERE run = ?", [json.dumps(design), this.run])
        store.keep_evidence(connection, workplace, this.run, [*TABLES, "audience", "run"])


def admitted(reach: str, channels: Sequence[Channel]) -> list[Channel]:
    """Return the channels that a person with these kinds of address (joined by plus signs) may get."""
    usable = [channel for channel in channels if channel.address_kind in reach.split("+")]
    digital = [channel for channel in usable if channel.digital]
    return digital or usable


def _forget(connection: duckdb.DuckDBPyConnection, run: str) -> None:
    store.replace_rows(connection, run, TABLES)
    connection.execute(
        "UPDATE audience SET excluded_reason = NULL "
        "WHERE run = ? AND excluded_reason IN ('unreachable', 'over_budget')",
        [run],
    )


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


def _plan_wave(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, this: runs.Run, wave: str, left: Limits
) -> dict[str, Any]:
    where = {"run": this.run, "wave": wave}
    answer = workplace.run_folder(this.run, "answers") / f"{wave}.parquet"
    if not answer.exists():
        raise CheckFailed(
            "the audience has not been selected here", where=str(answer), remedy="run `budkavle prepare`."
        )
    public = _is_public(connection, this.run, wave)
    floors = {floor.group: floor.reach for floor in this.brief.floors} if public else {}
    _list_candidates(connection, this.brief, floors, where | {"answer": str(answer)})
    cells = _cells(connection, this.brief, _beliefs(connection))
    try:
        plan = contact_plan.solve(cells, Limits(left.sek, left.co2_kg, floors))
    except FloorsTooHigh as needs:
        raise _refused(this, left, needs) from None
    _fill_quota(connection, cells, plan.units)
    connection.execute(store.statement("channels/assign"), where)
    connection.execute(store.statement("channels/leave_out"), where)
    slot_values.fill(connection, this.brief, where | {"answer": str(answer)})
    told = _write_plan(connection, workplace, this.run, wave, public=public)
    if public:
        reached = connection.execute(store.statement("channels/floors"), where).fetchall()
        told["floors"] = {group: {"addressable": people, "reached": got} for group, people, got in reached}
        told["effect_of_one_more_krona"] = plan.price_of_a_krona
    return told


def _is_public(connection: duckdb.DuckDBPyConnection, run: str, wave: str) -> bool:
    query = "SELECT 1 FROM audience WHERE run = ? AND wave = ? AND kind <> 'employees' LIMIT 1"
    return connection.execute(query, [run, wave]).fetchone() is not None


def _list_candidates(
    connection: duckdb.DuckDBPyConnection, brief: Brief, floors: Mapping[str, float], values: dict[str, Any]
) -> None:
    channels = [load_channels()[name] for name in brief.channels if name in load_channels()]
    kinds = sorted({channel.address_kind for channel in channels if channel.address_kind})
    connection.execute(store.statement("audience/reach"), {"address_kinds": kinds})
    connection.execute("CREATE OR REPLACE TEMP TABLE admission (reach VARCHAR, options VARCHAR, by_household BOOLEAN)")
    for (reach,) in connection.execute("SELECT DISTINCT reach FROM reach ORDER BY reach").fetchall():
        options = admitted(reach, channels)
        by_household = any(channel.per_household for channel in options)
        names = "+".join(channel.name for channel in options)
        connection.execute("INSERT INTO admission VALUES (?, ?, ?)", [reach, names, by_household])
    groups = [dict(zip(("column", "value"), name.split("=", 1), strict=True), name=name) for name in floors]
    _refuse_unknown_groups(connection, groups, values)
    store.run_each(connection, "channels/candidates", values | {"floors": groups})


def _refuse_unknown_groups(
    connection: duckdb.DuckDBPyConnection, groups: Sequence[Mapping[str, str]], values: Mapping[str, Any]
) -> None:
    query = "SELECT map_keys(traits) FROM read_parquet(?) LIMIT 1"
    row = connection.execute(query, [values["answer"]]).fetchone()
    known = {"language", *row[0]} if row else {group["column"] for group in groups}
    findings = [
        Finding(
            "floor", "S4", "B", "campaign.yaml", 0, f"floors: the audience query gives no column {group['column']}",
            f"name one of {', '.join(sorted(known))}, or add the column to the query.",
        )
        for group in groups if group["column"] not in known
    ]  # fmt: skip
    if findings:
        raise BriefInvalid("a floor is about a group that nobody can tell", findings, where=values["wave"])


def _beliefs(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], float]:
    rows = connection.execute(store.statement("channels/beliefs")).fetchall()
    return {(channel, segment): share for channel, segment, share in rows}


def _share(beliefs: Mapping[tuple[str, str], float], channel: str, segment: str) -> float:
    return beliefs.get((channel, segment), beliefs.get((channel, "all"), 0.0))


def _cells(connection: duckdb.DuckDBPyConnection, brief: Brief, beliefs: Mapping[tuple[str, str], float]) -> list[Cell]:
    cells = []
    for cell, segment, names, size, groups, units in connection.execute(store.statement("channels/cells")).fetchall():
        options = []
        for channel in (load_channels()[name] for name in names.split("+") if name):
            messages = 1 if channel.per_household else size
            effect = size * _share(beliefs, channel.name, segment)
            options.append(Option(channel.name, effect, messages * channel.unit_cost_sek, messages * channel.co2_kg))
        cells.append(Cell(cell, units, size, Counter(groups), tuple(options)))
    return cells


def _fill_quota(
    connection: duckdb.DuckDBPyConnection, cells: Sequence[Cell], units: Mapping[tuple[str, str], int]
) -> None:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE quota "
        "(cell VARCHAR, channel VARCHAR, per_household BOOLEAN, first_rank BIGINT, last_rank BIGINT)"
    )
    rows: list[list[Any]] = []
    for cell in cells:
        last = 0
        for option in cell.options:
            n = units.get((cell.name, option.channel), 0)
            per_household = load_channels()[option.channel].per_household
            rows.append([cell.name, option.channel, per_household, last + 1, last + n])
            last += n
    if rows:
        connection.executemany("INSERT INTO quota VALUES (?, ?, ?, ?, ?)", rows)


def _write_plan(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str, wave: str, *, public: bool
) -> dict[str, Any]:
    beliefs, told = _beliefs(connection), Counter[str]()
    rows: list[list[Any]] = []
    summary = connection.execute(store.statement("channels/summary"), {"run": run, "wave": wave}).fetchall()
    for segment, name, persons, messages, unreachable in summary:
        channel = load_channels().get(name)
        effect = persons * _share(beliefs, name, segment)
        sek = messages * channel.unit_cost_sek if channel else 0.0
        co2 = messages * channel.co2_kg if channel else 0.0
        reason = plan_words.reason(workplace.language, channel, effect / persons, persons, unreachable)
        rows.append([run, wave, segment, name, persons, effect, round(sek, 6), round(co2, 9), reason])
        told.update({"expected_effect": effect, "planned_sek": sek, "planned_co2_kg": co2})
    if public:
        reason = plan_words.reason(workplace.language, load_channels()[CITY_PAGE], 0.0, 0, 0)
        rows.append([run, wave, "all", CITY_PAGE, 0, 0.0, 0.0, 0.0, reason])
    if rows:
        connection.executemany("INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return {name: told[name] for name in ("expected_effect", "planned_sek", "planned_co2_kg")}


def _refused(this: runs.Run, left: Limits, needs: FloorsTooHigh) -> GateRefused:
    message = (
        f"the floors need at least {needs.sek:,.0f} kr and {needs.co2_kg:,.1f} kg; "
        f"there are {left.sek:,.0f} kr and {left.co2_kg:,.1f} kg left for this wave"
    )
    remedy = "raise `budget`, lower a `reach` under `floors`, or add a cheaper channel."
    finding = Finding("floors_within_budget", "S4", "B", "campaign.yaml", 0, message, remedy)
    return GateRefused("the plan cannot keep the floors within the budget", [finding], where=this.run)
