"""`budkavle check`: brief, texts and gates of a campaign folder, before there is any run; nothing is stored."""

from dataclasses import replace
from pathlib import Path

from campaigns.brief import Brief
from campaigns.brief_loading import inspect_brief
from campaigns.errors import BriefInvalid, Finding
from campaigns.programme import load_programme
from tasks import gates, stories
from tasks.asked_checks import browser_findings, link_findings
from tasks.audience_query import examine, rehearse
from tasks.gate_subjects import subject_of
from tasks.messages import render_texts, variant_findings
from tasks.workplace import Workplace


def check_campaign(workplace: Workplace, folder: Path, *, links: bool = False, browser: bool = False) -> list[Finding]:
    """Return every finding in the brief, its texts and everything they can become; blocking ones first.

    ``links`` asks every linked page whether it answers, ``browser`` shows every text to axe in Chromium.

    Warnings that the brief overrides carry the reason in ``accepted``. Files are named within the folder. Texts are
    rendered only where the brief can be read and its clock exists, because every message prints a date.
    """
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
    try:
        variants = render_texts(brief, folder, workplace)
    except BriefInvalid as invalid:
        return list(invalid.findings)
    subjects = [
        subject_of(
            brief, folder, wave=each.wave, channel=each.channel, language=each.language, subject=each.subject,
            text=each.text, html=each.html, facts=each.facts,
        )
        for each in variants
    ]  # fmt: skip
    return [
        *variant_findings(brief, folder, variants),
        *stories.findings(workplace, brief, folder, variants),
        *gates.examine(subjects, load_programme().text_gates),
        *(link_findings(subjects) if links else ()),
        *(browser_findings(subjects) if browser else ()),
    ]
