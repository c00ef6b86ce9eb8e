"""What operators see in Prefect: plan, checks and report as artifacts, counts and ids only."""

from typing import Any

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from tasks import runs, store
from tasks.shown_figures import figures
from tasks.workplace import Workplace


def show_plan(place: Workplace, run: str) -> None:
    """Show persons, cost and carbon per wave and channel, as the preview may show them."""
    create_table_artifact(plan_rows(place, run), key=f"plan-{run}", description=f"plan of {run}")


def plan_rows(place: Workplace, run: str) -> list[dict[str, Any]]:
    """Return one row per wave and channel; what would tell of few persons is ``not shown``."""
    with store.reading(place) as connection:
        plan = figures(connection, runs.load_within(connection, run), "en").plan
    names = ("persons", "sek", "co2_kg")
    return [
        {name: channel[name] for name in ("wave", "channel")}
        | {name: "not shown" if channel[name] is None else channel[name] for name in names}
        for channel in plan
    ]


def show_checks(place: Workplace, run: str) -> None:
    """Show every check of the run, failed ones first."""
    _show_table(
        place, run, "checks",
        "SELECT stage, check_name, requirement, kind, success, rows_failed, message FROM check_result "
        "WHERE run = ? ORDER BY success, stage, check_name",
    )  # fmt: skip


def show_report(place: Workplace, run: str, report: str) -> None:
    """Show where the report lies."""
    create_link_artifact(link=report, link_text=f"Report of {run}", key=f"report-{run}")


def show_follow_up(period: str, page: str, summary: list[str]) -> None:
    """Show the summary of a follow-up and where its page lies."""
    text = "\n".join([*(f"- {sentence}" for sentence in summary), "", f"[{page}](file://{page})"])
    create_markdown_artifact(text, key=f"follow-up-{period.lower()}", description=f"follow-up of {period}")


def _show_table(place: Workplace, run: str, name: str, query: str) -> None:
    with store.reading(place) as connection:
        result = connection.execute(query, [run])
        columns = [column[0] for column in result.description or []]
        rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    create_table_artifact(rows, key=f"{name}-{run}", description=f"{name} of {run}")
