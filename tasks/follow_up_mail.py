"""The summary of a follow-up by mail, to those who answer for the communication programme."""

from pathlib import Path
from typing import Any

from campaigns.approvers import load_directory
from campaigns.language import translations
from campaigns.period import read_period
from tasks import staff_mail
from tasks.follow_up_words import FollowUpWords
from tasks.workplace import Workplace

ROLE, OTHERWISE = "follow_up", "communications_director"


def mail_summary(workplace: Workplace, found: dict[str, Any]) -> list[str]:
    """Mail the summary with the page attached to everybody with the role ``follow_up``; returns their ids.

    Where nobody has that role the communications director gets it. Raises as ``staff_mail.send``.
    """
    persons = load_directory(workplace.directory).persons
    roles = {role: [name for name, person in persons.items() if role in person.roles] for role in (ROLE, OTHERWISE)}
    _, words = translations(workplace.language).gettext, FollowUpWords(workplace.language)
    period = words.period(read_period(found["period"]))
    subject = _("Follow-up of the communication programme, %(period)s") % {"period": period}
    lines = [subject, "", *(f"- {sentence}" for sentence in found["summary"]), "", found["page"]]
    return staff_mail.send(
        workplace, roles[ROLE] or roles[OTHERWISE], subject, "\n".join(lines) + "\n", Path(found["page"])
    )
