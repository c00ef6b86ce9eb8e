"""From brief to approval: new, check, audience, prepare, approve, run."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands.common import AsJson, actor, answer, here, run_flow

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

Campaign = Annotated[str, typer.Argument(help="The campaign's folder or its name.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(new)
    app.command()(check)
    app.command()(audience)
    app.command()(prepare)
    app.command()(approve)
    app.command()(run)


def new(
    campaign: Annotated[str, typer.Argument(help="Name of the new campaign, such as matavfall.")],
    parent: Annotated[Path, typer.Option("--in", help="Folder that gets the new folder.")] = Path("campaigns"),
) -> None:
    """Make a campaign folder to fill in, with explanations."""
    from campaigns.brief_loading import new_campaign

    typer.echo(f"made {new_campaign(campaign, parent)}; fill it in, then: budkavle check {campaign}")


def check(
    campaign: Campaign,
    links: Annotated[bool, typer.Option("--links", help="Also ask every linked page whether it answers.")] = False,
    browser: Annotated[bool, typer.Option("--browser", help="Also show every text to axe in Chromium.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check brief, texts and gates; nothing is sent and no register is read."""
    from datetime import UTC, datetime

    from campaigns.brief_loading import find_campaign
    from tasks.checking import check_campaign
    from tasks.gate_words import told
    from tasks.gates import refuses

    now = datetime.now(UTC)
    findings = check_campaign(here(), find_campaign(campaign), links=links, browser=browser, now=now)
    blocking = [finding for finding in findings if refuses(finding)]
    answer(
        {"campaign": campaign, "findings": [finding.as_dict() for finding in findings]},
        as_json,
        lambda: [
            *(told(finding) for finding in findings),
            f"{len(findings)} finding{'' if len(findings) == 1 else 's'}, {len(blocking)} to mend",
        ],
    )
    raise typer.Exit(1 if blocking else 0)


def audience(campaign: Campaign, as_json: AsJson = False) -> None:
    """Select the audience, draw the control group, write the audience page; needs no texts, plans and sends nothing."""
    from campaigns.brief_loading import find_campaign
    from flows.audience import analyse

    found = analyse(here(), find_campaign(campaign))
    answer(
        found,
        as_json,
        lambda: [
            f"run       {found['run']}",
            *(
                f"{wave['wave']:9} {name}: {'not shown' if persons is None else persons}"
                for wave in found["waves"]
                for name, persons in wave["persons"].items()
            ),
            *(f"warning   {warning}" for warning in found["warnings"]),
            f"page      {found['page']}",
        ],
    )


def prepare(campaign: Campaign, as_json: AsJson = False) -> None:
    """Audience, plan, variants, review and preview; mails the approvers and prints the run's id."""

    def start() -> "State[Any]":
        from flows.campaign import prepare_campaign

        return prepare_campaign(campaign, return_state=True)

    run_id = run_flow(start)
    from tasks import store
    from tasks.audience_profile import warnings_of
    from tasks.plan_lessons import lessons_used

    preview = here().run_folder(run_id, "preview") / "index.html"
    warnings = warnings_of(here(), run_id)
    with store.reading(here()) as connection:
        lessons = lessons_used(connection, run_id, here().language)
    answer(
        {"run": run_id, "preview": str(preview), "warnings": warnings, "lessons": lessons},
        as_json,
        lambda: [
            f"run       {run_id}",
            f"preview   {preview}",
            *(f"warning   {warning}" for warning in warnings),
            *(f"lesson    {lesson}" for lesson in lessons),
            f"next      budkavle approve {run_id} --code CODE",
        ],
    )


def approve(
    run: Annotated[str, typer.Argument(help="The run's id or a prefix that only it has.")],
    code: Annotated[str, typer.Option(help="The one-time code from the mail.")],
    reviewed: Annotated[
        list[str] | None,
        typer.Option(help="Id of a finding that you have read and accept, such as politics:1; repeat."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Approve exactly what was previewed; any change afterwards voids it."""
    from flows.approving import decide
    from flows.prefect_server import server_is_configured
    from tasks import runs

    place = here()
    run_id = runs.load(place, run).run
    granted = decide(place, run_id, code, reviewed or [], actor())
    resumed = False
    if server_is_configured() and not granted.missing:
        from flows.schedule import resume_after_approval

        resumed = resume_after_approval(place, run_id)
    answer(
        {
            "run": run_id,
            "role": granted.role,
            "approver": granted.approver,
            "reviewed": granted.reviewed,
            "confirmed": granted.confirmed,
            "missing": granted.missing,
            "resumed": resumed,
        },
        as_json,
        lambda: [
            f"{granted.approver} approved {run_id} as {granted.role}",
            *([f"reviewed  {', '.join(granted.reviewed)}"] if granted.reviewed else []),
            f"confirmed {', '.join(granted.confirmed)}",
            *([f"missing   {', '.join(granted.missing)}"] if granted.missing else []),
        ],
    )


def run(
    campaign: Annotated[str, typer.Argument(help="A campaign's folder or name, or a run's id.")],
    late: Annotated[bool, typer.Option(help="Start although the wave's time was more than three days ago.")] = False,
    as_json: AsJson = False,
) -> None:
    """Go the whole way, or on from where it stopped; exits 3 while it waits for approval or for its time."""

    def start() -> "State[Any]":
        from flows.campaign import campaign_of, publish_campaign, run_campaign

        folder = campaign_of(campaign)
        if folder is None:
            from tasks import runs

            return publish_campaign(runs.load(here(), campaign).run, late=late, return_state=True)
        return run_campaign(folder, late=late, return_state=True)

    from flows.commands.publishing import show_status

    show_status(run_flow(start), as_json)
