"""A campaign's brief as `check` and `prepare` judge it at a moment: what the one finds, the other stops."""

from datetime import datetime
from pathlib import Path

from campaigns.brief import Brief
from campaigns.brief_loading import inspect_brief
from campaigns.errors import Finding
from tasks import runs
from tasks.workplace import Workplace


def judged_brief(workplace: Workplace, folder: Path, now: datetime | None) -> tuple[Brief | None, list[Finding]]:
    """Return a brief and what is found in it; times that have passed ``now``, unless its run is approved already."""
    brief, findings = inspect_brief(folder, now)
    if brief and now and runs.is_launched(workplace, runs.identity(folder.name, brief.edition)):
        return inspect_brief(folder)
    return brief, findings
