"""What a report says of effects: charts with dots and intervals, who gained, channels, measures, and the method."""

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

from markupsafe import Markup

from campaigns.language import translations
from tasks import report_charts
from tasks.disclosure import SMALLEST_CELL
from tasks.pages import filters
from tasks.plain_words import PlainWords
from tasks.report_tables import DIMENSIONS, captions, channel_name, group_name
from tasks.segment_names import NONE, Labels, SegmentNames
from tasks.told_effects import SHOWN

Found = Mapping[str, Any]
FIGURES = ("effect", "standard_error")
TRIFLE = 1e-9


def effect_chart(language: str, words: PlainWords, found: Found) -> Markup | None:
    """Draw the effect against no difference, and what the target needed where that is told; None without an effect."""
    treated = found["arms"][0]
    if treated["effect"] is None:
        return None
    _, number = translations(language).gettext, filters(language)["number"]
    scale = 100 if found["share"] else 1
    low, estimate, high = (scale * treated[name] for name in ("ci_low", "effect", "ci_high"))
    needed = needed_effect(found)
    labels = {
        "estimate": number(estimate, 0 if high - low >= 3 else 1),
        "zero": _("no difference"),
        "needed": _("needed for the target"),
        "axis": _axis(language, words, found),
    }
    text = words.of_arm(treated)
    drawn = report_charts.effect_chart(
        (low, estimate, high),
        None if needed is None else scale * needed,
        labels,
        _("The effect and how sure it is"),
        text,
        number,
    )
    return Markup(drawn)


def needed_effect(found: Found) -> float | None:
    """Return the effect that the target needed, from the control group's level to the target, in the outcome's unit.

    None where that level is not shown, for the difference would tell it, and where the control group needed no effect.
    """
    arms, objective = found["arms"], found["objective"]
    hidden = found["share"] and any(arm.get("few") for arm in arms)
    if hidden or arms[1]["level"] is None or arms[1]["observed_households"] < SMALLEST_CELL:
        return None
    needed = float(objective["target"] - arms[1]["level"])
    rises = objective["target"] >= objective["baseline"]
    return needed if (needed > 0) is rises and needed else None


def group_tables(language: str, words: PlainWords, found: Found, labels: Labels = NONE) -> list[dict[str, Any]]:
    """Return one part per dimension of which two groups are shown: sentence, chart, and rows of name and figures."""
    tables, titles = [], captions(language)
    for equity in sorted(found["equity"], key=lambda each: DIMENSIONS.index(each["dimension"])):
        dimension = equity["dimension"]
        rows = [row for row in found["groups"] if row["dimension"] == dimension]
        named = [(group_name(language, dimension, row["group"], labels), row) for row in rows]
        named.sort(key=_largest_first)
        tables.append(
            {
                "caption": titles[dimension],
                "sentence": _equity(language, equity, rows, labels),
                "rows": named,
                "chart": _intervals(language, words, found, f"gain-{dimension}", titles[dimension], named),
            }
        )
    return tables


def channel_rows(language: str, found: Found) -> list[dict[str, Any]]:
    """Return what each set of channels did for everybody, the best first by the shrunken effect."""
    rows = [row for row in found["channels"] if row["segment"] == "all"]
    named = [{**row, "name": channel_name(language, row["channels"])} for row in rows]
    return sorted(named, key=lambda row: _largest_first((row["name"], row)))


def _largest_first(named: tuple[str, Found]) -> tuple[float, str]:
    """Return where a row comes: what is not told last, and what is told alike by name."""
    name, row = named
    return (math.inf if row["shrunken"] is None else -row["shrunken"]), name


def channel_chart(language: str, words: PlainWords, found: Found) -> Markup | None:
    """Draw what each set of channels did."""
    _ = translations(language).gettext
    named = [(row["name"], row) for row in channel_rows(language, found)]
    return _intervals(language, words, found, "channels", _("Effect by channel"), named)


def method_rows(language: str, words: PlainWords, found: Found) -> list[tuple[str, str]]:
    """Return what an analyst asks of the estimate, as names and values."""
    _ = translations(language).gettext
    claim = found["claim"].replace("_", " ")
    rows = [(_("Claim"), _(claim))]
    if found["arms"][0]["effect"] is None:
        return rows
    if found["arms"][0].get("step"):
        return rows + _coarse_rows(language, words, found)
    return rows + _effect_rows(language, words, found) + _design_rows(language, words, found)


def _coarse_rows(language: str, words: PlainWords, found: Found) -> list[tuple[str, str]]:
    """Return what is told where few acted: the effect in steps, on which side of 0.05 p lies, and the draw."""
    _, treated = translations(language).gettext, found["arms"][0]
    level = filters(language)["number"](SHOWN, 2)
    p = f"< {level}" if treated["p"] < SHOWN + TRIFLE else f"≥ {level}"
    return [
        (_("Effect, rounded because fewer than ten acted, or did not"), words.difference(treated["effect"])),
        ("p", p),
        (_("Sizes of the arms as drawn: p"), _chance(language, found["sample_ratio_p"])),
    ]


