"""From brief to approval: new, check, audience, prepare, approve, run."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands.approving import approve
from flows.commands.common import CAMPAIGN, AsJson, answer, here, run_flow

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

Campaign = Annotated[str, typer.Argument(help="The campaign's folder or its name.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (new, check, audience, prepare, approve, run):
        app.command(rich_help_panel=CAMPAIGN)(command)


def new(
    campaign: Annotated[str, typer.Argument(help="Name of the new campaign, such as matavfall.")],
    parent: Annotated[Path, typer.Option("--in", help="Folder that gets the new folder.")] = Path("campaigns"),
) -> None:
    """Make a campaign folder to fill in: a brief, a question to the registers and a text, each key explained."""
    from campaigns.brief_loading import new_campaign

    typer.echo(f"made {new_campaign(campaign, parent)}; fill it in, then: budkavle check {campaign}")


def check(
    campaign: Campaign,
    links: Annotated[bool, typer.Option("--links", help="Also ask every linked page whether it answers.")] = False,
    browser: Annotated[bool, typer.Option("--browser", help="Also test each text in a browser, with axe.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check brief and texts against the communication programme: what to mend, where and how. Nothing is sent."""
    from datetime import UTC, datetime

    from campaigns.brief_loading import find_campaign
    from campaigns.errors import told_once
    from tasks.checking import check_campaign
    from tasks.gate_words import counted, told
    from tasks.gates.examining import refuses

    now = datetime.now(UTC)
    findings = check_campaign(here(), find_campaign(campaign), links=links, browser=browser, now=now)
    once = told_once(findings)
    blocking = [finding for finding in once if refuses(finding)]
    answer(
        {"campaign": campaign, "findings": [finding.as_dict() for finding in once]},
        as_json,
        lambda: [
            *(told(finding) for finding in once),
            counted(once),
        ],
    )
    raise typer.Exit(1 if blocking else 0)


def audience(campaign: Campaign, as_json: AsJson = False) -> None:
    """See who the campaign would reach, who is left out and why, before the texts are written. Sends nothing."""
    from campaigns.brief_loading import find_campaign
    from flows.audience import analyse

    found = analyse(here(), find_campaign(campaign))
    answer(
        found,
        as_json,
        lambda: audience_lines(found),
    )


def audience_lines(found: dict[str, Any]) -> list[str]:
    """Return who an audience reaches and leaves out, in words; ``found`` is what ``analyse`` gives."""
    from tasks.preview_words import Words
    from tasks.profile_cells import SELECTED

    words = Words("en")
    return [
        f"run       {found['run']}",
        *(
            f"{wave['wave']:9} {'in the whole audience' if name == SELECTED else words.standing(name)}: "
            f"{words.persons(persons)}"
            for wave in found["waves"]
            for name, persons in wave["persons"].items()
        ),
        *(f"warning   {warning}" for warning in found["warnings"]),
        f"page      {found['page']}",
    ]


def prepare(campaign: Campaign, as_json: AsJson = False) -> None:
    """Make everything ready: audience, channels, every text, the preview; then the approvers are mailed.

    Nothing is sent to the audience. Give it again after every change: a change voids approvals.

    It takes a minute or more, and tells what it is at. It prints the run's id, which other commands ask for.
    """

    def start() -> "State[Any]":
        from flows.campaign import prepare_campaign

        return prepare_campaign(campaign, return_state=True)

    from campaigns.brief_loading import find_campaign, load_brief

    load_brief(find_campaign(campaign))
    run_id = run_flow(start)
    from tasks import audience_profile, empty_floors, renamed_waves, store
    from tasks.plan_lessons import lessons_used
    from tasks.status import run_status

    preview = here().run_folder(run_id, "preview") / "index.html"
    told = (audience_profile, empty_floors, renamed_waves)
    warnings = [warning for each in told for warning in each.warnings_of(here(), run_id)]
    standing = run_status(here(), run_id)
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
            *(
                f"asked     {', '.join(each['asked'])} as {each['role']}"
                for each in standing["approvals"].get("missing", ())
            ),
            f"next      {standing['next']}",
        ],
    )


def run(
    campaign: Annotated[str, typer.Argument(help="A campaign's folder or name, or a run's id.")],
    late: Annotated[bool, typer.Option(help="Send although its time was more than three days ago.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send what is approved, when its time has come, or go on from where it stopped; nobody is sent anything twice.

    Prepares first where that has not been done. Exits 3 while it waits: give it again then.

    Whoever has still to approve and has no code that holds is mailed one.
    """

    def start() -> "State[Any]":
        from flows.campaign import campaign_of, publish_campaign, run_campaign

        folder = campaign_of(campaign)
        if folder is None:
            from tasks import runs

            return publish_campaign(runs.load(here(), campaign).run, late=late, return_state=True)
        return run_campaign(folder, late=late, return_state=True)

    from flows.commands.publishing import show_status

    show_status(run_flow(start), as_json)
