"""From rows to the programme: the cells of a block of waves, and the limits that the brief sets them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from campaigns.brief import Brief, Wave
from campaigns.channels import load_channels
from campaigns.errors import BriefInvalid, CheckFailed, Finding
from campaigns.sendings import sendings
from tasks import message_parts, slot_values, store
from tasks.admission import addressed_channels, admissions, shares_letters
from tasks.beliefs import Beliefs
from tasks.contact_plan import Cell, Limits, Option, Setup
from tasks.workplace import Workplace

DERIVED_COLUMNS = ("language", "easy_read")
RECIPIENTS = (
    "SELECT person_key FROM audience SEMI JOIN (FROM contact_point WHERE address_kind IN ({})) AS point "
    "ON audience.kind = point.kind AND audience.person_key = point.person_key "
    "WHERE run = $run AND wave = $wave AND excluded_reason IS NULL AND arm IS DISTINCT FROM 'holdout'"
)


@dataclass(frozen=True)
class Block:
    """Waves that are planned together, in order: all to the public, or one to the employees.

    ``is_public`` tells those whom the campaign is for; in a campaign to the employees alone, ``is_internal``, that is
    they.
    """

    waves: tuple[Wave, ...]
    is_public: bool
    is_internal: bool = False

    @property
    def names(self) -> list[str]:
        """Return the names of the waves."""
        return [wave.name for wave in self.waves]


def blocks(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief) -> list[Block]:
    """Return what is planned, in order: each wave to the employees by itself, then those to the public together."""
    query = "SELECT DISTINCT wave FROM audience WHERE run = ? AND kind <> 'employees'"
    to_public = {wave for (wave,) in connection.execute(query, [run]).fetchall()}
    ordered = sorted(brief.waves, key=lambda wave: wave.start)
    if brief.is_internal:
        return [Block(tuple(ordered), is_public=True, is_internal=True)]
    public = tuple(wave for wave in ordered if wave.name in to_public)
    staff = [Block((wave,), is_public=False) for wave in ordered if wave.name not in to_public]
    return [*staff, *([Block(public, is_public=True)] if public else [])]


def list_admissions(connection: duckdb.DuckDBPyConnection, brief: Brief) -> None:
    """Write the temporary tables reach and admission: who can be reached how, and may get what, in any wave."""
    channels = addressed_channels(brief)
    kinds = sorted({channel.address_kind for channel in channels if channel.address_kind})
    connection.execute(store.statement("audience/reach"), {"address_kinds": kinds})
    reaches = [reach for (reach,) in connection.execute("SELECT DISTINCT reach FROM reach ORDER BY reach").fetchall()]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE admission (reach VARCHAR, language VARCHAR, easy_read BOOLEAN, "
        "options VARCHAR, by_household BOOLEAN, fallback VARCHAR[])"
    )
    if rows := [[*row[:5], list(row.fallback)] for row in admissions(brief, reaches)]:
        connection.executemany("INSERT INTO admission VALUES (?, ?, ?, ?, ?, ?)", rows)


def list_candidates(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str, brief: Brief, block: Block
) -> None:
    """Write the temporary tables candidate, person_cell, cell and ranked_unit of a block's waves.

    Reads those of :func:`list_admissions` and :func:`tasks.message_parts.list_texts`.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE candidate (wave VARCHAR, position INTEGER, person_key VARCHAR, "
        "household_key VARCHAR, segment VARCHAR, language VARCHAR, contacts INTEGER, options VARCHAR, "
        "parts MAP(VARCHAR, INTEGER), fallback VARCHAR[], by_household BOOLEAN, floor_groups VARCHAR[])"
    )
    groups = _floor_groups(brief) if block.is_public else []
    for position, wave in enumerate(block.waves):
        answer = _answer(workplace, run, wave)
        _refuse_unknown_groups(connection, groups, answer, wave)
        values = {"run": run, "wave": wave.name, "position": position, "answer": answer, "floors": groups}
        values["most_contacts"] = len(block.waves)
        _count_parts(connection, brief, {"run": run, "wave": wave.name, "answer": answer})
        connection.execute(store.statement("channels/wave_candidates"), values)
    store.run_each(connection, "channels/cells", {"run": run})


def _count_parts(connection: duckdb.DuckDBPyConnection, brief: Brief, values: dict[str, Any]) -> None:
    """Write the temporary table counted_part for those of a wave who may get a message that is priced per part."""
    kinds = sorted({str(channel.address_kind) for channel in addressed_channels(brief) if channel.per_part})
    if kinds:
        slot_values.gather(connection, brief, values, RECIPIENTS.format(", ".join(f"'{kind}'" for kind in kinds)))
        message_parts.count_audience(connection, {name: values[name] for name in ("run", "wave")})
    else:
        message_parts.count_nothing(connection)


def read_cells(connection: duckdb.DuckDBPyConnection, brief: Brief, block: Block, beliefs: Beliefs) -> list[Cell]:
    """Return the cells of the listed candidates, with what each channel is believed to do for their segment."""
    rows = connection.execute(
        "SELECT cell, units, size, segment, language, contacts, options, floor_groups FROM cell ORDER BY cell"
    ).fetchall()
    return [_cell(brief, len(block.waves), beliefs, *row) for row in rows]


