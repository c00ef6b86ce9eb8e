"""What the letter to an approver says: the matter in plain words, what a person must read, and how to approve it."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import duckdb
from babel.dates import format_datetime as format_local

from campaigns.approvers import Person
from campaigns.brief import Brief
from campaigns.language import translations
from campaigns.programme import load_programme
from tasks import checklist
from tasks.approval_mail import Request, Review, domain
from tasks.approval_wording import AFTERWARDS, BEFORE
from tasks.pages import filters
from tasks.preview_words import Words
from tasks.profile_cells import APPROACHED
from tasks.runs import Run
from tasks.shown_figures import Figures, figures
from tasks.workplace import Workplace

Text: TypeAlias = Callable[[str], str]
Writers: TypeAlias = Mapping[str, Any]
BESIDE = re.compile(rb'<p class="beside">.*?</p>\n?', re.DOTALL)
"""The paragraph that leads to a page beside the preview, which is not there where the preview is attached."""
CLOCK = {"sv": "d MMMM y 'kl.' HH.mm", "en": "d MMMM y 'at' HH:mm"}
LARGEST_ATTACHMENT = 4_000_000
"""Bytes; a larger preview is linked to, since many mail servers refuse messages above 10 MB after encoding."""


def matter(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: Run) -> str:
    """Return what is to be approved: what, to whom, when, cost, decision status and overrides with their reasons."""
    words, brief = Words(workplace.language), run.brief
    text, write = translations(workplace.language).gettext, filters(workplace.language)
    shown = figures(connection, run, workplace.language)
    goal = next(goal for goal in load_programme().goals if goal.id == brief.goal)
    lines = [
        text("What: %s") % f"{_title(brief)} ({goal.id}: {goal.en if workplace.language == 'en' else goal.sv})",
        text("To whom: %s") % brief.objective.group,
        *_to_whom(shown, words, text),
        text("When:"),
        *(f"  - {words.wave(wave.name)}: {_local(wave.start, brief, workplace.language)}" for wave in brief.waves),
        text("  - holds until %s") % _local(brief.schedule.valid_until, brief, workplace.language),
        _cost(run, shown, text, write),
        *_decision(brief, words, text, write),
    ]
    if brief.overrides:
        lines.append(text("Warnings that the communicator asks you to accept, with the reason:"))
        asked = {gate.id: text(gate.says) for gate in load_programme().gates}
        lines += [f"  - {asked.get(each.gate, each.gate)} ({each.gate}): {each.reason}" for each in brief.overrides]
    return "\n".join(lines)


def compose(
    workplace: Workplace, run: Run, request: Request, person: Person, reviews: Sequence[Review], told: str
) -> EmailMessage:
    """Return the letter in the language of the settings, dated now, the preview attached or linked to.

    A review afterwards is asked for in words of its own: what was sent has been approved and is not held up.
    """
    text, brief = translations(workplace.language).gettext, run.brief
    preview = workplace.run_folder(run.run, "preview") / "index.html"
    attached = _attachable(workplace, preview)
    place = f"{workplace.preview_url.rstrip('/')}/{run.run}/preview/index.html" if workplace.preview_url else preview
    names = {
        "name": person.name,
        "title": _title(brief),
        "sender": brief.sender.body,
        "role": text(request.role.replace("_", " ")),
        "expires": _local(request.expires_at, brief, workplace.language),
        "preview": text("attached; open it in a web browser") if attached else place,
    }
    asked = AFTERWARDS if request.afterwards else BEFORE
    parts = [text("Hello %(name)s,") % names, text(asked.asks) % names, told, text("Preview: %(preview)s") % names]
    parts += [*_to_read(reviews, text), _checklist(brief, workplace.language, text(asked.questions))]
    parts += [text(asked.command) % _command(run.run, request.code, reviews)]
    parts += [text(part) % names for part in asked.ends]
    parts += [text("Run: %(run)s\nContent: %(digest)s") % {"run": run.run, "digest": (run.digest or "")[:12]}]
    letter = _addressed(workplace, person, text(asked.subject) % names)
    letter.set_content("\n\n".join(parts) + "\n")
    if attached:
        name = text("preview-%s.html") % run.run
        page = BESIDE.sub(b"", preview.read_bytes())
        letter.add_attachment(page, maintype="text", subtype="html", filename=name)
    return letter


def _addressed(workplace: Workplace, person: Person, subject: str) -> EmailMessage:
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = subject
    letter["From"] = workplace.sender_address
    letter["To"] = person.address
    letter["Date"] = format_datetime(datetime.now(ZoneInfo("Europe/Stockholm")))
    letter["Message-ID"] = make_msgid(domain=domain(workplace))
    letter["Auto-Submitted"] = "auto-generated"
    return letter


def _attachable(workplace: Workplace, preview: Path) -> bool:
    return not workplace.preview_url and preview.exists() and preview.stat().st_size <= LARGEST_ATTACHMENT


def _to_whom(shown: Figures, words: Words, text: Text) -> list[str]:
    lines = []
    for wave in shown.waves:
        persons, total = dict(wave["standings"]).get(APPROACHED, 0), wave["total"]
        line = text("  - %(wave)s: %(persons)s persons of %(total)s in the audience may be contacted")
        if persons is None:
            line = text("  - %(wave)s: how many persons is not shown")
        elif total is None:
            line = text("  - %(wave)s: %(persons)s persons")
        told = {"persons": words.persons(persons), "total": words.persons(total)}
        lines.append(line % {"wave": words.wave(wave["wave"]), **told})
    return lines


def _cost(run: Run, shown: Figures, text: Text, write: Writers) -> str:
    budget, planned = run.brief.budget, run.design.get("planned_sek")
    most = {"most": write["money"](budget.sek), "most_co2": write["kilograms"](budget.co2_kg)}
    if planned is None or shown.withheld:
        return text("Cost: at most %(most)s and %(most_co2)s kg of carbon dioxide") % most
    spent = {"sek": write["money"](planned), "co2": write["kilograms"](run.design["planned_co2_kg"])}
    return text("Cost: %(sek)s of at most %(most)s, %(co2)s of at most %(most_co2)s kg of carbon dioxide") % (
        most | spent
    )


def _decision(brief: Brief, words: Words, text: Text, write: Writers) -> list[str]:
    """Return the status of the decision and, of a proposal, until when to answer; then what is promised."""
    decision = brief.decision
    known = [decision.body, decision.date and write["date"](decision.date), decision.reference]
    settled = ", ".join(part for part in known if part)
    until = decision.consultation_until
    return [
        text("Decision: %s") % (words.decision(decision.status) + (f" ({settled})" if settled else "")),
        *([text("Last day to answer: %s") % write["date"](until)] if until else []),
        text("Promised: by %s the audience hears what came of it") % write["date"](brief.feedback_by),
    ]


def _to_read(reviews: Sequence[Review], text: Text) -> list[str]:
    if not reviews:
        return []
    lines = [text("Read this and take a stand on each point:")]
    for each in reviews:
        lines.append(f"  - {each.id}: {each.message}")
        lines += ["      " + text("“%s”") % each.sentence] if each.sentence else []
        lines += [f"      {each.remedy}"] if each.remedy else []
    return ["\n".join(lines)]


def _checklist(brief: Brief, language: str, heading: str) -> str:
    return "\n".join([heading, *(f"  [ ] {checklist.question(each, language)}" for each in checklist.points(brief))])


def _command(run: str, code: str, reviews: Sequence[Review]) -> str:
    return " ".join([f"budkavle approve {run} --code {code}", *(f"--reviewed {each.id}" for each in reviews)])


def _title(brief: Brief) -> str:
    return " ".join(brief.title.split())


def _local(instant: datetime, brief: Brief, language: str) -> str:
    zone = ZoneInfo(brief.schedule.time_zone)
    return str(format_local(instant, CLOCK[language], tzinfo=zone, locale=language))
