"""The stage of the audience as one plain function: a task of the flows, and what `budkavle audience` runs alone."""

from tasks import audience, audience_profile, published_figures, quality
from tasks.workplace import Workplace


def select_audience(workplace: Workplace, run: str) -> None:
    """Select the audience, draw the holdout, describe both, hide what is small, and check what must be true of them.

    May be run again. Raises CheckFailed where a critical check fails, and what its steps raise.
    """
    audience.select_audience(workplace, run)
    audience.draw_holdout(workplace, run)
    audience_profile.write_profile(workplace, run)
    published_figures.protect(workplace, run)
    quality.verify(workplace, "audience", run)
