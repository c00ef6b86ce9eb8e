"""One approver's decision, from the command line or from the form of a suspended run, and the pages that show it."""

from collections.abc import Sequence

from tasks import approval, previews, store
from tasks.approval import Approval
from tasks.refusals import Refusal
from tasks.workplace import Workplace


def refuse(place: Workplace, run: str, code: str, reason: str, actor: str) -> tuple[Refusal, bool]:
    """Take a code for a refusal and write the preview again; tells too whether the communicator could be mailed."""
    refusal, told = approval.refuse(place, run, code, reason, actor)
    store.take_snapshot(place)
    previews.write_preview(place, run)
    return refusal, told


def decide(place: Workplace, run: str, code: str, reviewed: Sequence[str], actor: str) -> Approval:
    """Take a code for an approval and write the preview again, which names who has approved and read what."""
    granted = approval.grant(place, run, code, reviewed, actor)
    store.take_snapshot(place)
    previews.write_preview(place, granted.run)
    return granted
