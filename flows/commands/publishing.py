"""Following and steering a run: status, pause, resume, stop, withdraw, expire, unknown, rebuild, accept-restore."""

from typing import Annotated, Any, Literal

import typer

from flows.commands.common import OPERATING, RUNNING, AsJson, actor, answer, here

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
    late = f"\t{_red('OVERDUE')}" if row["overdue"] else ""
    return f"{row['run']}\t{row['state']}\t{row['title']}{late}"


def _red(text: str) -> str:
    return typer.style(text, fg=typer.colors.RED, bold=True)


def _late(each: dict[str, Any]) -> str:
    what = "feedback promised" if each["what"] == "feedback" else f"outcomes of look {each['look']}"
    return f"{_red('OVERDUE')}    {what}, due {each['since']}, {each['days']} days ago"


def show_status(run: str, as_json: bool) -> None:
    """Print one run's status."""
    from tasks.status import run_status

    found = run_status(here(), run)
    answer(found, as_json, lambda: _lines(found))


def _lines(found: dict[str, Any]) -> list[str]:
    persons, messages = found["persons"], found["messages"]
    states = ("accepted", "rejected", "unknown", "suppressed", "expired", "cancelled", "pending")
    return [
        f"run        {found['run']}: {found['state']}",
        *_approvals(found["approvals"]),
        *(f"wave       {wave['wave']} starts {_local(wave['start'])}" for wave in found["waves"]),
        *(f"paused     {why['reason']}, by {why['by']}, {_local(why['at'])}" for why in [found["paused"]] if why),
        f"persons    {persons['audience']} in the audience = {persons['held_out']} held out"
        f" + {persons['excluded']} excluded + {persons['assigned']} assigned; {persons['reached']} reached",
        *(
            f"             excluded, {reason}: {'not shown' if count is None else count}"
            for reason, count in persons["excluded_by_reason"].items()
        ),
        f"messages   {messages['planned']} planned = " + " + ".join(f"{messages[state]} {state}" for state in states),
        *(
            f"             {channel}: " + ", ".join(f"{count} {state}" for state, count in counts.items() if count)
            for channel, counts in messages["by_channel"].items()
        ),
        *(
            f"why        {each['channel']} {each['status']}: answer {each['code']}"
            + (f", {each['meaning']}" if each["meaning"] else "")
            for each in found["replies"]
        ),
        *(f"unknown    {message}" for message in found["unknown"]),
        *(
            f"story      {each['story']} withdrawn {_local(each['withdrawn_at'])}"
            for each in found["withdrawn_stories"]
        ),
        *_pages(found["taken_down"]),
        *(f"look {look['look']}     {look['state']}, {_local(look['due_at'])}" for look in found["due_looks"]),
        *(_late(each) for each in found["overdue"]),
        *(f"review     {review['role']}, afterwards: {review['why']}" for review in found["due_reviews"]),
        f"next       {found['next']}",
    ]


def _approvals(standing: dict[str, Any]) -> list[str]:
    """Return who has refused, and from whom an approval is missing."""
    lines = [
        f"refused    {each['role']} ({each['approver']}), {_local(each['at'])}: {each['reason']}"
        for each in standing.get("refused", [])
    ]
    for each in standing.get("missing", []):
        asked = f"{', '.join(each['asked'])} has the code" if each["asked"] else "nobody has a code that holds"
        lines.append(f"approval   missing from {each['role']}: {asked}; asked because {each['why']}")
    return lines + ([f"approval   {standing['problem']}"] if "problem" in standing else [])


def _local(moment: str) -> str:
    from datetime import datetime

    from tasks.local_time import on_one_line

    return on_one_line(datetime.fromisoformat(moment))


def _pages(taken_down: dict[str, str]) -> list[str]:
    told = {
        "taken_down": "taken down",
        "not_published": "never published",
        "without_the_story": "does not tell the story",
        "removed": "removed, for its time is over or the run is stopped",
        "not_writable": "STILL SHOWN: the place of the pages does not take it; mend it and run this command again",
    }
    return [f"page       {language}: {told[fate]}" for language, fate in taken_down.items()]


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
        lambda: [f"withdrawn: {story}", *(f"{run} {line}" for run, each in pages.items() for line in _pages(each))],
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
    for line in _pages(pages):
        typer.echo(line)
    _exit_where_shown({run: pages})


def expire(as_json: AsJson = False) -> None:
    """Take down every page whose time is over or whose run is stopped; for cron, where no Prefect server does it."""
    from tasks.unpublishing import unpublish_due

    pages = unpublish_due(here())
    answer(
        {"pages": pages},
        as_json,
        lambda: [f"{run} {line}" for run, each in pages.items() for line in _pages(each)] or ["nothing is over"],
    )
    _exit_where_shown(pages)


def _exit_where_shown(pages: dict[str, dict[str, str]]) -> None:
    if any(fate == "not_writable" for each in pages.values() for fate in each.values()):
        raise typer.Exit(3)


def _order(run: str, order: str) -> str:
    from tasks.steering import steer

    known = steer(here(), run, order, actor())
    typer.echo(f"{order}: {known}")
    return known


def unknown(
    run: Run,
    message: Annotated[str | None, typer.Option(help="A message id from the list.")] = None,
    decide: Annotated[
        Literal["accepted", "rejected", "resend"] | None, typer.Option(help="What you know or want of it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List messages that may or may not have arrived, or decide what counts for one of them."""
    from tasks import publishing, runs

    place = here()
    run_id = runs.load(place, run).run
    if (message is None) != (decide is None):
        raise typer.BadParameter("--message and --decide go together")
    if message and decide:
        publishing.decide_unknown(place, run_id, message, decide, actor())
    found = publishing.unknown(place, run_id)
    answer({"run": run_id, "unknown": found}, as_json, lambda: found or ["none"])


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
