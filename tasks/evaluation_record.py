"""The answer of an evaluation, kept beside the run's evidence so that a report can be written again."""

import json
import os
from datetime import UTC, datetime
from typing import Any

from campaigns.errors import OutcomesMissing
from tasks.workplace import Workplace

Found = dict[str, Any]


def keep(workplace: Workplace, run: str, look: int, found: Found) -> None:
    """Write the answer to ``runs/RUN/evidence/evaluation-LOOK.json`` with the time it was given."""
    found["evaluated_at"] = datetime.now(UTC).isoformat()
    path = workplace.run_folder(run, "evidence") / f"evaluation-{look}.json"
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(draft, path)


def stored_evaluation(workplace: Workplace, run: str, look: int) -> Found:
    """Return what the evaluation returned last for the look; raises OutcomesMissing where it has not been done."""
    path = workplace.run_folder(run, "evidence") / f"evaluation-{look}.json"
    if not path.exists():
        raise OutcomesMissing(f"look {look} of {run} is not evaluated", remedy=f"run `budkavle evaluate {run}`.")
    found: Found = json.loads(path.read_text(encoding="utf-8"))
    return found
