"""The page of a follow-up: static, without a script, for a screen of any width and for paper."""

from pathlib import Path
from typing import Any

from markupsafe import Markup

from campaigns.period import Period
from tasks import report_charts
from tasks.follow_up_words import BADGES, DIMENSIONS, FollowUpWords
from tasks.pages import page_environment, write_page

Rows = list[dict[str, Any]]
FEWEST_BARS = 2


def write_follow_up_page(
    path: Path, period: Period, tables: dict[str, Rows], words: FollowUpWords, written_in: str
) -> Path:
    """Write the page and return its path; ``written_in`` is the language that the campaigns' people write in."""
    template = page_environment(words.language).get_template("follow_up.html.j2")
    campaigns, bodies = tables["campaigns"], tables["bodies"]
    text = template.render(
        period=period,
        words=words,
        badges=BADGES,
        tables=tables,
        lead=list(words.summary(period, tables)),
        by_goal={row["goal"]: [each for each in campaigns if each["goal"] == row["goal"]] for row in tables["goals"]},
        committees=[row for row in bodies if row["kind"] == "committee"],
        companies=[row for row in bodies if row["kind"] == "company"],
        unknown=[row for row in bodies if row["kind"] == "unknown"],
        untold=sum(row["untold"] for row in tables["costs"]),
        overdue_looks=[row for row in campaigns if row["looks_overdue"]],
        overdue_feedback=[row for row in tables["feedback"] if row["standing"] == "overdue"],
        everybody=next((row for row in tables["group_reach"] if row["dimension"] == "everybody"), None),
        groups=_groups(tables["group_reach"], words),
        lessons=_by_campaign(tables["lessons"]),
        written_in=written_in,
    )
    return write_page(path, text)


def _groups(reach: Rows, words: FollowUpWords) -> list[dict[str, Any]]:
    """Return one table per dimension of which several groups are known and some may be shown, with a chart."""
    tables = []
    for dimension in DIMENSIONS:
        rows = [(words.group(dimension, row["value"]), row) for row in reach if row["dimension"] == dimension]
        if len(rows) < FEWEST_BARS or not any(row["persons"] for _, row in rows):
            continue
        rows.sort(key=lambda pair: pair[1]["value"] if dimension == "age" else (-(pair[1]["persons"] or 0), pair[0]))
        tables.append({"name": dimension, "caption": words.dimension(dimension), "rows": rows,
                       "chart": _chart(dimension, rows, words)})  # fmt: skip
    return tables


def _chart(dimension: str, rows: list[tuple[str, dict[str, Any]]], words: FollowUpWords) -> Markup | None:
    _ = words.say
    bars = [(label, row["reached"] / row["persons"]) for label, row in rows if row["persons"]]
    if len(bars) < FEWEST_BARS:
        return None
    title = _("Share reached. %(caption)s") % {"caption": words.dimension(dimension)}
    text = _("The table beside holds the same figures.")
    return Markup(report_charts.reach_chart(bars, _("Per cent reached"), f"reach-{dimension}", title, text))


def _by_campaign(lessons: Rows) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in lessons:
        found.setdefault(row["title"], []).append(row["lesson"])
    return found
