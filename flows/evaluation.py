"""Evaluation after the end: each look at its time, estimated against the holdout, reported and learned from."""

from datetime import UTC, datetime

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from campaigns.errors import Waiting
from flows import artifacts
from flows.campaign import WAITING
from flows.settings import load_settings, workplace
from tasks import looks, stages


@flow(name="evaluate-campaign", flow_run_name="evaluate {run}, look {look}")
def evaluate_campaign(run: str, look: int) -> State[dict[str, object]]:
    """Estimate the effect at one look, write the report, draw the lessons."""
    place = workplace(load_settings())
    try:
        estimate = stages.estimate_effect(place, run, look)
    except Waiting as reason:
        return Completed(name=WAITING, message=str(reason))
    report = stages.write_report(place, run, look)
    artifacts.show_checks(place, run)
    artifacts.show_report(place, run, report.as_uri())
    return Completed(message=f"look {look} of {run} is evaluated", data=estimate)


@flow(name="evaluate-due")
def evaluate_due() -> State[list[str]]:
    """Evaluate every look whose time has come, on every run; one that fails does not stop the others."""
    place = workplace(load_settings())
    waiting: list[str] = []
    for run, look in looks.due_looks(place, datetime.now(UTC)):
        state = evaluate_campaign(run, look, return_state=True)
        if state.name == WAITING or not state.is_completed():
            waiting.append(f"{run}, look {look}: {state.message}")
    if waiting:
        return Completed(name=WAITING, message="\n".join(waiting), data=waiting)
    return Completed(message="no look is overdue", data=waiting)
