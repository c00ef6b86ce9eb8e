"""What the letter to an approver says: the matter in plain words, what a person must read, and how to approve it."""

import re
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeAlias

from campaigns.approvers import Person
from campaigns.brief import Brief
from campaigns.language import translations
from tasks import approval_people, checklist
from tasks.approval_mail import Request, Review, addressed
from tasks.approval_matter import last_day, local, title, uses
from tasks.approval_people import Asked
from tasks.approval_wording import AFTERWARDS, BEFORE
from tasks.data_used import data_used
from tasks.runs import Run
from tasks.workplace import Workplace

Text: TypeAlias = Callable[[str], str]
Writers: TypeAlias = Mapping[str, Any]
BESIDE = re.compile(rb'<p class="beside">.*?</p>\n?', re.DOTALL)
"""A paragraph that leads to a file beside the preview, which is not there where the preview is attached."""
OFFICER = "data_protection_officer"
LARGEST_ATTACHMENT = 4_000_000
"""Bytes; a larger preview is linked to, since many mail servers refuse messages above 10 MB after encoding."""


def compose(
    workplace: Workplace,
    run: Run,
    request: Request,
    people: Mapping[str, Person],
    reviews: Sequence[Review],
    told: str,
    asked_too: Asked = (),
) -> EmailMessage:
    """Return the letter in the language of the settings, dated now, the preview attached or linked to.

    ``people`` is the directory, ``asked_too`` role and person of everybody who is asked. An answer goes to the
    communicator.

    A review afterwards is asked for in words of its own: what was sent has been approved and is not held up.
    """
    text, brief = translations(workplace.language).gettext, run.brief
    preview = workplace.run_folder(run.run, "preview") / "index.html"
    attached = _attachable(workplace, preview)
    place = f"{workplace.preview_url.rstrip('/')}/{run.run}/preview/index.html" if workplace.preview_url else preview
    person = people[request.approver]
    names = {
        "name": person.name,
        "communicator": approval_people.named(run, people, text),
        "title": title(brief),
        "sender": brief.sender.body,
        "role": text(request.role.replace("_", " ")),
        "expires": local(request.expires_at, brief, workplace.language),
        "preview": text("attached; open it in a web browser") if attached else place,
    }
    asked = AFTERWARDS if request.afterwards else BEFORE
    parts = [text("Hello %(name)s,") % names, text(asked.asks) % names, _why(request, run, text, workplace.language)]
    if not request.afterwards:
        parts.append(text("Answer by %s at the latest.") % local(last_day(request, brief), brief, workplace.language))
    parts += [told, text("Preview: %(preview)s") % names]
    parts += [part for part in [approval_people.lines(run, request, people, asked_too, text)] if part]
    parts += [*_to_read(reviews, text), _checklist(brief, request.role, workplace.language, text(asked.questions))]
    parts += [text(asked.command) % _command(run.run, request.code, reviews)]
    parts += [text(part) % names for part in asked.ends if part != asked.form or workplace.has_prefect_server]
    parts += [text(asked.refusal) % _refusal(run.run, request.code)] if asked.refusal else []
    parts += [text("Run: %(run)s\nContent: %(digest)s") % {"run": run.run, "digest": (run.digest or "")[:12]}]
    letter = addressed(workplace, person.address, text(asked.subject) % names)
    if communicator := approval_people.communicator(run, people):
        letter["Reply-To"] = communicator.address
    letter.set_content("\n\n".join(parts) + "\n")
    if attached:
        name = text("preview-%s.html") % run.run
        page = BESIDE.sub(b"", preview.read_bytes())
        letter.add_attachment(page, maintype="text", subtype="html", filename=name)
    return letter


def _why(request: Request, run: Run, text: Text, language: str) -> str:
    """Return why the person is asked; the data protection officer also what data would be used, and what for."""
    why = text("You are asked because: %s.") % text(request.why)
    if request.role != OFFICER:
        return why
    assess = text("Assess whether these uses of registers are lawful, and whether so many persons need to be in them:")
    return "\n".join([why, assess, *uses(run.brief, text, language), *data_used(run.brief, run.folder, text)])


def _refusal(run: str, code: str) -> str:
    return f'budkavle approve {run} --code {code} --refuse "…"'


def _attachable(workplace: Workplace, preview: Path) -> bool:
    return not workplace.preview_url and preview.exists() and preview.stat().st_size <= LARGEST_ATTACHMENT


def _to_read(reviews: Sequence[Review], text: Text) -> list[str]:
    if not reviews:
        return []
    lines = [text("Read this and take a stand on each point:")]
    for each in reviews:
        lines.append(f"  - {each.id}: {each.message}")
        lines += ["      " + text("“%s”") % each.sentence] if each.sentence else []
        lines += [f"      {each.remedy}"] if each.remedy else []
    return ["\n".join(lines)]


def _checklist(brief: Brief, role: str, language: str, heading: str) -> str:
    points = checklist.points(brief, role)
    return "\n".join([heading, *(f"  [ ] {checklist.question(each, language)}" for each in points)])


def _command(run: str, code: str, reviews: Sequence[Review]) -> str:
    return " ".join([f"budkavle approve {run} --code {code}", *(f"--reviewed {each.id}" for each in reviews)])
