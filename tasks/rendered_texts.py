"""Every text that a campaign can become, rendered: what is wrong with one text silences that text and no other.

A picture that cannot be shown silences none: the text is judged without it.
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from campaigns.brief import Brief
from campaigns.brief_loading import BRIEF
from campaigns.campaign_files import is_read, part_files
from campaigns.errors import BriefInvalid, Finding, InputError, PicturesInvalid
from campaigns.text_checks import PLAIN_FACTS, Texts, parts_of, read_texts
from campaigns.texts import TextSource
from tasks import layouts, rendering
from tasks.combinations import Combination, declared_combinations, written_channels
from tasks.own_templates import check_templates, own_templates, render_templates, unread_templates
from tasks.text_presence import lost_words
from tasks.variants import RenderedVariant, make_variant, on_one_line
from tasks.workplace import Workplace

MOST_COMBINATIONS = 1000  # of facts
SMS = "sms"
Rendered = tuple[list[RenderedVariant], list[Finding]]


def render_texts(brief: Brief, folder: Path, workplace: Workplace) -> list[RenderedVariant]:
    """Return every text that the waves, channels, languages and facts of a brief can give.

    Raises BriefInvalid with all findings, each with file and line.
    """
    return _all_sound(renderable_texts(brief, folder, workplace))


def render_combinations(
    brief: Brief, folder: Path, workplace: Workplace, combinations: Sequence[Combination]
) -> list[RenderedVariant]:
    """Return the distinct texts of these combinations, in their order; raises BriefInvalid."""
    return _all_sound(_rendered(brief, folder, workplace, combinations))


def renderable_texts(brief: Brief, folder: Path, workplace: Workplace) -> Rendered:
    """Return the texts of a brief that can be rendered, and a finding for everything that keeps another from it.

    A text whose pictures cannot be shown comes without them, for the other gates; the findings keep it from being sent.
    """
    values = math.prod(len(fact.values) for fact in brief.facts)
    if values > MOST_COMBINATIONS:
        remedy = "declare fewer facts or values, or print what differs as a slot."
        return [], [of_brief("facts_bounded", "P3c", "B", folder, f"the facts combine in {values} ways", remedy)]
    return _rendered(brief, folder, workplace, declared_combinations(brief))


def of_brief(gate: str, requirement: str, kind: str, folder: Path, message: str, remedy: str) -> Finding:
    """Return a finding in the brief as a whole."""
    return Finding(gate, requirement, kind, f"{folder.name}/campaign.yaml", 0, message, remedy)


def _all_sound(rendered: Rendered) -> list[RenderedVariant]:
    variants, findings = rendered
    if findings:
        raise BriefInvalid(f"{len(findings)} faults in the texts of the campaign", findings)
    return variants


def _rendered(brief: Brief, folder: Path, workplace: Workplace, wanted: Sequence[Combination]) -> Rendered:
    texts = read_texts(brief, folder)
    of_layouts = [*_without_layout(brief, folder), *check_templates(brief, folder)]
    of_lines = _without_line(texts.readable.values(), {each.channel for each in wanted})
    combinations = list(_sound(wanted, texts, of_layouts, of_lines))
    jobs = [_job(brief, texts.readable[each.wave, each.language], each) for each in combinations]
    answers, of_answers = rendering.render_jobs(jobs, parts_of(folder))
    answered = [pair for pair in zip(combinations, answers, strict=True) if pair[1] and "error" not in pair[1]]
    variants, of_variants = _in_layouts(brief, folder, workplace, texts, answered)
    findings = [*texts.findings, *of_layouts, *unread_templates(brief, folder), *of_lines, *of_answers, *of_variants]
    return variants, list(dict.fromkeys(findings))


def _sound(
    wanted: Sequence[Combination], texts: Texts, of_layouts: Sequence[Finding], of_lines: Sequence[Finding]
) -> Iterator[Combination]:
    """Yield the combinations whose text, template and line for text messages have no fault yet."""
    silent = {finding.channel or Path(finding.file).name.partition(".")[0] for finding in of_layouts}
    without_line = {finding.file for finding in of_lines}
    for each in wanted:
        text = texts.readable.get((each.wave, each.language))
        if text is None or text.file in texts.faulty or each.channel in silent:
            continue
        if each.channel != SMS or text.file not in without_line:
            yield each


def _in_layouts(
    brief: Brief, folder: Path, workplace: Workplace, texts: Texts,
    answered: Sequence[tuple[Combination, dict[str, str]]],
) -> Rendered:  # fmt: skip
    """Put rendered texts into their layouts, those with the same words once."""
    groups = _alike(folder, answered)
    first = {numbers[0]: (answered[numbers[0]][0], on_one_line(answered[numbers[0]][1])) for numbers in groups}
    made, findings = render_templates(brief, folder, workplace, first)
    silent = {number for number, written in made.items() if findings and written}
    variants: dict[str, RenderedVariant] = {}
    for number, *others in groups:
        shared = tuple(answered[each][0] for each in (number, *others))
        source, answer = texts.readable[shared[0].wave, shared[0].language], answered[number][1]
        if number in silent:
            continue
        make = partial(make_variant, brief, folder, workplace, shared, source, answer, made.get(number, {}))
        new, faults = _judgeable(source, shared[0].channel, make)
        findings += faults
        if new is None:
            continue
        lost = [] if shared[0].channel == SMS else list(lost_words(folder, source, answer, new))
        findings += lost
        same = variants.get(new.variant)
        if not lost:
            variants[new.variant] = replace(same, combinations=same.combinations + shared) if same else new
    return list(variants.values()), findings


def _judgeable(
    source: TextSource, channel: str, make: Callable[..., RenderedVariant]
) -> tuple[RenderedVariant | None, list[Finding]]:
    """Return a variant and no fault, or the faults; one whose pictures alone are at fault comes without them, too."""
    try:
        return make(), []
    except PicturesInvalid as error:
        found = _faults(source, channel, error)
    except InputError as error:
        return None, _faults(source, channel, error)
    try:
        return make(all_shown=False), found
    except InputError as error:
        return None, [*found, *_faults(source, channel, error)]


def _alike(folder: Path, answered: Sequence[tuple[Combination, dict[str, str]]]) -> list[list[int]]:
    """Return the numbers of rendered texts in groups with the same words, which share a variant."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, (each, answer) in enumerate(answered):
        told = each if own_templates(folder, each.channel) else each[:3]  # a template may branch on facts
        groups.setdefault((told, tuple(sorted(answer.items()))), []).append(number)
    return list(groups.values())


