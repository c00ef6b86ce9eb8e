"""Messages: every distinct text of a campaign, finished but for its slots.

A *variant* is what one combination of wave, channel, language and facts gets; combinations with the same words share
one. Texts are read and checked, rendered in a bounded process, put into their channel's layout, and never again touched
per person.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from campaigns.brief import Brief
from campaigns.campaign_files import is_read, part_files
from campaigns.channels import priced_per_part
from campaigns.errors import BriefInvalid, Finding, InputError
from campaigns.text_checks import PLAIN_FACTS, parts_of, read_texts
from campaigns.texts import TextSource
from tasks import layouts, rendering, runs, store, stories
from tasks.combinations import (
    Combination,
    audience_combinations,
    declared_combinations,
    occurring_combinations,
    written_channels,
)
from tasks.message_parts import PartText
from tasks.own_templates import check_templates, own_templates, render_templates
from tasks.text_presence import lost_words
from tasks.variants import RenderedVariant, make_variant, on_one_line
from tasks.workplace import Workplace

MOST_COMBINATIONS = 1000  # of facts
MOST_VARIANTS = 40  # per channel; more than a person can read before approving
TABLES = ("variant", "variant_choice")
SMS = "sms"
CHANGED = (*TABLES, "assignment")


def render_texts(brief: Brief, folder: Path, workplace: Workplace) -> list[RenderedVariant]:
    """Return every text that the waves, channels, languages and facts of a brief can give.

    Raises BriefInvalid with all findings, each with file and line.
    """
    values = math.prod(len(fact.values) for fact in brief.facts)
    if values > MOST_COMBINATIONS:
        remedy = "declare fewer facts or values, or print what differs as a slot."
        _refuse([_of_brief("facts_bounded", "P3c", "B", folder, f"the facts combine in {values} ways", remedy)])
    return render_combinations(brief, folder, workplace, declared_combinations(brief))


def render_combinations(
    brief: Brief, folder: Path, workplace: Workplace, combinations: Sequence[Combination]
) -> list[RenderedVariant]:
    """Return the distinct texts of these combinations, in their order; raises BriefInvalid."""
    texts, findings = read_texts(brief, folder)
    findings += [
        *_without_layout(brief, folder),
        *check_templates(brief, folder),
        *_without_line(texts.values(), {each.channel for each in combinations}),
    ]
    _refuse(findings)
    jobs = [_job(brief, texts[each.wave, each.language], each) for each in combinations]
    answers, findings = rendering.render_jobs(jobs, parts_of(folder))
    _refuse(findings)
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, (each, answer) in enumerate(zip(combinations, answers, strict=True)):
        told = each if own_templates(folder, each.channel) else each[:3]  # a template may branch on facts
        groups.setdefault((told, tuple(sorted(answer.items()))), []).append(number)
    first = {numbers[0]: (combinations[numbers[0]], on_one_line(answers[numbers[0]])) for numbers in groups.values()}
    made, findings = render_templates(brief, folder, workplace, first)
    _refuse(findings)
    variants: dict[str, RenderedVariant] = {}
    for numbers in groups.values():
        shared = tuple(combinations[number] for number in numbers)
        source = texts[shared[0].wave, shared[0].language]
        try:
            number = numbers[0]
            new = make_variant(brief, folder, workplace, shared, source, answers[number], made.get(number, {}))
        except InputError as error:
            findings.append(_fault(source, shared[0].channel, error))
            continue
        if shared[0].channel != SMS:
            findings += lost_words(folder, source, answers[number], new)
        same = variants.get(new.variant)
        variants[new.variant] = replace(same, combinations=same.combinations + shared) if same else new
    _refuse(findings)
    return list(variants.values())


def variant_findings(brief: Brief, folder: Path, variants: Iterable[RenderedVariant]) -> list[Finding]:
    """Return a warning for each channel with more texts than anybody reads before approving."""
    by_channel: dict[str, int] = {}
    for variant in variants:
        by_channel[variant.channel] = by_channel.get(variant.channel, 0) + 1
    remedy = "branch on fewer facts, or print what differs as a slot."
    return [
        replace(_of_brief("variant_count", "P3c", "W", folder, _too_many(channel, count), remedy), channel=channel)
        for channel, count in by_channel.items()
        if count > MOST_VARIANTS
    ]


def part_texts(workplace: Workplace, run: str) -> list[PartText]:
    """Render the texts of channels priced per part that somebody of the run's audience may get."""
    known = runs.load(workplace, run)
    counted = [channel for channel in priced_per_part() if channel in known.brief.channels]
    if not counted:
        return []
    with store.writing(workplace) as connection:
        combinations = audience_combinations(connection, known.run, counted)
    return [
        PartText(
            each.variant, each.wave, each.channel, each.language, [one.facts for one in each.combinations], each.slots,
            each.template,
        )
        for each in render_combinations(known.brief, known.folder, workplace, combinations)
    ]  # fmt: skip