def _effect_rows(language: str, words: PlainWords, found: Found) -> list[tuple[str, str]]:
    _, chance, treated = translations(language).gettext, partial(_chance, language), found["arms"][0]
    complier = treated["complier_effect"]
    reached = words.difference(complier["effect"]) if complier else "–"
    look, anytime = (words.interval(treated[f"{name}_low"], treated[f"{name}_high"]) for name in ("look", "anytime"))
    return [
        (_("Effect and standard error"), " / ".join(words.difference(treated[name]) for name in FIGURES)),
        (_("p, and adjusted for all measures (Holm)"), f"{chance(treated['p'])}; {chance(treated['p_adjusted'])}"),
        (_("What p must lie below at this look (O'Brien–Fleming)"), chance(found["look_level"])),
        (_("Interval over all planned looks"), look),
        (_("Interval that holds however often somebody looks"), anytime),
        (_("Ratio to the control group"), _ratio(language, found)),
        (_("Secondary: effect on those reached because they were drawn"), reached),
    ]


def _design_rows(language: str, words: PlainWords, found: Found) -> list[tuple[str, str]]:
    """Return what the draw was, how it held, and how much it could show."""
    _, written, chance = translations(language).gettext, filters(language), partial(_chance, language)
    pairs = found.get("pairs", 0)
    smallest = found["minimum_detectable_effect"]
    detectable = _("more than is possible") if found["share"] and smallest > 1 else words.difference(smallest)
    areas = [(_("Areas drawn in matched pairs; p by flipped signs up to 60 pairs"), written["number"](pairs))]
    return (areas if pairs else []) + [
        (_("Sizes of the arms as drawn: p"), chance(found["sample_ratio_p"])),
        (_("Arms alike in what was known before: p"), chance(found["balance_p"])),
        (_("Adjusted for"), ", ".join(name.replace("_", " ") for name in found["covariates"]) or "–"),
        (_("Power reached for the goal's change"), written["chance"](found["power"])),
        (_("Effect that would have been shown with 80% power"), detectable),
    ]


def _chance(language: str, value: float | None) -> str:
    number = filters(language)["number"]
    if value is None:
        return "–"
    return "< " + number(0.0001, 4) if value < 0.0001 else str(number(value, 4))


def segment_rows(language: str, found: Found, labels: Labels = NONE) -> list[tuple[str, Found]]:
    """Return the segments by name."""
    names = SegmentNames(language, labels)
    return sorted(((names.name(row["segment"]), row) for row in found["segments"]), key=lambda each: each[0])


def _ratio(language: str, found: Found) -> str:
    arm, number = found["arms"][0], filters(language)["number"]
    if arm["ratio"] is None:
        return "–"
    if arm["ratio_low"] is None:
        return str(number(arm["ratio"], 2))
    return f"{number(arm['ratio'], 2)} ({number(arm['ratio_low'], 2)}–{number(arm['ratio_high'], 2)})"


def _equity(language: str, equity: Found, rows: list[Found], labels: Labels) -> str:
    _, written = translations(language).gettext, filters(language)
    names = {name: group_name(language, equity["dimension"], equity[name], labels) for name in ("least", "most")}
    if all(row["standing"] == "as_others" for row in rows):
        return _("No group was shown to gain more or less than the others.")
    if equity["index"] is None:
        return _("“%(most)s” seems to have gained most and “%(least)s” least.") % names
    return _("“%(most)s” gained most. “%(least)s” gained least: %(index)s of what everybody gained (equity index).") % {
        **names,
        "index": written["percent"](equity["index"]),
    }


def _axis(language: str, words: PlainWords, found: Found) -> str:
    _ = translations(language).gettext
    axis = _("More of 100 %(units)s than without the campaign") if found["share"] else _("Change of the outcome")
    return axis % {"units": words.units}


def _intervals(
    language: str, words: PlainWords, found: Found, name: str, title: str, rows: list[tuple[str, Any]]
) -> Markup | None:
    rows = [(label, row) for label, row in rows if row["shrunken"] is not None]
    if len(rows) < 2:
        return None
    _, number = translations(language).gettext, filters(language)["number"]
    scale = 100 if found["share"] else 1
    drawn = [
        (label, *(scale * row[figure] for figure in ("shrunken_low", "shrunken", "shrunken_high")))
        for label, row in rows
    ]
    whole = scale * found["arms"][0]["effect"] if found["arms"][0]["effect"] is not None else None
    text = _("The table below holds the same figures.")
    labels = {"axis": _axis(language, words, found), "whole": _("everybody")}
    return Markup(report_charts.interval_chart(drawn, whole, labels, name, title, text, number))
