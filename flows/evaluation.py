"""Evaluation after the end: each look at its time, estimated against the holdout, reported and learned from."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Completed

from campaigns.errors import GatewayUnavailable, InputError, Waiting
from campaigns.period import last_tertial, read_period
from flows import artifacts
from flows.campaign import WAITING
from flows.settings import load_settings, workplace
from tasks import looks, stages, store
from tasks.local_time import today


@flow(name="evaluate-campaign", flow_run_name="evaluate {run}, look {look}")
def evaluate_campaign(run: str, look: int) -> State[dict[str, object]]:
    """Estimate the effect at one look, write the report, draw the lessons."""
    place = workplace(load_settings())
    try:
        estimate = stages.estimate_effect(place, run, look)
    except Waiting as reason:
        stages.mark_overdue(place, run)
        return Completed(name=WAITING, message=str(reason))
    report = stages.write_report(place, run, look)
    artifacts.show_checks(place, run)
    artifacts.show_report(place, run, report.as_uri())
    return Completed(message=f"look {look} of {run} is evaluated", data=estimate)


@flow(name="evaluate-due")
def evaluate_due() -> State[list[str]]:
    """Evaluate every look whose time has come, on every run; one that fails does not stop the others.

    Whoever is late with outcomes or with promised feedback is reminded by mail.
    """
    place = workplace(load_settings())
    waiting: list[str] = []
    for run, look in looks.due_looks(place, datetime.now(UTC)):
        state = evaluate_campaign(run, look, return_state=True)
        if state.name == WAITING or not state.is_completed():
            waiting.append(f"{run}, look {look}: {state.message}")
    mail_or_warn(lambda: stages.remind(place))
    if waiting:
        return Completed(name=WAITING, message="\n".join(waiting), data=waiting)
    return Completed(message="no look is overdue", data=waiting)


def mail_or_warn(send: Callable[[], list[str]]) -> list[str]:
    """Mail something; what cannot be mailed is told in the log of the flow and stops nothing."""
    try:
        return send()
    except (GatewayUnavailable, InputError) as problem:
        get_run_logger().warning("nothing was mailed: %s", problem)
        return []


@flow(name="follow-up-programme", flow_run_name="follow up {period}")
def follow_up_programme(
    period: str = "", language: str = "", out: str = "", mail: bool = False
) -> State[dict[str, Any]]:
    """Follow the whole programme up over a period, the newest tertial that is over where none is named.

    With ``mail`` its summary goes to those who answer for the programme; one who cannot be mailed stops nothing.
    """
    place = workplace(load_settings())
    chosen = read_period(period) if period else last_tertial(today())
    store.take_snapshot(place)
    found = stages.follow_up(place, chosen, language, Path(out) if out else None)
    artifacts.show_follow_up(chosen.name, found["page"], found["summary"])
    if mail:
        found["mailed"] = mail_or_warn(lambda: stages.mail_follow_up(place, found))
    return Completed(message=f"{chosen.name} is followed up", data=found)
