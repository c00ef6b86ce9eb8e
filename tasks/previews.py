"""The preview: one static page per run, on which an approver sees everything that is about to happen.

Nothing on it runs and nothing is fetched: the texts stand in sandboxed frames inside the page.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from campaigns.brief import Brief
from campaigns.channels import load_channels
from campaigns.errors import Finding
from campaigns.language import fallback, translations
from campaigns.programme import load_programme
from campaigns.sendings import sendings
from tasks import cost_bound, later_words, runs, store
from tasks.approvals_shown import accepted_readings, shown_approvals
from tasks.audience_words import AudienceWords
from tasks.easy_read_shown import easy_read_notes
from tasks.findings import findings_of, readings
from tasks.gate_subjects import stored_subjects
from tasks.gates.examining import refuses
from tasks.gates.subject import GateSubject
from tasks.letter_samples import write_samples
from tasks.local_time import in_words
from tasks.pages import page_environment, write_page
from tasks.plan_page import plan_page
from tasks.preview_texts import languages_without_readers, texts_shown
from tasks.preview_words import Words
from tasks.shown_design import shown_design
from tasks.shown_figures import figures
from tasks.slot_values import shown_values
from tasks.slots import unsubscribe_address
from tasks.text_frames import frame_height
from tasks.text_message import count, named
from tasks.text_pictures import shown_within
from tasks.workplace import Workplace

CODE = re.compile(r"\(([A-Z][0-9]?[a-z]?[0-9]?)\)")
MOST_CHARACTERS_NAMED = 6  # an Arabic text has some thirty


def write_preview(workplace: Workplace, run: str) -> Path:
    """Write ``runs/RUN/preview/index.html`` and its sample letters from the snapshot; return the page's path."""
    with store.reading(workplace) as connection:
        this = runs.load_within(connection, run)
        page = _page(connection, workplace, this)
    return write_page(workplace.run_folder(this.run, "preview") / "index.html", page)


def _page(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run) -> str:
    words = Words(workplace.language, run.brief.labels)
    findings = findings_of(connection, run, reader=workplace.language)
    environment = page_environment(workplace.language)
    shown = figures(connection, run, workplace.language)
    read, accepted = readings(findings), accepted_readings(connection, workplace, run)
    approvals, subjects = shown_approvals(connection, workplace, run), stored_subjects(connection, run)

    def values(brief: Brief, language: str) -> dict[str, str]:
        return shown_values(brief, language, _unsubscribing(workplace))

    return environment.get_template("preview.html.j2").render(
        run=run,
        brief=run.brief,
        fallback=fallback(run.brief.languages),
        words=words,
        audience_words=AudienceWords(workplace.language, run.brief.labels),
        audience_page=(workplace.run_folder(run.run, "preview") / "audience.html").exists(),
        waves=shown.waves,
        later=later_words.sentences(shown.later, run, workplace.language),
        starts=[
            (each.start, later_words.sending(each, words, workplace.language))
            for each in sorted(sendings(run.brief), key=lambda each: each.start)
        ],
        plan=shown.plan,
        withheld=shown.withheld,
        at_most=cost_bound.at_most(connection, run, shown),
        explained=plan_page(connection, run, workplace.language, words),
        design=shown_design(connection, run),
        texts=texts_shown([_with_pictures(each) for each in stored_subjects(connection, run, values=values)], words),
        easy_read=easy_read_notes(connection, run, subjects, workplace.language),
        nobody_gets=languages_without_readers(subjects, words),
        frame=frame_height,
        unsubscribing=_unsubscribing(workplace),
        part_count=_counter(subjects),
        findings={kind: _together([found for found in findings if found.kind == kind]) for kind in "BHW"},
        refused=any(refuses(found) for found in findings),
        passed=_passed(findings),
        letters=write_samples(connection, run, workplace.run_folder(run.run, "preview"), values),
        says={gate.id: gate.says for gate in load_programme().gates},
        checks=connection.execute(store.statement("previews/checks"), {"run": run.run}).fetchall(),
        approvals=approvals,
        codes=_codes([each["why"] for each in approvals] + [" ".join(each["reasons"]) for each in shown.plan]),
        readings=read,
        overridden=[each for each in run.brief.overrides if each.gate not in {found.gate for found in findings}],
        moment=lambda moment: in_words(moment, workplace.language, run.brief.schedule.time_zone),
        accepted={each.id: accepted.get(each.id, []) for each in read},
    )


def _with_pictures(subject: GateSubject) -> GateSubject:
    return replace(subject, html=shown_within(subject.html, subject.folder))


def _unsubscribing(workplace: Workplace) -> str:
    """Return the address to unsubscribe as recipients get it, a word in the place of each one's own code."""
    code = translations(workplace.language).gettext("the-recipients-own-code")
    return unsubscribe_address(code, sender_address=workplace.sender_address, public_url=workplace.public_url)


def _codes(sentences: Sequence[str]) -> list[str]:
    """Return the ids of requirements that sentences name in parentheses, in their order."""
    named = {found for sentence in sentences for found in CODE.findall(sentence)}
    return [identity for identity in load_programme().requirements_in_words if identity in named]


def _counter(subjects: Sequence[GateSubject]) -> Callable[[GateSubject], dict[str, Any] | None]:
    """Return what counts the parts of a text as it is filled, without the marks of the preview."""
    filled = {subject.variant: subject for subject in subjects}
    return lambda shown: _part_count(filled[shown.variant])


def _part_count(variant: GateSubject) -> dict[str, Any] | None:
    """Return what a text of a channel priced per part takes and costs as shown; None for other channels."""
    channel = load_channels()[variant.channel]
    if not channel.per_part:
        return None
    counted = count(variant.text)
    return {
        "sender": variant.brief.sender.of_channel(channel.text_sender),
        "alphabet": counted.alphabet,
        "parts": counted.parts,
        "sek": counted.parts * channel.unit_cost_sek,
        "forcing": [named(character) for character in counted.forcing[:MOST_CHARACTERS_NAMED]],
        "more": max(0, len(counted.forcing) - MOST_CHARACTERS_NAMED),
    }


def _together(findings: Sequence[Finding]) -> list[tuple[Finding, list[str]]]:
    """Return each finding once with the channels it stands in."""
    channels: dict[Finding, list[str]] = {}
    for finding in findings:
        channels.setdefault(replace(finding, channel=""), []).append(finding.channel)
    return list(channels.items())


def _passed(findings: Sequence[Finding]) -> list[Mapping[str, str]]:
    found = {finding.gate for finding in findings}
    rows = [gate for gate in load_programme().text_gates if gate.id not in found]
    return [{"id": gate.id, "requirement": gate.requirement, "says": gate.says} for gate in rows]
