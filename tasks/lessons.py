"""What an evaluation teaches: sharper beliefs about channels for the next plan, and lessons in words (P4g)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from campaigns.language import for_translation as _
from campaigns.language import translations
from tasks import channel_groups, early_looks, looks, runs, store
from tasks.channel_lessons import ChannelRow, channels_apart, read_channels
from tasks.learning import learn
from tasks.pages import LOCALES
from tasks.plain_words import PlainWords
from tasks.segment_names import Labels, SegmentNames
from tasks.told_effects import coarse
from tasks.workplace import Workplace

SMALLEST_GROUP = 10
Effects = dict[str, dict[str, Any]]
Shares = dict[str, tuple[int, int]]


def draw_lessons(workplace: Workplace, run: str, look: int) -> None:
    """Write the look's lessons and, where it is the newest of the run, what it changes in ``response_belief``.

    Rerunning replaces both, so evaluating twice, or at a later look, never counts the same people twice. A look by
    which the control group is told too, or one before its day, teaches nothing: what the look before has taught stays.
    """
    with store.writing(workplace) as connection:
        known = runs.load_within(connection, run)
        teaching = _teaching(connection, known)
        if look not in teaching:
            return
        effects = _effects(connection, known.run, look, known.brief.objective.outcome)
        claim = _claim(connection, known.run, look)
        shares = _shares(connection, known.run)
        channels = read_channels(connection, known.run, look)
        if look == max(teaching):
            learn(connection, workplace, known, look, channel_groups.kept(workplace, known.run, look))
        connection.execute("DELETE FROM lesson WHERE run = ? AND look = ?", [known.run, look])
        told = [list(_sentences(language, known, claim, effects, shares, channels)) for language in LOCALES]
        for sentences in zip(*told, strict=True):
            words = dict(zip(LOCALES, sentences, strict=True))
            connection.execute(
                "INSERT INTO lesson BY NAME SELECT $run AS run, $look AS look, $lesson AS lesson, $words AS words, "
                "now() AS drawn_at",
                {"run": known.run, "look": look, "lesson": words[workplace.language], "words": words},
            )
        store.keep_evidence(connection, workplace, known.run, ["lesson"])


def _teaching(connection: duckdb.DuckDBPyConnection, run: runs.Run) -> set[int]:
    """Return the evaluated looks that teach: their day has come, and not all have been told by then."""
    evaluated = connection.execute(
        "SELECT DISTINCT look FROM effect ANTI JOIN (FROM look WHERE state = ?) AS early "
        "ON effect.run = early.run AND effect.look = early.look WHERE run = ?",
        [early_looks.STATE, run.run],
    ).fetchall()
    return {look for (look,) in evaluated if not looks.window(run, look).all_are_told}


def _claim(connection: duckdb.DuckDBPyConnection, run: str, look: int) -> str:
    row = connection.execute("SELECT claim FROM evaluation WHERE run = ? AND look = ?", [run, look]).fetchone()
    return str(row[0]) if row else "no_control"


def _effects(connection: duckdb.DuckDBPyConnection, run: str, look: int, outcome: str) -> Effects:
    rows = connection.execute(
        "SELECT segment, estimate, ci_low, ci_high, verdict, coalesce(step, 1) FROM effect "
        "WHERE run = ? AND look = ? AND outcome = ? ORDER BY segment",
        [run, look, outcome],
    ).fetchall()
    names = ("effect", "ci_low", "ci_high", "verdict", "step")
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def _shares(connection: duckdb.DuckDBPyConnection, run: str) -> Shares:
    """Return (persons, reached) of everybody, and of each segment that ``report_reach`` shows in every wave."""
    rows = connection.execute(store.statement("lessons/shown_reach"), {"run": run}).fetchall()
    return {segment: (int(persons), int(reached)) for segment, persons, reached in rows}


def _sentences(
    language: str, run: runs.Run, claim: str, effects: Effects, shares: Shares, channels: Sequence[ChannelRow]
) -> Iterator[str]:
    objective = run.brief.objective
    whole = effects.get("all")
    share = all(0 <= figure <= 1 for figure in (objective.baseline, objective.target))
    words = PlainWords(language, objective.unit, share)
    _ = translations(language).gettext
    if whole is None or whole["effect"] is None:
        yield _(_next_time(run, claim))
        return
    shown = whole["verdict"] != "not_shown"
    yield words.of_arm(coarse(whole, whole["step"]))
    if not shown and whole["ci_low"] <= 0 <= whole["ci_high"]:
        yield _("A larger audience or control group is needed next time to tell so small a difference from chance.")
    yield from _most_and_least(language, words, effects, run.brief.labels)
    yield from channels_apart(language, words, channels, run.brief.labels)
    if run.brief.holdout.later is None:  # else those who get the message later are not reached yet
        yield from _not_reached(language, shares, run.brief.labels)


def _next_time(run: runs.Run, claim: str) -> str:
    """Return what to do so that the next edition's effect can be told, of what the brief lets be done."""
    if claim == "too_few":
        return _(
            "A larger audience or control group is needed next time: this one is too small to tell what was caused."
        )
    if run.brief.crisis and not run.brief.holdout.share:
        return _(
            "In a crisis nobody is left without the message, so do not draw a control group next time either. Follow "
            "instead how many were reached, how long it took until they were, and how the result changes from day "
            "to day."
        )
    if run.brief.is_internal and not run.brief.holdout.share:
        return _(
            "Nobody is to be left without this message, so there is no control group. Next time, draw by lot which "
            "units get it first: until the others have it, unit can be compared with unit."
        )
    return _("Draw a control group before the next edition: without one, nobody can say what the campaign causes.")


def _most_and_least(language: str, words: PlainWords, effects: Effects, labels: Labels) -> Iterator[str]:
    _ = translations(language).gettext
    segments = {name: row for name, row in effects.items() if name != "all"}
    if len(segments) < 2:
        return
    order = sorted(segments, key=lambda name: (segments[name]["effect"], name))
    most, least = order[-1], order[0]
    apart = segments[least]["ci_high"] < segments[most]["ci_low"]
    names = SegmentNames(language, labels)
    template = (
        _(
            "The message did most for the group “%(most)s” and least for “%(least)s”: adapt the text or channel for "
            "the latter."
        )
        if apart
        else _(
            "The effect looked largest in the group “%(most)s” and smallest in “%(least)s”, but the difference between "
            "them may be chance."
        )
    )
    yield template % {"most": names.name(most), "least": names.name(least)}


def _not_reached(language: str, shares: Shares, labels: Labels) -> Iterator[str]:
    _ = translations(language).gettext
    percent = PlainWords(language, "person", True).written["percent"]
    missed: Counter[str] = Counter()
    for segment, (persons, reached) in shares.items():
        if persons - reached >= SMALLEST_GROUP and reached >= SMALLEST_GROUP:
            missed[segment] = round(10_000 * (1 - reached / persons))
    if missed["all"]:
        yield _("%(share)s of those whom the message was meant for got no message of their own.") % {
            "share": percent(missed.pop("all") / 10_000)
        }
    worst = max(sorted(missed), key=lambda name: missed[name], default=None)
    if worst:
        yield _(
            "Of the groups that can be shown, “%(group)s” was missed most: %(share)s got no message. "
            "Find another way there."
        ) % {
            "group": SegmentNames(language, labels).name(worst),
            "share": percent(missed[worst] / 10_000),
        }
