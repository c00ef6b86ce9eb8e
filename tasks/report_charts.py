"""The charts of a report, as SVG that stands inside the page: text stays text, and a title tells what is seen."""

import io
import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any, TypeAlias

INK, SOFT, ACCENT, PALE = "#1c2126", "#4d5761", "#00577d", "#d5dade"
TRIFLE = 1e-9
WIDTH = 5.8
"""Inches: narrow, so that the words can still be read where a telephone shrinks the chart."""
Number: TypeAlias = Callable[[float, int], str]
"""How the reader's language writes a number with so many decimals."""
PLATE = {"facecolor": "white", "edgecolor": "none", "pad": 2.0}


def effect_chart(
    figures: Sequence[float], needed: float | None, words: dict[str, str], title: str, text: str, number: Number
) -> str:
    """Draw the effect (low, estimate, high) against no difference and what the target needed, if told (same unit)."""
    figure, axes = _canvas(2.0)
    low, estimate, high = figures
    reach = [low, high, 0.0] + ([] if needed is None else [needed])
    spread = max(0.01, *map(abs, reach))
    axes.axvline(0, color=SOFT, linewidth=1.2)
    _interval(axes, 0, figures, width=7, dot=11)
    axes.annotate(
        words["estimate"], (estimate, 0), (0, 14), textcoords="offset points", ha="center", color=ACCENT, bbox=PLATE
    )
    axes.set(xlim=(min(reach) - 0.08 * spread, max(reach) + 0.08 * spread), ylim=(-1, 1), yticks=[])
    _name_line(axes, 0, words["zero"], color=SOFT, at_top=False)
    if needed is not None:
        axes.axvline(needed, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
        _name_line(axes, needed, words["needed"], color=INK, at_top=True)
    _written(axes.xaxis, number, words["axis"])
    return _svg(figure, "effect", title, text)


def _name_line(axes: Any, value: float, name: str, *, color: str, at_top: bool) -> None:
    """Write what a vertical line stands for, on the side where there is more room; two close lines meet no words."""
    to_the_right = value <= sum(axes.get_xlim()) / 2
    axes.annotate(
        name,
        (value, 1 if at_top else -1),
        (4 if to_the_right else -4, -4 if at_top else 4),
        textcoords="offset points",
        ha="left" if to_the_right else "right",
        va="top" if at_top else "bottom",
        color=color,
        bbox=PLATE,
    )


def reach_chart(rows: Sequence[tuple[str, float]], axis: str, name: str, title: str, text: str) -> str:
    """Draw the share reached per group, 0–1, one bar each."""
    figure, axes = _canvas(0.7 + 0.36 * len(rows))
    places = range(len(rows), 0, -1)
    axes.barh(places, [100] * len(rows), color=PALE, height=0.55)
    axes.barh(places, [100 * share for _, share in rows], color=ACCENT, height=0.55)
    axes.set_yticks(list(places), [label for label, _ in rows], color=INK)
    axes.set_xlim(0, 100)
    axes.set_xlabel(axis, color=SOFT)
    axes.tick_params(axis="y", length=0)
    return _svg(figure, name, title, text)


def interval_chart(
    rows: Sequence[tuple[str, float, float, float]],
    whole: float | None,
    words: dict[str, str],
    name: str,
    title: str,
    text: str,
    number: Number,
) -> str:
    """Draw one dot with its interval per row (label, low, estimate, high), beside no difference and the whole's."""
    figure, axes = _canvas(0.9 + 0.36 * len(rows))
    places = range(len(rows), 0, -1)
    axes.axvline(0, color=SOFT, linewidth=1.2)
    if whole is not None:
        axes.axvline(whole, color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
        axes.annotate(
            words["whole"], (whole, len(rows) + 0.62), (4, 0), textcoords="offset points", color=INK, va="center"
        )
    for place, (_label, *figures) in zip(places, rows, strict=True):
        _interval(axes, place, figures, width=5, dot=8)
    axes.set_yticks(list(places), [label for label, *_figures in rows], color=INK)
    axes.set_ylim(0.4, len(rows) + 0.9)
    axes.tick_params(axis="y", length=0)
    _written(axes.xaxis, number, words["axis"])
    return _svg(figure, name, title, text)


def fairness_chart(
    points: Sequence[tuple[float, float]], words: dict[str, str], title: str, text: str, number: Number
) -> str:
    """Draw how many are expected to act (second of each point) by the share every group is reached to, 0–1 (first)."""
    figure, axes = _canvas(2.6)
    shares, effects = [100 * share for share, _ in points], [effect for _, effect in points]
    axes.plot(shares, effects, color=ACCENT, linewidth=2, marker="o", markersize=8)
    axes.set_xticks(shares)
    axes.set_ylim(0, max(effects) * 1.15)
    _written(axes.yaxis, number, words["effect"])
    _written(axes.xaxis, number, words["share"])
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    return _svg(figure, "fairness", title, text)


def _interval(axes: Any, place: float, figures: Sequence[float], *, width: float, dot: float) -> None:
    """Draw the best estimate as a dot on the band that holds the true figure (low, estimate, high)."""
    low, estimate, high = figures
    axes.plot([low, high], [place, place], color=ACCENT, linewidth=width, solid_capstyle="round", alpha=0.35)
    axes.plot([estimate], [place], marker="o", markersize=dot, color=ACCENT)


def _written(axis: Any, number: Number, label: str) -> None:
    """Label an axis and let it write its numbers as the reader's language does, with the decimals its steps need."""
    from matplotlib.ticker import FuncFormatter

    def written(value: float, _place: int | None) -> str:
        return number(value, max(map(_decimals, axis.get_majorticklocs())))

    axis.set_major_formatter(FuncFormatter(written))
    axis.set_label_text(label, color=SOFT)


def _decimals(value: float) -> int:
    return next((places for places in (0, 1, 2) if abs(value - round(value, places)) < TRIFLE), 3)


def _canvas(height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(PALE)
    axes.tick_params(colors=SOFT, labelsize=11)
    return figure, axes


def _svg(figure: Any, name: str, title: str, text: str) -> str:
    import matplotlib

    drawn = io.StringIO()
    settings: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "font.family": "sans-serif",
        "font.size": 11,
    }
    with matplotlib.rc_context(settings):
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = drawn.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'((?:id="|href="#|url\(#))', rf"\g<1>{name}-", svg)
    head = f'<svg role="img" aria-labelledby="{name}-title {name}-text" '
    labels = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-text">{escape(text)}</desc>'
    opening, rest = svg.split(">", 1)
    return opening.replace("<svg ", head, 1) + ">" + labels + rest
