"""`budkavle check`: brief, texts and gates of a campaign folder, before there is any run; nothing is stored."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from campaigns.brief import Brief
from campaigns.brief_loading import BRIEF
from campaigns.brief_mending import BriefForTexts, brief_for_texts
from campaigns.errors import Finding
from campaigns.open_branches import open_branches
from campaigns.programme import load_programme
from campaigns.texts import MISSING
from tasks import stories
from tasks.asked_checks import browser_findings, link_findings
from tasks.audience_query import examine, rehearse
from tasks.brief_judging import judged_brief
from tasks.gate_subjects import subject_of
from tasks.gates import examining
from tasks.messages import variant_findings
from tasks.rendered_texts import renderable_texts
from tasks.workplace import Workplace

OF_WORDS = frozenset({
    "active_content", "alt_text", "contrast", "gendered", "headings", "hidden_character", "jargon", "language_part",
    "link_address", "link_personal", "link_text", "lix", "markdown_slip", "personal_number", "placeholder", "politics",
    "sentence_length", "spelling", "table_structure", "text_file", "text_syntax",
})  # fmt: skip
"""Gates that read a text as it stands, without what the brief says of it."""
NOT_YET_JUDGED = "What else is wrong there is told once this is mended."
"""Said with what keeps a text from being rendered, and so from the gates; every other text is judged."""

PICTURES = "image_file"
"""The gate of pictures that cannot be shown, without which a text is judged all the same."""
TEXTS_NOT_JUDGED = "No text was judged: what is wrong there is told once the brief can be read."
"""Said with the first fault of a brief that says too little of what its texts may print."""


def check_campaign(
    workplace: Workplace, folder: Path, *, links: bool = False, browser: bool = False, now: datetime | None = None
) -> list[Finding]:
    """Return every finding in the brief, its texts and everything they can become; blocking ones first.

    ``links`` asks every linked page whether it answers, ``browser`` shows every text to axe in Chromium. Starts that
    have passed ``now`` are found unless it is None, or the campaign's run has begun.

    Warnings that the brief overrides carry the reason in ``accepted``. Files are named within the folder. Texts are
    rendered only where the brief can be read and its clock exists, because every message prints a date.
    """
    brief, findings = judged_brief(workplace, folder, now)
    if brief is not None:
        dated = not any(finding.gate == "clock_time" for finding in findings)
        texts = _in_texts(brief, folder, workplace, links, browser) if dated else []
        more = [*_in_queries(brief, folder), *(each for each in texts if not _told_before(each, findings))]
        findings = examining.accept_overrides([*findings, *more], brief.overrides)
    elif stand_in := brief_for_texts(folder / BRIEF):
        findings = [*findings, *_in_texts_alone(stand_in, folder, workplace)]
    else:
        findings = [replace(each, remedy=f"{each.remedy} {TEXTS_NOT_JUDGED}") for each in findings[:1]] + findings[1:]
    named = {replace(finding, file=Path(finding.file).name) for finding in findings}
    return sorted(
        named, key=lambda each: ("BWH".find(each.kind), each.file, each.line, each.gate, each.message, str(each))
    )


def _in_texts_alone(stand_in: BriefForTexts, folder: Path, workplace: Workplace) -> list[Finding]:
    """Return what is wrong with the texts whatever the brief says, where the brief itself cannot be read whole."""
    found = _in_texts(stand_in.brief, folder, workplace, links=False, browser=False)
    judged = OF_WORDS if stand_in.names_told else OF_WORDS - {"text_syntax"}  # a name untold is no fault of the text
    alone = [each for each in found if each.gate in judged and Path(each.file).name != BRIEF]
    return [each for each in alone if each.message != MISSING]


def _told_before(finding: Finding, of_brief: Sequence[Finding]) -> bool:
    """Tell whether a text that is missing is told with the language that the brief asks for."""
    name = Path(finding.file).name
    return finding.message == MISSING and any(name in each.message for each in of_brief if each.gate == finding.gate)


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
            text=each.text, html=each.html, facts=each.facts, included=each.parts,
        )
        for each in variants
    ]  # fmt: skip
    return [
        *(_silencing(each) if each.line and each.gate != PICTURES else each for each in silencing),
        *variant_findings(brief, folder, variants),
        *open_branches(brief, folder),
        *stories.findings(workplace, brief, folder, variants),
        *examining.examine(subjects, load_programme().text_gates),
        *(link_findings(subjects) if links else ()),
        *(browser_findings(subjects) if browser else ()),
    ]


def _silencing(finding: Finding) -> Finding:
    return replace(finding, remedy=f"{finding.remedy} {NOT_YET_JUDGED}")
