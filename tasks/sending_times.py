"""When a campaign's sending opens next, on its own clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from campaigns.brief import Brief
from campaigns.channels import load_channels
from campaigns.sending_hours import opens_next


def sending_opens(brief: Brief, now: datetime) -> datetime | None:
    """Return the first moment from now on at which every channel of the brief may send; None where there is none."""
    hours = [load_channels()[name].quiet_hours for name in brief.channels if name in load_channels()]
    quiets = [(each.begin, each.end) for each in hours if each]
    windows = [window.model_dump(mode="json") for window in brief.schedule.windows]
    return opens_next(windows, now.astimezone(ZoneInfo(brief.schedule.time_zone)), quiets)
