"""Families of gates: what every text must keep, each with its requirement id.

A gate is one function registered under the id of its row in ``campaigns/programme.yaml``, which holds the requirement,
the kind and the thresholds. :func:`examine` runs them all over one variant.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from campaigns.brief import Override
from campaigns.errors import Finding
from campaigns.programme import Gate
from tasks.gates import (
    accessibility,
    active_content,
    contrast,
    correctness,
    decisions,
    districts,
    facts_agree,
    free_speech,
    language_marks,
    links,
    markdown_slips,
    own_styles,
    personal_links,
    pictures,
    politics,
    promised_facts,
    promises,
    quotations,
    readability,
    sender,
    spelling,
    structure,
    text_message,
    tracking,
    translation_facts,
    unseen_characters,
    wording,
)
from tasks.gates.registry import GATES, Fault
from tasks.gates.subject import GateSubject

MOST_FAULTS = 50
"""Of one gate in one text; looking for more would take as long as reading them."""
FAMILIES = (
    sender,
    promises,
    accessibility,
    active_content,
    structure,
    contrast,
    language_marks,
    links,
    tracking,
    free_speech,
    markdown_slips,
    own_styles,
    personal_links,
    pictures,
    readability,
    wording,
    spelling,
    correctness,
    unseen_characters,
    translation_facts,
    facts_agree,
    promised_facts,
    decisions,
    districts,
    politics,
    quotations,
    text_message,
)

__all__ = ["FAMILIES", "GATES", "Fault", "GateSubject", "accept_overrides", "examine", "finding_of", "refuses"]


def examine(subjects: Iterable[GateSubject], rules: Sequence[Gate]) -> list[Finding]:
    """Return what every gate finds in every variant, each fault once per language and channel, in reading order.

    Of one gate in one variant come at most ``MOST_FAULTS``, and one that there are more. A fault of a template is told
    once, with the first words that it spoils.
    """
    found: dict[Finding, Finding] = {}
    for subject in subjects:
        for rule in rules:
            for fault in _bounded(subject, GATES[rule.id](subject, rule.threshold)):
                finding = finding_of(subject, rule, fault)
                found.setdefault(_told_as(finding), finding)
    return sorted(
        found.values(), key=lambda finding: (finding.file, finding.line, finding.gate, finding.channel, finding.message)
    )


def _told_as(finding: Finding) -> Finding:
    return replace(finding, sentence="") if finding.file.endswith(".j2") else finding


def _bounded(subject: GateSubject, faults: Iterable[Fault]) -> Iterator[Fault]:
    """Yield the first faults that a gate finds in a text, and that there are more: nobody mends fifty from one list."""
    for number, fault in enumerate(faults):
        if number == MOST_FAULTS:
            remedy = subject.say("Mend those above, then check again.")
            yield replace(fault, message=subject.say("There are more of these"), remedy=remedy, sentence="")
            return
        yield fault


def accept_overrides(findings: Iterable[Finding], overrides: Sequence[Override]) -> list[Finding]:
    """Return the findings, each warning that the brief overrides with the reason that accepts it."""
    reasons = {override.gate: override.reason for override in overrides}
    return [
        replace(finding, accepted=reasons[finding.gate]) if finding.kind == "W" and finding.gate in reasons else finding
        for finding in findings
    ]


def refuses(finding: Finding) -> bool:
    """Tell whether a finding stops the campaign: it blocks, or warns and is not accepted by an override."""
    return finding.kind == "B" or (finding.kind == "W" and not finding.accepted)


def finding_of(subject: GateSubject, rule: Gate, fault: Fault) -> Finding:
    """Return a gate's fault in one variant as a finding."""
    file, line = fault.place
    return Finding(
        gate=rule.id,
        requirement=rule.requirement,
        kind=fault.kind or rule.kind,
        file=file,
        line=line,
        message=fault.message,
        remedy=fault.remedy,
        language=subject.language,
        channel=subject.channel,
        sentence=fault.sentence,
    )
