"""``budkavle audience``: who a campaign would meet, before there are texts; nothing is planned, rendered or mailed."""

from pathlib import Path
from typing import Any

from campaigns.brief import Brief
from campaigns.brief_loading import BRIEF, inspect_brief
from campaigns.errors import BriefInvalid
from tasks import audience_page, audience_profile, audience_stage, runs, store
from tasks.workplace import Workplace

ABOUT_TEXTS = "text_file"


def analyse(place: Workplace, folder: Path) -> dict[str, Any]:
    """Select the audience, draw the control group, write table and page; returns what ``--json`` prints.

    A run that has been prepared keeps its audience: its page is written again from what is kept. Raises BriefInvalid
    where the brief has a blocking finding about anything but missing texts, CheckFailed where a critical check fails.
    """
    brief = _brief_without_texts(folder)
    run = runs.identity(folder.name, brief.edition)
    if runs.state_of(place, run, folder) in (None, "preparing"):
        runs.begin(place, brief, folder)
        audience_stage.select_audience(place, run)
    store.take_snapshot(place)
    page = audience_page.write_audience_page(place, run)
    warnings = audience_profile.warnings_of(place, run)
    return {"run": run, "waves": audience_profile.shown_standings(place, run), "warnings": warnings, "page": str(page)}


def _brief_without_texts(folder: Path) -> Brief:
    brief, findings = inspect_brief(folder)
    blocking = [finding for finding in findings if finding.kind == "B" and finding.gate != ABOUT_TEXTS]
    if brief is None or blocking:
        raise BriefInvalid(
            f"{len(blocking or findings)} findings stand in the way of the audience",
            blocking or findings,
            where=str(folder / BRIEF),
            remedy="mend them and run `budkavle audience` again; texts may still be missing.",
        )
    return brief