def build_variants(workplace: Workplace, run: str) -> int:
    """Render the texts that this run's people get and say which text each person gets; returns their number.

    Writes variant and variant_choice, sets assignment.variant.
    """
    known = runs.load(workplace, run)
    with store.writing(workplace) as connection:
        combinations = occurring_combinations(connection, known.run, known.brief)
    variants = render_combinations(known.brief, known.folder, workplace, combinations)
    _refuse(stories.findings(workplace, known.brief, known.folder, variants))
    with store.writing(workplace) as connection:
        store.replace_rows(connection, known.run, TABLES)
        for variant in variants:
            _insert(connection, known.run, variant)
        connection.execute(store.statement("variants/assign"), {"run": known.run})
        store.keep_evidence(connection, workplace, known.run, CHANGED)
    return len(variants)


def _insert(connection: duckdb.DuckDBPyConnection, run: str, variant: RenderedVariant) -> None:
    connection.execute(
        store.statement("variants/insert_variant"),
        {
            "run": run, "variant": variant.variant, "wave": variant.wave, "channel": variant.channel,
            "language": variant.language, "subject": variant.subject, "text": variant.text, "html": variant.html,
            "template": variant.template, "slots": list(variant.slots), "digest": variant.digest,
            "parts": list(variant.parts),
        },
    )  # fmt: skip
    for each in variant.combinations:
        names, values = [name for name, _ in each.facts], [value for _, value in each.facts]
        connection.execute(
            store.statement("variants/insert_choice"),
            {
                "run": run, "wave": each.wave, "channel": each.channel, "language": each.language,
                "names": names, "facts": values, "variant": variant.variant,
            },
        )  # fmt: skip


def _without_layout(brief: Brief, folder: Path) -> list[Finding]:
    remedy = "write campaigns/layouts/CHANNEL.txt.j2 for it, or leave the channel out."
    return [
        replace(
            _of_brief("channel_known", "P4e", "B", folder, f"the channel {channel} has no layout", remedy),
            channel=channel,
        )
        for channel in written_channels(brief)
        if not layouts.has_layout(channel)
    ]


def _without_line(texts: Iterable[TextSource], channels: Collection[str]) -> list[Finding]:
    """Return a finding for each text that lacks the line that a channel sends in the place of the text."""
    return [
        Finding(
            "text_file", "P5b", "B", text.file, 1, "the text has no line for text messages",
            "add a line `sms: …` to the front matter, or take sms out of the brief's channels.", text.language, SMS,
        )
        for text in texts if SMS in channels and not text.fields.get(SMS, "").strip()
    ]  # fmt: skip


def _of_brief(gate: str, requirement: str, kind: str, folder: Path, message: str, remedy: str) -> Finding:
    return Finding(gate, requirement, kind, f"{folder.name}/campaign.yaml", 0, message, remedy)


def _too_many(channel: str, count: int) -> str:
    return f"{count} texts for {channel}: more than {MOST_VARIANTS} are not read before they are approved"


def _job(brief: Brief, text: TextSource, each: Combination) -> rendering.Job:
    plain = dict(zip(PLAIN_FACTS, (each.language, each.channel, each.wave, "treated"), strict=True))
    return rendering.Job(text, {**plain, **dict(each.facts)}, tuple(slot.name for slot in brief.slots))


def _fault(source: TextSource, channel: str, error: InputError) -> Finding:
    """Return a fault of a rendered text where what it names is written: in the text, its parts or the own template."""
    folder = source.path.parent
    parts = [path for path in part_files(folder) if is_read(path)]
    for path in (source.path, *parts, *own_templates(folder, channel).values()):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if error.where else []
        if number := next((number for number, line in enumerate(lines, start=1) if error.where in line), 0):
            file = f"{folder.name}/{path.name}"
            return Finding("text_syntax", "P5c", "B", file, number, error.problem, error.remedy, source.language)
    return Finding("text_syntax", "P5c", "B", source.file, 0, error.problem, error.remedy, source.language)


def _refuse(findings: Sequence[Finding]) -> None:
    if findings:
        found = list(dict.fromkeys(findings))
        raise BriefInvalid(f"{len(found)} faults in the texts of the campaign", found)
