"""What operators see in Prefect: plan, checks and report as artifacts, counts and ids only."""

from prefect.artifacts import create_link_artifact, create_table_artifact

from tasks import store
from tasks.workplace import Workplace


def show_plan(place: Workplace, run: str) -> None:
    """Show persons, cost and carbon per wave and channel."""
    _show_table(
        place, run, "plan",
        "SELECT wave, channel, sum(persons) AS persons, round(sum(cost_sek), 2) AS cost_sek, "
        "round(sum(co2_kg), 3) AS co2_kg FROM plan WHERE run = ? GROUP BY ALL ORDER BY ALL",
    )  # fmt: skip


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


def _show_table(place: Workplace, run: str, name: str, query: str) -> None:
    with store.reading(place) as connection:
        result = connection.execute(query, [run])
        columns = [column[0] for column in result.description or []]
        rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    create_table_artifact(rows, key=f"{name}-{run}", description=f"{name} of {run}")
