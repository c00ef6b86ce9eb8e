"""Following and steering a run: status, pause, resume, stop, withdraw, expire, unknown, rebuild, accept-restore."""

from typing import Annotated, Any, Literal

import typer

from flows.commands.common import OPERATING, RUNNING, AsJson, actor, answer, here
from flows.commands.status_lines import page_lines, red, status_lines, unknown_lines

Run = Annotated[str, typer.Argument(help="The run's id or a prefix that only it has.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (status, pause, resume, stop, withdraw, unknown):
        app.command(rich_help_panel=RUNNING)(command)
    for upkeep in (expire, rebuild, accept_restore):
        app.command(rich_help_panel=OPERATING)(upkeep)


def status(
    run: Annotated[str | None, typer.Argument(help="The run's id or prefix; every run when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """See where a campaign stands: approvals missing, who gets what, why something waits, and the next step."""
    if run is not None:
        show_status(run, as_json)
        return
    from tasks.status import all_runs

    rows = all_runs(here())
    answer({"runs": rows}, as_json, lambda: [_row(row) for row in rows])


def _row(row: dict[str, Any]) -> str:
    late = f"\t{red('OVERDUE')}" if row["overdue"] else ""
    return f"{row['run']}\t{row['state']}\t{row['title']}{late}"


def show_status(run: str, as_json: bool) -> None:
    """Print one run's status."""
    from tasks.status import run_status

    found = run_status(here(), run)
    answer(found, as_json, lambda: status_lines(found))


def withdraw(
    campaign: Annotated[str, typer.Argument(help="A campaign's folder or name, or a run's id.")],
    story: Annotated[str, typer.Argument(help="The story's name in the brief.")],
    as_json: AsJson = False,
) -> None:
    """Withdraw the consent to an employee's story: it is told to nobody from now on, and its pages are taken down."""
    from tasks.steering import withdraw_story

    pages = withdraw_story(here(), campaign, story, actor())
    answer(
        {"campaign": campaign, "story": story, "pages": pages},
        as_json,
        lambda: [f"withdrawn: {story}", *(f"{run} {line}" for run, each in pages.items() for line in page_lines(each))],
    )
    _exit_where_shown(pages)


def pause(run: Run) -> None:
    """Stop sending within seconds, or keep it from starting; `resume`, then `run`, goes on."""
    _order(run, "pause")


def resume(run: Run) -> None:
    """Allow sending again after a pause; then `run` goes on."""
    _order(run, "resume")


def stop(run: Run) -> None:
    """End a campaign for good: what has not been sent never is, and its pages are taken down."""
    from tasks.unpublishing import unpublish_over

    pages = unpublish_over(here(), _order(run, "stop"))
    for line in page_lines(pages):
        typer.echo(line)
    _exit_where_shown({run: pages})


def expire(as_json: AsJson = False) -> None:
    """Take down every page whose time is over or whose run is stopped; for cron, where no Prefect server does it."""
    from tasks.unpublishing import unpublish_due

    pages = unpublish_due(here())
    answer(
        {"pages": pages},
        as_json,
        lambda: [f"{run} {line}" for run, each in pages.items() for line in page_lines(each)] or ["nothing is over"],
    )
    _exit_where_shown(pages)


def _exit_where_shown(pages: dict[str, dict[str, str]]) -> None:
    if any(fate == "not_writable" for each in pages.values() for fate in each.values()):
        raise typer.Exit(3)


def _order(run: str, order: str) -> str:
    from tasks.steering import steer

    known = steer(here(), run, order, actor())
    typer.echo(f"{order}: {known}")
    if order == "pause":
        typer.echo(f"next       when what is wrong has been mended: budkavle resume {known}, then budkavle run {known}")
    return known


def unknown(
    run: Run,
    message: Annotated[str | None, typer.Option(help="A message id from the list.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every message in doubt, instead of one.")] = False,
    decide: Annotated[
        Literal["accepted", "rejected", "resend"] | None, typer.Option(help="What you know or want of it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List messages that may or may not have arrived, or decide what counts for one of them or for all."""
    from tasks import publishing, runs

    place = here()
    run_id = runs.load(place, run).run
    if (message is not None) + every != (decide is not None):
        raise typer.BadParameter("--decide goes with --message or with --all, and each of them with --decide")
    if message and decide:
        publishing.decide_unknown(place, run_id, message, decide, actor())
    elif decide:
        publishing.decide_every_unknown(place, run_id, decide, actor())
    found = publishing.unknown(place, run_id)
    answer({"run": run_id, "unknown": found}, as_json, lambda: unknown_lines(found) or ["none"])


def rebuild(as_json: AsJson = False) -> None:
    """Make the database again from the registers' evidence, the runs' evidence, the journals and the decision log."""
    from tasks.rebuild import rebuild as make_again

    counts = make_again(here())
    answer(counts, as_json, lambda: [f"{table}\t{count}" for table, count in counts.items()])


def accept_restore(run: Run, as_json: AsJson = False) -> None:
    """Go on with a run after an old back-up of HOME was restored; what may have been sent since becomes unknown."""
    from tasks import restoring, runs

    place = here()
    run_id = runs.load(place, run).run
    count = restoring.accept_restore(place, run_id, actor())
    told = f"{count} messages are unknown now; `budkavle unknown {run_id}` lists them, `budkavle run` goes on"
    answer({"run": run_id, "unknown": count}, as_json, lambda: [told])