def limits_of(brief: Brief, block: Block, cells: Sequence[Cell], sek: float, co2_kg: float) -> Limits:
    """Return the limits of a block, given the kronor and kilograms that are left for it."""
    floors = {floor.group: floor.reach for floor in brief.floors} if block.is_public else {}
    return Limits(
        sek=sek,
        co2_kg=co2_kg,
        floors=floors,
        capacity=_capacity(brief, block, cells),
        setups=_setups(brief, cells),
        max_min=block.is_public and brief.fairness == "max_min" and bool(floors),
    )


def _answer(workplace: Workplace, run: str, wave: Wave) -> str:
    answer = workplace.run_folder(run, "answers") / f"{wave.name}.parquet"
    if not answer.exists():
        raise CheckFailed(
            "the audience has not been selected here", where=str(answer), remedy="run `budkavle prepare`."
        )
    return str(answer)


def _floor_groups(brief: Brief) -> list[dict[str, str]]:
    names = [floor.group for floor in brief.floors]
    return [dict(zip(("column", "value"), name.split("=", 1), strict=True), name=name) for name in names]


def _refuse_unknown_groups(
    connection: duckdb.DuckDBPyConnection, groups: Sequence[Mapping[str, str]], answer: str, wave: Wave
) -> None:
    row = connection.execute("SELECT map_keys(traits) FROM read_parquet(?) LIMIT 1", [answer]).fetchone()
    known = {*DERIVED_COLUMNS, *row[0]} if row else {group["column"] for group in groups}
    findings = [
        Finding(
            "floor", "S4", "B", "campaign.yaml", 0, f"floors: the audience query gives no column {group['column']}",
            f"name one of {', '.join(sorted(known))}, or add the column to the query.",
        )
        for group in groups if group["column"] not in known
    ]  # fmt: skip
    if findings:
        raise BriefInvalid("a floor is about a group that nobody can tell", findings, where=wave.name)


def _cell(
    brief: Brief,
    waves: int,
    beliefs: Beliefs,
    name: str,
    units: int,
    size: int,
    segment: str,
    language: str,
    contacts: int,
    options: str,
    floor_groups: Sequence[str],
) -> Cell:
    by_position = dict(part.split("=", 1) for part in options.split("|"))
    offered = tuple(
        tuple(
            _option(channel, brief, segment, size, beliefs)
            for channel in by_position.get(str(position), "").split("+") if channel
        )
        for position in range(waves)
    )  # fmt: skip
    return Cell(name, units, size, Counter(floor_groups), offered, min(contacts, waves), language)


def _option(offered: str, brief: Brief, segment: str, size: int, beliefs: Beliefs) -> Option:
    """Return one channel of the candidates' options, such as ``sms*2``, with what it costs the unit."""
    name, _, parts = offered.partition("*")
    channel = load_channels()[name]
    messages = 1 if shares_letters(channel, brief) else size
    sek = messages * int(parts or 1) * channel.unit_cost_sek
    return Option(name, beliefs.share(name, segment), sek, messages * channel.co2_kg, messages)


def _capacity(brief: Brief, block: Block, cells: Sequence[Cell]) -> dict[tuple[int, str], float]:
    """Return how many messages a channel takes in the days until the next sending, or until the message is not true.

    Only where the block could want more than that.
    """
    capacity = {}
    for position, days in enumerate(_days_of(brief, block)):
        for channel in addressed_channels(brief):
            wanted = sum(
                cell.units * option.messages
                for cell in cells for option in cell.waves[position] if option.channel == channel.name
            )  # fmt: skip
            if channel.capacity_per_day is not None and channel.capacity_per_day * days < wanted:
                capacity[position, channel.name] = float(channel.capacity_per_day * days)
    return capacity


def _days_of(brief: Brief, block: Block) -> list[float]:
    """Return for how many days each wave is sent; where a part is sent later, as many as the busier sending leaves."""
    sent = sorted((each for each in sendings(brief) if each.wave in block.names), key=lambda each: each.start)
    ends = [*(each.start for each in sent[1:]), brief.schedule.valid_until]
    days: dict[str, list[float]] = {}
    for each, end in zip(sent, ends, strict=True):
        share = brief.holdout.share if each.is_later else 1 - brief.holdout.share
        whole = max((end - each.start).days, 1)
        days.setdefault(each.wave, []).append(whole / share if brief.holdout.later else whole)
    return [min(days[name]) for name in block.names]


def _setups(brief: Brief, cells: Sequence[Cell]) -> list[Setup]:
    languages = sorted({cell.language for cell in cells})
    setups = []
    for channel in addressed_channels(brief):
        setups.append(Setup(channel.name, None, channel.setup_sek, channel.setup_co2_kg))
        setups += [Setup(channel.name, language, channel.translation_sek, 0.0) for language in languages]
    return [setup for setup in setups if setup.sek or setup.co2_kg]
