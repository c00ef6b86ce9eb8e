"""The tables of a report that count persons, messages, kronor and kilograms; small groups are hidden in each."""

from collections.abc import Collection
from typing import Any

from markupsafe import Markup

from campaigns.language import translations
from tasks import report_charts
from tasks.disclosure import ReachRow, reach_rows
from tasks.segment_names import NONE, Labels, SegmentNames

DIMENSIONS = ("life_situation", "need", "language", "district")
FEWEST_MESSAGES = 10
Row = dict[str, Any]


def shown_messages(sent: list[Row], untold: Collection[str] = ()) -> list[Row]:
    """Return the channels with None for counts that are few, or that tell how few were not accepted.

    ``untold`` are channels whose count would tell a small group beside what other pages show.
    """
    nothing = {"planned": None, "accepted": None}
    shown = [row if row["channel"] == "web" else {**row, **counts(row)} for row in sent]
    return [{**row, **nothing} if row["channel"] in untold else row for row in shown]


def counts(row: Row) -> dict[str, int | None]:
    """Return the planned and accepted messages of a channel as they may be shown."""
    planned, accepted = row["planned"], row["accepted"]
    few = any(0 < count < FEWEST_MESSAGES for count in (planned, accepted, planned - accepted))
    return {"planned": None if 0 < planned < FEWEST_MESSAGES else planned, "accepted": None if few else accepted}


def costs(
    sent: list[Row], untold: Collection[str] = (), at_most: tuple[float, float] | None = None
) -> dict[str, float]:
    """Return the sums of all channels; ``withheld`` where what was accepted would tell how few were not.

    ``at_most``: kronor and kilograms that the preview tells instead of what is planned; ``bounded`` where it does.
    """
    names = ("planned_sek", "accepted_sek", "planned_kg", "accepted_kg")
    sums = {name: sum(row[name] for row in sent) for name in names}
    most_sek, most_kg = at_most or (sums["planned_sek"], sums["planned_kg"])
    return sums | {
        "most_sek": most_sek,
        "most_kg": most_kg,
        "bounded": at_most is not None,
        "withheld": at_most is not None or any(row["accepted"] is None for row in shown_messages(sent, untold)),
    }


def channel_name(language: str, channel: str, *, internal: bool = False) -> str:
    """Return a channel's name, or that of several joined by +."""
    _ = translations(language).gettext
    names = {"email": _("E-mail"), "letter": _("Letter"), "web": _("The city's web page"), "sms": _("Text message")}
    names |= {"social": _("Social media"), "posters": _("Posters")}
    if internal:
        names["web"] = _("The page of the intranet")
    first, *others = [names.get(name, name) for name in channel.split("+")]
    return _(" and ").join([first, *(name.lower() for name in others)])


def everybody(reach: list[tuple[Any, ...]]) -> ReachRow:
    """Return how many were reached and missed in all, None where that may not be shown."""
    cells = [(reached, missed) for dimension, _value, reached, missed in reach if dimension == "everybody"]
    return reach_rows(cells)[0] if cells else ReachRow()


def captions(language: str) -> dict[str, str]:
    """Return the caption of every dimension."""
    _ = translations(language).gettext
    return {
        "life_situation": _("By life situation"),
        "need": _("By need"),
        "language": _("By language of the message"),
        "district": _("By district"),
    }


def group_name(language: str, dimension: str, group: str, labels: Labels = NONE) -> str:
    """Return a group of a dimension in words."""
    return group if dimension == "district" else SegmentNames(language, labels).value(group)


def reach_tables(
    language: str, reach: list[tuple[Any, ...]], own: Labels = NONE, untold: Collection[tuple[str, str]] = ()
) -> list[Row]:
    """Return one table per dimension of which several groups are known and some shown: caption, rows and a chart.

    ``untold`` are the dimensions and groups whose persons the audience page hides.
    """
    tables, titles = [], captions(language)
    for dimension in DIMENSIONS:
        groups = [row for row in reach if row[0] == dimension]
        apart = [number for number, row in enumerate(groups) if (dimension, row[1]) in untold]
        shown = reach_rows([(reached, missed) for *_start, reached, missed in groups], apart)
        labels = [group_name(language, dimension, str(row[1]), own) for row in groups]
        rows = sorted(zip(labels, shown, strict=True), key=lambda row: (-(row[1].persons or 0), row[0]))
        if len(rows) > 1 and any(row.persons is not None for _label, row in rows):
            chart = _chart(language, dimension, titles[dimension], rows)
            tables.append({"caption": titles[dimension], "rows": rows, "chart": chart})
    return tables


def _chart(language: str, dimension: str, caption: str, rows: list[tuple[str, ReachRow]]) -> Markup | None:
    _ = translations(language).gettext
    bars = [(label, row.reached / row.persons) for label, row in rows if row.persons and row.reached is not None]
    if len(bars) < 2:
        return None
    title = _("Share reached. %(caption)s") % {"caption": caption}
    return Markup(
        report_charts.reach_chart(
            bars, _("Per cent reached"), f"reach-{dimension}", title, _("The table beside holds the same figures.")
        )
    )
