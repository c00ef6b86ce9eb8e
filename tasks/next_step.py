"""What comes next for a run, in a sentence that ends with the command to type: the last line of ``status``."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from campaigns.sending_hours import told
from campaigns.sendings import Sending, sendings
from tasks import runs, shards
from tasks.approval_standing import BEFORE_SENDING
from tasks.local_time import in_words
from tasks.sending_times import sending_opens
from tasks.workplace import Workplace


def sending_waited_for(workplace: Workplace, run: runs.Run) -> Sending | None:
    """Return the sending whose start is waited for; None where something can be sent now, or nothing is left."""
    now = datetime.now(UTC)
    for sending in sendings(run.brief):
        if sending.start > now:
            return sending
        if not shards.is_finished(workplace, run.run, sending.name):
            return None
    return None


def next_step(
    workplace: Workplace, run: runs.Run, approvals: dict[str, Any], *, next_look: int | None = 1, held: bool = False
) -> str:
    """Return what comes next; ``approvals`` as ``approval_standing.standing`` gives, ``held``: it is paused.

    ``next_look`` is the first that is not done; None where all are.
    """
    if held and run.state in BEFORE_SENDING:
        after = next_step(workplace, replace(run, state="publishing"), approvals)
        return f"when what is wrong has been mended: budkavle resume {run.run}; then {after}"
    if run.state == "evaluating" and next_look is None:
        return f"tell back what was heard: budkavle feedback {run.run} --text FILE"
    if approvals.get("refused"):
        return f"change the campaign, then: budkavle prepare {run.campaign}"
    if missing := approvals.get("missing"):
        if all(each["asked"] for each in missing):
            return f"each approver, with the code from the letter: budkavle approve {run.run} --code CODE"
        return f"mail the codes that are missing or have expired: budkavle run {run.run}"
    steps = {
        "preparing": f"prepare it to its end: budkavle prepare {run.campaign}",
        "paused": f"when what is wrong has been mended: budkavle resume {run.run}; then budkavle run {run.run}",
        "published": f"with outcomes: budkavle outcomes import {run.run} FILE, then {_evaluate(run, next_look)}",
        "evaluating": f"at the next look: {_evaluate(run, next_look)}",
        "closed": "nothing is left to do",
        "stopped": "nothing more is sent; to send it after all, give the brief a new `edition`",
    }
    return steps.get(run.state) or _sending(workplace, run)


def _evaluate(run: runs.Run, look: int | None) -> str:
    return f"budkavle evaluate {run.run}" + (f" --look {look}" if look and look > 1 else "")


def _sending(workplace: Workplace, run: runs.Run) -> str:
    """Return what comes next where everything is approved: send, or wait, and whether it then starts by itself."""
    sending = sending_waited_for(workplace, run)
    if sending is None:
        now = datetime.now(UTC)
        opens = sending_opens(run.brief, now)
        if opens and opens > now:
            return f"the sending window opens {told(opens)}; run then: budkavle run {run.run}"
        return f"send, or go on sending: budkavle run {run.run}"
    start = in_words(sending.start, "en", run.brief.schedule.time_zone)
    waits = f"wave {sending.name} waits for its start {start}"
    if not workplace.has_prefect_server:
        return f"{waits}; nothing to do until then; at that time, by hand or by cron: budkavle run {run.run}"
    if run.state == "approved":
        return f"{waits}; let Prefect start it then: budkavle run {run.run}"
    return f"{waits}; nothing to do until then: Prefect starts it"
