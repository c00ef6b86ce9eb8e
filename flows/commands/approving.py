"""An approver's answer: yes, or no with the reason."""

from collections.abc import Sequence
from typing import Annotated

import typer

from flows.commands.common import AsJson, actor, answer, here


def approve(
    run: Annotated[str, typer.Argument(help="The run's id or a prefix that only it has.")],
    code: Annotated[str, typer.Option(help="The one-time code from the mail.")],
    reviewed: Annotated[
        list[str] | None,
        typer.Option(help="Id of a finding that you have read and accept, such as politics:1; repeat."),
    ] = None,
    refuse: Annotated[
        str | None,
        typer.Option(help="Do not approve, and say why in a sentence; the communicator is mailed the reason."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Approve exactly what was previewed, or refuse it; any change afterwards voids an approval.

    The approver runs this with the code from the letter; the one who wrote the campaign cannot.
    """
    from flows.approving import decide
    from flows.prefect_server import server_is_configured
    from tasks import runs
    from tasks.status import run_status

    place = here()
    run_id = runs.load(place, run).run
    if refuse is not None:
        _refuse(run_id, code, refuse, as_json)
        return
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
            *missing_lines(granted.missing),
            *([] if granted.missing else [f"next      for the communicator: {run_status(place, run_id)['next']}"]),
        ],
    )


def missing_lines(roles: Sequence[str]) -> list[str]:
    """Return which roles have still to approve; one alone has no order."""
    order = ", in any order" if len(roles) > 1 else ""
    return [f"missing   {', '.join(roles)}{order}"] if roles else []


def _refuse(run: str, code: str, reason: str, as_json: bool) -> None:
    from flows.approving import refuse

    refusal, told = refuse(here(), run, code, reason, actor())
    answer(
        {"run": run, "role": refusal.role, "approver": refusal.approver, "refused": refusal.reason, "mailed": told},
        as_json,
        lambda: [
            f"{refusal.approver} refused {run} as {refusal.role}; nothing is sent",
            "the communicator has been mailed the reason"
            if told
            else "the mail relay does not answer: TELL THE COMMUNICATOR YOURSELF",
            f"the same code can still approve it, if you change your mind: budkavle approve {run} --code CODE",
        ],
    )
