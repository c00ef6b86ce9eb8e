"""Starting a worker process for a shard and waiting for it; a worker that was killed is followed by another."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from campaigns.errors import InputError, Refused
from tasks.fence import fence_folder
from tasks.receipts import receipts_key
from tasks.workplace import Workplace

MOST_TAKEOVERS = 3
SECONDS_TO_FINISH_WINDOW = 60.0
PATIENCE = 30.0
OUTCOMES = {"unavailable": "gateway_unavailable", "failing": "gateway_failing"}


@dataclass(frozen=True)
class ShardResult:
    """How a shard's publishing ended.

    ``outcome``: done, or deferred, paused, outside_hours, interrupted, gateway_unavailable, gateway_failing or locked
    (another worker has it). ``counts``: records written by status. ``takeovers``: workers that died on the way.
    ``problem``: what the gateway that was unavailable said, without secrets.
    """

    shard: str
    outcome: str
    counts: dict[str, int] = field(default_factory=dict)
    takeovers: int = 0
    problem: str = ""


def deliver(workplace: Workplace, run: str, shard: str, *, patience: float = PATIENCE, first: int = 0) -> ShardResult:
    """Run workers over one shard until one ends by itself; raises InputError where none can.

    Raises Refused where an old back-up of HOME was restored, with nothing sent.

    The calling thread must live until this returns: the worker dies with the thread that started it.
    """
    for takeovers in range(MOST_TAKEOVERS + 1):
        answer = _run_worker(workplace, run, shard, {"patience": patience, "first": first})
        if answer is not None:
            return _result(shard, answer, takeovers)
    raise InputError(
        f"{MOST_TAKEOVERS + 1} workers in a row were killed",
        where=f"run {run}, shard {shard}",
        remedy="look for the reason in the system's log (memory?), then run the same command again.",
    )


def _result(shard: str, answer: dict[str, Any], takeovers: int) -> ShardResult:
    if answer["ending"] == "damaged":
        raise InputError(answer["problem"], where=f"shard {shard}")
    if answer["ending"] == "older":
        raise Refused(
            "this home is older than what was sent: it would send again what it does not know of",
            where=f"shard {shard}",
            remedy="restore a newer back-up of HOME; or, where there is none, `budkavle accept-restore RUN`.",
        )
    ending = answer["ending"]
    return ShardResult(shard, OUTCOMES.get(ending, ending), answer["counts"], takeovers, answer.get("problem", ""))


def _run_worker(workplace: Workplace, run: str, shard: str, bounds: dict[str, Any]) -> dict[str, Any] | None:
    command = [sys.executable, "-m", "tasks.worker", "--home", str(workplace.home), "--run", run]
    command += ["--shard", shard, "--parent", str(os.getpid())]
    folder = fence_folder(workplace.fence, workplace.home, run)
    settings = {**_settings(workplace), **bounds, "fence": str(folder or "")}
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        output, _ = worker.communicate(json.dumps(settings))
    except BaseException:
        _let_finish(worker)
        raise
    if worker.returncode < 0:
        return None
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError:
        return {"ending": "damaged", "counts": {}, "problem": f"the worker ended with {worker.returncode}"}
    return answer


def _let_finish(worker: "subprocess.Popen[str]") -> None:
    """Ask the worker to finish its window, so that an interrupted command leaves nothing in doubt."""
    worker.terminate()
    try:
        worker.wait(SECONDS_TO_FINISH_WINDOW)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def _settings(workplace: Workplace) -> dict[str, Any]:
    return {
        "smtp_url": workplace.smtp_url,
        "sms_url": workplace.sms_url,
        "letter_url": workplace.letter_url,
        "web_url": workplace.web_url,
        "intranet_url": workplace.intranet_url,
        "web_token": workplace.web_token,
        "intranet_token": workplace.intranet_token,
        "receipts_url": workplace.receipts_url,
        "receipts_key": receipts_key(workplace.key) if workplace.receipts_url else "",
        "public_url": workplace.public_url,
        "sender_address": workplace.sender_address,
    }
