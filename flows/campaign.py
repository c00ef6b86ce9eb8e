"""A campaign's way as Prefect flows: prepare, approve, publish, schedule the looks.

Each flow takes names only. What has been done is decided by the run's own state, never by Prefect's.
"""

from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from campaigns.brief_loading import find_campaign, load_brief
from campaigns.errors import ApprovalPending, ApprovalRefused, InputError, Waiting
from campaigns.sendings import sendings
from flows import artifacts, schedule
from flows.progress import steps
from flows.publication import publish_sending
from flows.settings import load_settings, workplace
from flows.task_runner import task_runner
from tasks import previews, runs, stages, stories, unpublishing
from tasks.workplace import Workplace

WAITING = "Waiting"
PREPARING = (
    "reading the brief",
    "selecting the audience and drawing the control group",
    "choosing channels within the budget",
    "writing out every text",
    "checking the texts and making the preview",
    "mailing the approvers",
)


@flow(name="prepare-campaign", flow_run_name="prepare {campaign}")
def prepare_campaign(campaign: str) -> str:
    """Audience, holdout, channel plan, variants, review and the request for approval; returns the run's id."""
    place = workplace(load_settings())
    folder = find_campaign(campaign)
    with steps(PREPARING) as done:
        run = stages.begin_run(place, folder)
        for stage in (
            stages.select_audience, stages.plan_channels, stages.build_variants, stages.review_messages,
            stages.request_approvals,
        ):  # fmt: skip
            done()
            stage(place, run)
    artifacts.show_plan(place, run)
    artifacts.show_checks(place, run)
    return run


@flow(name="publish-campaign", flow_run_name="publish {run}", task_runner=task_runner(load_settings()))
def publish_campaign(run: str, late: bool = False) -> State[str]:
    """Send what is approved, wave by wave; resumes where a killed run stopped, and sends nothing twice.

    Where the control group is told later, the looks before that are planned once everybody else has been told.
    """
    place = workplace(load_settings())
    unpublishing.take_down(place, run)
    unpublishing.unpublish_over(place, run)
    if runs.state(place, run) in runs.SENT:
        return Completed(message=f"run {run} was published before; nothing is left to send", data=run)
    stories.require_consents(place, run)
    try:
        _require_approval(place, run)
        brief = runs.load(place, run).brief
        schedule.schedule_unpublishing(run, brief.schedule.valid_until)
        for sending in (every := sendings(brief)):
            runs.require_not_stopped(place, run)
            if sending.is_later:
                _plan_looks(place, run)
            publish_sending(place, run, sending, late=late, last=sending == every[-1])
    except Waiting as reason:
        return Completed(name=WAITING, message=str(reason), data=run)
    runs.require_not_stopped(place, run)
    unpublishing.take_down(place, run)
    _plan_looks(place, run)
    stages.end_publishing(place, run)
    previews.write_preview(place, run)
    return Completed(message=f"run {run} is published", data=run)


@flow(name="run-campaign", flow_run_name="run {campaign}")
def run_campaign(campaign: str, late: bool = False) -> State[str]:
    """The whole way: prepare where that is still to do, wait for approval, publish, schedule the looks."""
    place = workplace(load_settings())
    run = known_run(place, campaign) or prepare_campaign(campaign)
    try:
        if runs.state(place, run) not in runs.SENT:
            stages.request_approvals(place, run)
        schedule.wait_for_approval(place, run)
    except Waiting as reason:
        return Completed(name=WAITING, message=str(reason), data=run)
    published = publish_campaign(run, late=late, return_state=True)
    published.result()
    return Completed(name=published.name, message=published.message, data=run)


def _plan_looks(place: Workplace, run: str) -> None:
    stages.plan_looks(place, run)
    schedule.schedule_looks(place, run)


def _require_approval(place: Workplace, run: str) -> None:
    """Raise unless the run is approved; whoever still has to approve and has no code that holds is mailed one."""
    try:
        stages.require_approval(place, run)
    except (ApprovalPending, ApprovalRefused):
        stages.request_approvals(place, run)
        raise


def campaign_of(name: str) -> str | None:
    """Return the folder a name stands for, None where it names no campaign folder and so must be a run."""
    try:
        return str(find_campaign(name))
    except InputError:
        return None


def known_run(place: Workplace, campaign: str) -> str | None:
    """Return the run that this campaign folder and edition already have, if it has been prepared."""
    folder = find_campaign(campaign)
    run = runs.identity(folder.name, load_brief(Path(folder)).edition)
    return run if runs.state_of(place, run, folder) not in (None, "preparing") else None
