"""What must happen later: approval in a deployment, waves and looks at their time."""

from datetime import datetime
from itertools import count
from pathlib import Path
from uuid import UUID

from prefect import get_run_logger, runtime
from prefect.deployments import run_deployment
from prefect.exceptions import NotPausedError, ObjectNotFound
from prefect.flow_runs import resume_flow_run

from campaigns.errors import ApprovalPending, ApprovalRefused, ContentChanged, InputError
from flows.approval_form import ApprovalForm, ask
from flows.approving import decide, refuse
from flows.prefect_server import server_is_configured
from tasks import approval, looks
from tasks.approval_rules import FORM
from tasks.workplace import Workplace

EVALUATE = "evaluate-campaign/budkavle"
PUBLISH = "publish-campaign/budkavle"
UNPUBLISH = "unpublish-due/budkavle"


def wait_for_approval(place: Workplace, run: str) -> None:
    """Return when the run is approved; a deployed run is suspended until it is, a command raises ApprovalPending.

    A suspended run is resumed by `budkavle approve` or by its form. It stays suspended, and says why, after a wrong
    code and while another approval is missing.
    """
    refusal = ""
    for number in count():
        try:
            approval.require_approval(place, run)
            return
        except ApprovalPending as pending:
            if runtime.deployment.id is None:
                raise
            refusal = refusal or str(pending)
        _note_suspended(place, run)
        form = ask(f"approval-{run}-{number}", refusal, place.language)
        refusal = _decide(place, run, form)


def _decide(place: Workplace, run: str, form: ApprovalForm) -> str:
    """Use the code of a form; returns why it was refused, or nothing."""
    if not form.code:
        return ""
    try:
        actor = f"{FORM}{form.account.strip()}"
        if form.refusal.strip():
            refuse(place, run, form.code, form.refusal, actor)
        else:
            decide(place, run, form.code, form.reviewed, actor)
    except (ApprovalRefused, ContentChanged, InputError) as refused:
        return str(refused)
    return ""


def _note_suspended(place: Workplace, run: str) -> None:
    path = _suspended(place, run)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(str(runtime.flow_run.id))


def resume_after_approval(place: Workplace, run: str) -> bool:
    """Let a deployed run that waits for approval go on; returns whether there was one."""
    path = _suspended(place, run)
    if not server_is_configured() or not path.exists():
        return False
    try:
        resume_flow_run(UUID(path.read_text()))
    except (NotPausedError, ObjectNotFound):
        return False
    finally:
        path.unlink()
    return True


def _suspended(place: Workplace, run: str) -> Path:
    return place.run_folder(run, "control") / "suspended_flow_run"


def schedule_looks(place: Workplace, run: str) -> None:
    """Let Prefect start each look at its time where a server is configured; the due-list holds them in any case."""
    if not server_is_configured():
        return
    for look, due_at in looks.coming_looks(place, run):
        _schedule(EVALUATE, {"run": run, "look": look}, due_at, f"{run}:look:{look}")


def schedule_wave(run: str, wave: str, starts_at: datetime) -> None:
    """Let Prefect go on with a run when its next wave starts, where a server is configured."""
    if server_is_configured():
        _schedule(PUBLISH, {"run": run}, starts_at, f"{run}:wave:{wave}:{starts_at.isoformat()}")


def schedule_unpublishing(run: str, valid_until: datetime) -> None:
    """Let Prefect take the run's pages down at their time, where a server is configured."""
    if server_is_configured():
        _schedule(UNPUBLISH, {}, valid_until, f"{run}:unpublish:{valid_until.isoformat()}")


def _schedule(deployment: str, parameters: dict[str, object], moment: datetime, key: str) -> None:
    try:
        run_deployment(
            deployment, parameters=parameters, scheduled_time=moment, timeout=0, as_subflow=False, idempotency_key=key
        )
    except ObjectNotFound:
        get_run_logger().warning("deployment %s is missing: run `budkavle serve` or `prefect deploy --all`", deployment)
