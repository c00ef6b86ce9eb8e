"""Pages whose time is over come down by themselves: at their time, and every ten minutes where that failed."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.campaign import WAITING
from flows.settings import load_settings, workplace
from tasks import unpublishing


@flow(name="unpublish-due")
def unpublish_due() -> State[dict[str, dict[str, str]]]:
    """Remove every page whose time is over or whose run is stopped; what still stands is told and tried again."""
    pages = unpublishing.unpublish_due(workplace(load_settings()))
    left = [f"{run} {language}" for run, each in pages.items() for language, fate in each.items()
            if fate == unpublishing.FAILED]  # fmt: skip
    if left:
        return Completed(name=WAITING, message=f"still shown: {', '.join(left)}", data=pages)
    return Completed(message=f"pages of {len(pages)} runs were taken down", data=pages)
