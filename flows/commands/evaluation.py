"""Outcomes and their evaluation."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from flows.commands.common import RUNNING, AsJson, answer, here, rows_told, run_flow

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

    from tasks.outcomes import OutcomeCounts

outcomes = typer.Typer(no_args_is_help=True, help="What happened afterwards.")


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(outcomes, name="outcomes", rich_help_panel=RUNNING)
    app.command(rich_help_panel=RUNNING)(evaluate)


@outcomes.command("import")
def import_(
    run: Annotated[str, typer.Argument(help="The run's id or prefix.")],
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, as docs/quick-start-analysts.md describes.")],
    as_json: AsJson = False,
) -> None:
    """Read what happened afterwards, from a file of the service; employees are counted per unit, never one by one."""
    from tasks import runs, store
    from tasks.outcomes import import_outcomes

    place = here()
    counts = import_outcomes(place, runs.load(place, run).run, file)
    store.take_snapshot(place)
    answer(counts.as_dict(), as_json, lambda: outcome_lines(counts))


def outcome_lines(counts: "OutcomeCounts") -> list[str]:
    """Return what became of the rows of a file of outcomes: each reason for rejecting in a sentence, with its count."""
    from tasks.outcomes import REASONS

    merged = f", {counts.merged} the same as another row" if counts.merged else ""
    kept = f"{counts.stored} observation{'' if counts.stored == 1 else 's'} kept"
    return [
        f"{rows_told(counts.read)} read: {kept}{merged}, {sum(counts.rejected.values())} rejected",
        *(f"  {rows_told(count)} rejected: {REASONS[reason]}" for reason, count in counts.rejected.items()),
        *([f"  expected: {counts.expected}"] if counts.expected else []),
        *([f"  row by row: {counts.rejects}"] if counts.rejects else []),
        *([f"  warning: {rows_told(counts.after_today)} dated after today"] if counts.after_today else []),
    ]


def evaluate(
    run: Annotated[str | None, typer.Argument(help="The run's id or prefix.")] = None,
    look: Annotated[int, typer.Option(min=1, help="Which evaluation, in the order of `looks` in the brief.")] = 1,
    language: Annotated[
        Literal["sv", "en"] | None,
        typer.Option(help="Write the report in this language too, and tell the result in it here."),
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Every look whose time has come, on every run.")] = False,
    as_json: AsJson = False,
) -> None:
    """See what the campaign led to, against the control group, and write the report with its lessons."""
    if (run is None) != due:
        raise typer.BadParameter("name a run, or give --due")
    if due and language:
        raise typer.BadParameter("name a run to write its report in another language")
    result = run_flow(lambda: _start(run, look))
    if run is None:
        answer({"waiting": result}, as_json, lambda: result or ["no look is overdue"])
        return
    from tasks import report_place, reports, runs, told_effects, verdicts

    place = here()
    report = report_place.page(place, runs.load(place, run).run, look)
    if language:
        result, report = verdicts.worded(result, language), reports.write_report(place, run, look, language)
    result = told_effects.answered(result)
    answer({**result, "report": str(report)}, as_json, lambda: [*result["summary"], f"report   {report}"])


def _start(run: str | None, look: int) -> "State[Any]":
    from flows.evaluation import evaluate_campaign, evaluate_due

    if run is None:
        return evaluate_due(return_state=True)
    from tasks import runs

    return evaluate_campaign(runs.load(here(), run).run, look, return_state=True)
