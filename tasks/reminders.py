"""Reminders by mail of what a campaign is late with, to its communicator and manager, once a week for each thing."""

import json
from datetime import datetime, timedelta
from typing import Any

from campaigns.language import translations
from tasks import decisions, overdue, runs, staff_mail, store
from tasks.ledger import load_decisions
from tasks.overdue import Overdue
from tasks.pages import filters
from tasks.workplace import Workplace

SENT = "reminder_sent"
BY_ITSELF = "system:reminders"
AGAIN_AFTER = timedelta(days=7)


def remind(workplace: Workplace, now: datetime) -> list[str]:
    """Mail a letter per run about what is overdue and was not reminded of within a week; returns the runs.

    Each letter that was taken stands in the decision log. Raises InputError where there is no directory,
    GatewayUnavailable where no relay answers; what was not sent is tried again the next time.
    """
    with store.writing(workplace) as connection:
        load_decisions(connection, workplace)
        late = overdue.overdue_within(connection, now)
    reminded = _reminded_since(workplace, now - AGAIN_AFTER)
    told = []
    for run in dict.fromkeys(each.run for each in late):
        owed = [each for each in late if each.run == run]
        if all(_key(each.run, each.as_dict()) in reminded for each in owed):
            continue
        if persons := _mail(workplace, run, owed):
            detail = {"persons": persons, "overdue": [each.as_dict() for each in owed]}
            decisions.record(workplace, SENT, actor=BY_ITSELF, run=run, detail=detail)
            told.append(run)
    return told


def _key(run: str | None, owed: dict[str, Any]) -> str:
    return json.dumps([run, owed["what"], owed["look"]])


def _reminded_since(workplace: Workplace, moment: datetime) -> set[str]:
    sent = (each for each in decisions.read(workplace) if each.action == SENT and each.at > moment)
    return {_key(each.run, owed) for each in sent for owed in each.detail["overdue"]}


def _mail(workplace: Workplace, run: str, owed: list[Overdue]) -> list[str]:
    brief = runs.load(workplace, run).brief
    _, day = translations(workplace.language).gettext, filters(workplace.language)["date"]
    subject = _("Reminder: %(title)s is late") % {"title": brief.title}
    lines = [_("The campaign %(title)s (%(run)s) is late with:") % {"title": brief.title, "run": run}, ""]
    lines += [f"- {told(each, _, day)}" for each in owed]
    lines += ["", _("Nothing has failed, and nothing is lost: it goes on as soon as this is done.")]
    return staff_mail.send(workplace, [brief.communicator, brief.manager], subject, "\n".join(lines) + "\n")


def told(owed: Overdue, _: Any, day: Any) -> str:
    """Return one overdue thing in words, with the command that settles it."""
    if owed.what == "feedback":
        template = _("feedback, promised by %(since)s: budkavle feedback %(run)s --text FILE")
    else:
        template = _("outcomes for follow-up %(look)s, due %(since)s: budkavle outcomes import %(run)s FILE")
    return str(template % {"since": day(owed.since), "run": owed.run, "look": owed.look})
