"""A person's orders: pause, resume or stop a run, the order first, then the run's state; withdraw a story."""

from campaigns.brief import Brief
from campaigns.brief_loading import find_campaign, inspect_brief
from campaigns.errors import InputError, UnknownRun
from tasks import accounts, control, looks, runs, store, unpublishing
from tasks.ledger import load_decisions
from tasks.workplace import Workplace

NOT_SENDING_YET = frozenset({"prepared", "approved", "scheduled"})


def steer(workplace: Workplace, run: str, order: str, actor: str) -> str:
    """Give a run the order ``pause``, ``resume`` or ``stop`` and return its id.

    A run that is not being sent yet can be paused too: its state stays, and nothing is sent until it is resumed.
    Raises IllegalMove where the run's state does not allow it, before anything is ordered.
    """
    known = runs.load(workplace, run)
    becomes = {"pause": "paused", "resume": "publishing", "stop": "stopped"}[order]
    if known.state in NOT_SENDING_YET and order != "stop":
        becomes = known.state
    runs.require_move(known.run, known.state, becomes)
    {"pause": control.pause, "resume": control.resume, "stop": control.stop}[order](workplace, known.run, actor)
    with store.writing(workplace) as connection:
        accounts.merge_within(connection, workplace, known.run)
        if order == "stop":  # the log's own line has moved the run, even one whose last message was just sent
            load_decisions(connection, workplace)
            store.keep_evidence(connection, workplace, known.run, ["run"])
        else:
            runs.move_within(connection, workplace, known.run, becomes)
        sent = accounts.messages_accounted(connection, known.run)["accepted"]
    if order == "stop" and sent:
        looks.plan_looks(workplace, known.run)
    return known.run


def withdraw_story(workplace: Workplace, campaign: str, story: str, actor: str) -> dict[str, dict[str, str]]:
    """Withdraw the consent to a story, in every edition of a campaign; returns each page's fate by run and language.

    ``campaign`` is a folder, a name, or a run's id or prefix. Raises InputError where no edition tells the story.
    """
    name, briefs = _editions(workplace, campaign)
    told = {each.name: each.consent for brief in briefs for each in brief.stories}
    consents = {each.consent for brief in briefs for each in brief.stories if each.name == story}
    if not consents:
        known = f"stories of {name}: {', '.join(sorted(told)) or 'none'}"
        raise InputError(f"no edition of {name} tells a story of this name", remedy=f"{known}; nothing was withdrawn.")
    control.withdraw(workplace, name, story, sorted(consents), actor)
    return unpublishing.take_down_everywhere(workplace)


def _editions(workplace: Workplace, campaign: str) -> tuple[str, list[Brief]]:
    """Return a campaign's name and every brief of it: those of its runs, and today's where it can be read."""
    try:
        folder = find_campaign(campaign)
        name, today = folder.name, inspect_brief(folder)[0]
    except InputError:
        try:
            known = runs.load(workplace, campaign)
        except UnknownRun:
            raise InputError(
                "no campaign and no run answers to this name",
                where=campaign,
                remedy="`budkavle status` lists the runs.",
            ) from None
        name, today = known.campaign, known.brief
    return name, [*runs.briefs(workplace, name), *([today] if today else [])]
