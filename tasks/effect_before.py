"""What a look found before the control group got the message too: told again by the looks after, which compare none."""

from typing import Any

from campaigns.errors import OutcomesMissing
from tasks import looks
from tasks.evaluation_record import stored_evaluation
from tasks.runs import Run
from tasks.workplace import Workplace

CODE = "told_before"
FIGURES = ("ci_low", "effect", "ci_high", "verdict", "step")
Found = dict[str, Any]


def added(found: Found, workplace: Workplace, run: Run) -> Found:
    """Return an answer with the effect that the newest look before has found, where this one compares nobody."""
    if not looks.window(run, found["look"]).all_are_told:
        return found
    for look in range(found["look"] - 1, 0, -1):
        arm = _compared(workplace, run, look)
        if arm is not None:
            told = {"code": CODE, "look": look, **{name: arm.get(name) for name in FIGURES}}
            return found | {"doubts": [*found["doubts"], told]}
    return found


def _compared(workplace: Workplace, run: Run, look: int) -> Found | None:
    """Return the figures of everybody treated at a look; None where it is not evaluated or compared nobody."""
    try:
        arm: Found = stored_evaluation(workplace, run.run, look)["arms"][0]
    except OutcomesMissing:
        return None
    return arm if arm["effect"] is not None else None
