"""What the preview says of the channel plan: why each channel got what it got, what limits cost, what others would do.

Only figures that tell nothing of a group below ten: per 1,000 persons, or of the plan as a whole. Where a channel's
count is withheld, so are the sums from which it could be found.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from campaigns.language import translations
from tasks import store
from tasks.pages import filters
from tasks.plan_lessons import lessons_used
from tasks.preview_words import Words
from tasks.report_charts import fairness_chart
from tasks.runs import Run
from tasks.segment_names import SegmentNames

CHARGES = ("budget", "carbon", "capacity", "setup", "equity")
TRIFLE = 0.05
TENTH = 0.1
STEPS = {"budget": (1000.0, 100.0, 10.0, 1.0), "carbon": (1000.0, 100.0, 10.0, 1.0, 0.1, 0.01)}
"""How much more of a ceiling, in SEK or kg, a sentence may tell the worth of."""


@dataclass(frozen=True)
class PlanPage:
    """Rows and sentences of the section, ready to print; lists are empty where there is nothing to tell."""

    rules: list[dict[str, Any]]
    prices: list[str]
    floors: list[dict[str, Any]]
    dearest_floor: str
    fairness: list[dict[str, Any]]
    chart: str
    choices: list[dict[str, Any]]
    charges: list[str]
    lessons: list[str]

    @property
    def is_the_only_way(self) -> bool:
        """Whether every way to plan comes out the same, as where one channel alone is possible."""
        figures = ("effect", "cost_sek", "co2_kg", "lowest_reach")
        ways = {tuple(round(row[name], 6) for name in figures) for row in self.rules}
        return len(self.rules) > 1 and len(ways) == 1


def plan_page(connection: duckdb.DuckDBPyConnection, this: Run, language: str, words: Words) -> PlanPage:
    """Return the section of one run from the tables that explain its plan, read from the snapshot."""
    tables = {name: _rows(connection, name, this.run) for name in ("rule", "price", "floor", "fairness", "choice")}
    names = SegmentNames(language, this.brief.labels)
    floors = [{**row, "name": floor_name(row["floor_group"], names)} for row in tables["floor"]]
    charges = [name for name in CHARGES if any(abs(row[_column(name)]) > TRIFLE for row in tables["choice"])]
    return PlanPage(
        rules=sorted(tables["rule"], key=lambda row: (row["rule"] != "optimum", -row["effect"])),
        prices=[_price(row, language, words) for row in tables["price"]],
        floors=floors,
        dearest_floor=_dearest(floors, language),
        fairness=_fairness(tables["fairness"]),
        chart=_chart(tables["fairness"], language),
        choices=[_choice(row, charges, names, words) for row in tables["choice"]],
        charges=charges,
        lessons=lessons_used(connection, this.run, language),
    )


def floor_name(group: str, names: SegmentNames) -> str:
    """Return a floor's group, ``column=value``, in words."""
    return names.value(group.split("=", 1)[1])


def _rows(connection: duckdb.DuckDBPyConnection, table: str, run: str) -> list[dict[str, Any]]:
    found = connection.execute(store.statement(f"previews/plan_{table}"), {"run": run})
    columns = [name for name, *_ in found.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def _column(charge: str) -> str:
    return f"{charge}_credit" if charge == "equity" else f"{charge}_charge"


def _price(row: Mapping[str, Any], language: str, words: Words) -> str:
    _, written = translations(language).gettext, filters(language)
    kind, _wave, channel = [*row["ceiling"].split(":"), "", ""][:3]
    if row["gain"] <= 0:
        return {
            "budget": _("More money would not make more people act: the plan needs no more than it has."),
            "carbon": _("The ceiling for carbon dioxide does not hold the plan back."),
        }.get(kind, "")
    step = _telling_step(row, kind)
    if kind in STEPS and step is None:
        return {
            "budget": _("A little more money would hardly make anybody more act."),
            "carbon": _("A little more carbon dioxide would hardly make anybody more act."),
        }[kind]
    told = _step_told(row, step or 1.0, written)
    if kind == "budget":
        return _(
            "{step} SEK more would make about {gain} more people act. That holds from {low} to {high} SEK."
        ).format(**told)
    if kind == "carbon":
        return _(
            "{step} kg more carbon dioxide would make about {gain} more people act. That holds from {low} to {high} kg."
        ).format(**told)
    return _("{channel} is full: room for 1,000 more messages would make about {gain} more people act.").format(
        channel=words.channel(channel), gain=written["number"](row["gain"] * 1000, 1)
    )


def _telling_step(row: Mapping[str, Any], kind: str) -> float | None:
    """Return the largest step up that the price holds for, where it makes a difference; None where none does."""
    step = next((size for size in STEPS.get(kind, ()) if row["amount"] + size <= row["high"]), 0.0)
    return step if row["gain"] * step >= TRIFLE else None


def _step_told(row: Mapping[str, Any], step: float, written: Mapping[str, Any]) -> dict[str, str]:
    """Return a step, what it gains and from where to where that holds, with decimals enough to tell those apart."""
    decimals = 0 if step >= 1 else 1 if step >= TENTH else 2
    gain = row["gain"] * step
    return {
        "step": written["number"](step, decimals),
        "gain": written["number"](gain, 1),
        "low": written["number"](row["low"], decimals),
        "high": written["number"](row["high"], decimals),
    }


def _dearest(floors: list[dict[str, Any]], language: str) -> str:
    _, written = translations(language).gettext, filters(language)
    asked = [row for row in floors if row["addressable"] != 0]
    dearest = max(asked, key=lambda row: (row["cost"], row["floor_group"]), default=None)
    if dearest is None:
        return ""
    if dearest["cost"] < TRIFLE:
        return _("No floor costs anything: the plan would reach these groups anyway.")
    return _(
        "The floor that costs most is the one for “{group}”: without it about {cost} more people would act."
    ).format(group=dearest["name"], cost=written["number"](dearest["cost"], 1))


def _fairness(levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    whole = next((level["effect"] for level in levels if level["share"] == 0 and level["effect"]), None)
    return [
        {**level, "lost": 1 - level["effect"] / whole if whole and level["effect"] is not None else None}
        for level in levels
    ]


def _chart(levels: list[dict[str, Any]], language: str) -> str:
    _ = translations(language).gettext
    points = [(level["share"], level["effect"]) for level in levels if level["effect"] is not None]
    if len(points) < 2:
        return ""
    return fairness_chart(
        points,
        {"share": _("Every group is reached to at least, per cent"), "effect": _("Expected to act")},
        _("The price of fairness"),
        _("How many are expected to act, by the share that every group must be reached to. The table has the figures."),
        filters(language)["number"],
    )


def _choice(row: Mapping[str, Any], charges: list[str], names: SegmentNames, words: Words) -> dict[str, Any]:
    return {
        "segment": names.name(row["segment"]),
        "sequence": words.sequence(row["sequence"]),
        "effect": row["effect"],
        "charges": [row[_column(name)] for name in charges],
        "net": row["net"],
        "second": words.sequence(row["second"]),
        "behind": row["net"] - row["second_net"],
    }