def _without_layout(brief: Brief, folder: Path) -> list[Finding]:
    remedy = "write campaigns/layouts/CHANNEL.txt.j2 for it, or leave the channel out."
    return [
        replace(
            of_brief("channel_known", "P4e", "B", folder, f"the channel {channel} has no layout", remedy),
            channel=channel,
        )
        for channel in written_channels(brief)
        if not layouts.has_layout(channel)
    ]


def _without_line(texts: Iterable[TextSource], channels: Collection[str]) -> list[Finding]:
    """Return a finding for each text that lacks the line that a channel sends in the place of the text."""
    found = [
        Finding(
            "text_file", "P5b", "B", text.file, 1, "the text has no line for text messages",
            "add a line `sms: …` to the front matter, or take sms out of the brief's channels.", text.language, SMS,
        )
        for text in texts if SMS in channels and not text.fields.get(SMS, "").strip()
    ]  # fmt: skip
    return list(dict.fromkeys(found))


def _job(brief: Brief, text: TextSource, each: Combination) -> rendering.Job:
    plain = dict(zip(PLAIN_FACTS, (each.language, each.channel, each.wave, "treated"), strict=True))
    return rendering.Job(text, {**plain, **dict(each.facts)}, tuple(slot.name for slot in brief.slots))


def _faults(source: TextSource, channel: str, error: InputError) -> list[Finding]:
    """Return the faults of a rendered text where what they name is written: in it, its parts or the own template."""
    if isinstance(error, PicturesInvalid):
        return [_fault(source, channel, each, "image_file", "P5b") for each in error.pictures]
    return [_fault(source, channel, error, "text_syntax", "P5c")]


def _fault(source: TextSource, channel: str, error: InputError, gate: str, requirement: str) -> Finding:
    folder = source.path.parent
    parts = [path for path in part_files(folder) if is_read(path)]
    brief = [path for path in (folder / BRIEF,) if path.is_file()]
    for path in (source.path, *parts, *own_templates(folder, channel).values(), *brief):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if error.where else []
        if number := next((number for number, line in enumerate(lines, start=1) if error.where in line), 0):
            file = f"{folder.name}/{path.name}"
            return Finding(gate, requirement, "B", file, number, error.problem, error.remedy, source.language)
    return Finding(gate, requirement, "B", source.file, 0, error.problem, error.remedy, source.language)
