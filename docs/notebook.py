"""An analyst's notebook over the readers' snapshot: goals, effects, groups and lessons of a period.

``.venv/bin/marimo edit docs/notebook.py`` opens it in a browser, ``.venv/bin/python docs/notebook.py`` runs it through;
``BUDKAVLE_HOME`` names the installation and ``BUDKAVLE_PERIOD`` a period such as 2026-T3.
"""

import marimo

app = marimo.App(width="medium", app_title="Budkavle")


@app.cell
def _():
    import os
    from pathlib import Path

    import duckdb
    import marimo as mo

    from campaigns.period import last_tertial, read_period
    from tasks.period_views import look_at

    return Path, duckdb, last_tertial, look_at, mo, os, read_period


@app.cell
def _(mo):
    mo.md("""
    # The city's campaigns over a period

    The snapshot is a copy without names and addresses; reading it never delays a campaign. The views with the prefix
    `report_` hide fewer than ten persons: use them for whatever leaves your desk. `docs/data.md` explains every table
    and column.
    """)


@app.cell
def _(Path, duckdb, last_tertial, look_at, os, read_period):
    from datetime import date

    home = Path(os.environ.get("BUDKAVLE_HOME", ".budkavle"))
    written = os.environ.get("BUDKAVLE_PERIOD", "")
    period = read_period(written) if written else last_tertial(date.today())
    snapshot = duckdb.connect(home / "snapshot.duckdb", read_only=True)
    look_at(snapshot, period)
    return period, snapshot


@app.cell
def _(mo, period):
    mo.md(f"## Goals and campaigns, {period.name}")


@app.cell
def _(snapshot):
    goals = snapshot.sql("FROM report_goal").df()
    goals
    return (goals,)


@app.cell
def _(snapshot):
    campaigns = snapshot.sql("""
        SELECT run, title, body, goal, started_on, state, verdict, goal_reached, feedback
        FROM report_period_campaign
        ORDER BY started_on, run
    """).df()
    campaigns
    return (campaigns,)


@app.cell
def _(mo):
    mo.md("""
    ## What the campaigns caused

    Differences to a control group that was drawn by lot, with 95 % intervals. One that holds zero shows nothing.
    """)


@app.cell
def _(snapshot):
    effects = snapshot.sql("""
        SELECT report_effect.run, report_effect.look, segment, persons, estimate, ci_low, ci_high, report_effect.verdict
        FROM report_effect
        SEMI JOIN report_period_campaign USING (run)
        WHERE arm = 'treated' AND estimate IS NOT NULL
        ORDER BY report_effect.run, report_effect.look, segment
    """).df()
    effects
    return (effects,)


@app.cell
def _(effects):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 0.6 + 0.35 * max(1, len(effects))), layout="constrained")
    axes = figure.subplots()
    axes.axvline(0, color="#4d5761", linewidth=1)
    for place, row in enumerate(effects.itertuples()):
        axes.plot([row.ci_low, row.ci_high], [place, place], color="#00577d", linewidth=5, alpha=0.35)
        axes.plot([row.estimate], [place], marker="o", color="#00577d")
    axes.set_yticks(range(len(effects)), [f"{row.run}, {row.segment}" for row in effects.itertuples()])
    axes.set_xlabel("effect, in the unit of the outcome")
    figure
    return (figure,)


@app.cell
def _(mo):
    mo.md("""
    ## Who was reached over the year

    Each person once, in tens; null where few would show or could be worked out.
    """)


@app.cell
def _(snapshot):
    groups = snapshot.sql("""
        SELECT dimension, "value", persons, reached, round(reached / persons, 2) AS share
        FROM report_group_reach
        ORDER BY dimension, share
    """).df()
    groups
    return (groups,)


@app.cell
def _(mo):
    mo.md("## What was told back, and what was learnt")


@app.cell
def _(snapshot):
    feedback = snapshot.sql(
        "SELECT title, promised_by, told_on, standing FROM report_feedback ORDER BY promised_by"
    ).df()
    feedback
    return (feedback,)


@app.cell
def _(snapshot):
    lessons = snapshot.sql("SELECT run, lesson FROM report_lesson SEMI JOIN report_period_campaign USING (run)").df()
    lessons
    return (lessons,)


if __name__ == "__main__":
    app.run()
