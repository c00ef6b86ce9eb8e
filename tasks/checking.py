"""`budkavle check`: brief, texts and gates of a campaign folder, before there is any run; nothing is stored."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from campaigns.brief import Brief
from campaigns.brief_loading import inspect_brief
from campaigns.errors import Finding
from campaigns.programme import load_programme
from tasks import gates, runs, stories
from tasks.asked_checks import browser_findings, link_findings
from tasks.audience_query import examine, rehearse
from tasks.gate_subjects import subject_of
from tasks.messages import variant_findings
from tasks.rendered_texts import renderable_texts
from tasks.workplace import Workplace

NOT_YET_JUDGED = "What else is wrong there is told once this is mended."
"""Said with what keeps a text from being rendered, and so from the gates; every other text is judged."""


def check_campaign(
    workplace: Workplace, folder: Path, *, links: bool = False, browser: bool = False, now: datetime | None = None
) -> list[Finding]:
    """Return every finding in the brief, its texts and everything they can become; blocking ones first.

    ``links`` asks every linked page whether it answers, ``browser`` shows every text to axe in Chromium. Starts that
    have passed ``now`` are found unless it is None, or the campaign's run has begun.

    Warnings that the brief overrides carry the reason in ``accepted``. Files are named within the folder. Texts are
    rendered only where the brief can be read and its clock exists, because every message prints a date.
    """
    brief, findings = inspect_brief(folder, now)
    if brief and now and runs.is_launched(workplace, runs.identity(folder.name, brief.edition)):
        brief, findings = inspect_brief(folder)
    if brief is not None:
        dated = not any(finding.gate == "clock_time" for finding in findings)
        more = [*_in_queries(brief, folder), *(_in_texts(brief, folder, workplace, links, browser) if dated else ())]
        findings = gates.accept_overrides([*findings, *more], brief.overrides)
    named = {replace(finding, file=Path(finding.file).name) for finding in findings}
    return sorted(
        named, key=lambda each: ("BWH".find(each.kind), each.file, each.line, each.gate, each.message, str(each))
    )


def _in_queries(brief: Brief, folder: Path) -> list[Finding]:
    present = [wave for wave in brief.waves if (folder / wave.audience).is_file()]
    examined = [examine(folder / wave.audience, brief, wave.name) for wave in present]
    findings = [finding for _, found in examined for finding in found]
    return [*findings, *rehearse([question for question, found in examined if not found], brief)]


def _in_texts(brief: Brief, folder: Path, workplace: Workplace, links: bool, browser: bool) -> list[Finding]:
    variants, silencing = renderable_texts(brief, folder, workplace)
    subjects = [
        subject_of(
            brief, folder, wave=each.wave, channel=each.channel, language=each.language, subject=each.subject,
            text=each.text, html=each.html, facts=each.facts,
        )
        for each in variants
    ]  # fmt: skip
    return [
        *(replace(each, remedy=f"{each.remedy} {NOT_YET_JUDGED}") if each.line else each for each in silencing),
        *variant_findings(brief, folder, variants),
        *stories.findings(workplace, brief, folder, variants),
        *gates.examine(subjects, load_programme().text_gates),
        *(link_findings(subjects) if links else ()),
        *(browser_findings(subjects) if browser else ()),
    ]
