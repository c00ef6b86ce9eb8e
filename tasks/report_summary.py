"""The report in a few lines of plain text, mailed to the manager and the communicator."""

import logging
import os

from campaigns.approvers import load_directory
from campaigns.errors import BudkavleError, GatewayUnavailable
from campaigns.language import translations
from tasks import report_place, runs, staff_mail, store
from tasks.evaluation_record import stored_evaluation
from tasks.told_lessons import told_lessons
from tasks.verdicts import worded
from tasks.workplace import Workplace

LOGGER = logging.getLogger(__name__)


def summary(workplace: Workplace, run: str, look: int) -> str:
    """Return the summary of one look, in the language of the settings; no count below ten stands in it."""
    with store.reading(workplace) as connection:
        known = runs.load_within(connection, run)
        lessons = told_lessons(connection, known.run, look, workplace.language)
    _ = translations(workplace.language).gettext
    found = worded(stored_evaluation(workplace, known.run, look), workplace.language)
    page = report_place.page(workplace, known.run, look)
    new = [lesson for lesson in lessons if lesson not in found["summary"]]
    parts = [
        _("%(title)s: follow-up %(look)s") % {"title": known.brief.title, "look": look},
        "\n".join(found["summary"]),
        "\n".join([_("What we learn:"), *(f"- {lesson}" for lesson in new)]) if new else "",
        _("The whole report: %(place)s") % {"place": page},
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def mail_summary(workplace: Workplace, run: str, look: int) -> list[str]:
    """Mail the summary to manager and communicator where it says something new; returns the persons it went to.

    It stands in ``report/summary-LOOK.txt`` too. A relay that does not answer, or a person whom the directory does not
    name, stops nothing: the report is there.
    """
    with store.reading(workplace) as connection:
        known = runs.load_within(connection, run)
    text, path = summary(workplace, known.run, look), workplace.run_folder(known.run, "report") / f"summary-{look}.txt"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return []
    try:
        persons = load_directory(workplace.directory).persons
    except BudkavleError:
        persons = {}
    names = [name for name in dict.fromkeys((known.brief.manager, known.brief.communicator)) if name in persons]
    try:
        sent = staff_mail.send(workplace, names, text.splitlines()[0], text) if names else []
    except GatewayUnavailable:
        LOGGER.warning("no mail relay took the report's summary; evaluate again to mail it")
        sent = []
    if sent or not names:
        draft = path.with_suffix(".draft")
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, path)
    return sent
