"""Messages: every distinct text of a campaign, finished but for its slots.

A *variant* is what one combination of wave, channel, language and facts gets; combinations with the same words share
one. Texts are read and checked, rendered in a bounded process, put into their channel's layout, and never again touched
per person.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

import duckdb

from campaigns.brief import Brief
from campaigns.channels import load_channels
from campaigns.errors import BriefInvalid, Finding, InputError
from campaigns.text_checks import PLAIN_FACTS, check_text
from campaigns.texts import TextSource, read_text, text_path
from tasks import layouts, mime, rendering, runs, slots, store
from tasks.workplace import Workplace, pseudonym

MOST_VARIANTS = 40  # per channel; more than a person can read before approving
MOST_COMBINATIONS = 5000
TABLES = ("variant", "variant_choice")
CHANGED = (*TABLES, "assignment")


class Combination(NamedTuple):
    """What a text may branch on; ``facts`` are the declared ones as sorted pairs."""

    wave: str
    channel: str
    language: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RenderedVariant:
    """One distinct text: ``facts`` is the first of the combinations that get it, ``source`` the file it came from.

    ``subject``, ``text`` and ``html`` hold slots as markers; :func:`tasks.slots.parse` fills them as it fills
    ``template``, the bytes that are sent.
    """

    variant: str
    wave: str
    channel: str
    language: str
    facts: Mapping[str, str]
    combinations: tuple[Combination, ...]
    source: str
    subject: str
    text: str
    html: str
    template: bytes
    slots: tuple[str, ...]
    digest: str


def render_texts(brief: Brief, folder: Path, workplace: Workplace) -> list[RenderedVariant]:
    """Return every text that the brief's waves, channels, languages and facts can give; raises BriefInvalid with all
    findings, each with file and line."""
    return render_combinations(brief, folder, workplace, declared_combinations(brief))


def render_combinations(
    brief: Brief, folder: Path, workplace: Workplace, combinations: Sequence[Combination]
) -> list[RenderedVariant]:
    """Return the distinct texts of these combinations, in their order; raises BriefInvalid."""
    texts, findings = _read(brief, folder)
    findings += _without_layout(brief, folder)
    _refuse(findings)
    jobs = [_job(brief, texts[each.wave, each.language], each) for each in combinations]
    answers, findings = rendering.render_jobs(jobs, _parts(folder))
    _refuse(findings)
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, (each, answer) in enumerate(zip(combinations, answers, strict=True)):
        groups.setdefault((each[:3], tuple(sorted(answer.items()))), []).append(number)
    variants = []
    for numbers in groups.values():
        shared = tuple(combinations[number] for number in numbers)
        source = texts[shared[0].wave, shared[0].language]
        try:
            variants.append(_variant(brief, workplace, shared, source, answers[numbers[0]]))
        except InputError as error:
            findings.append(_fault(source, error.problem, error.remedy))
    _refuse(findings)
    return variants


def declared_combinations(brief: Brief) -> list[Combination]:
    """Return every combination that the brief allows, each wave and language of a channel without addresses once.

    Such a channel speaks to everybody: it gets the first value of each fact, and its text may branch on ``channel``.
    """
    found = []
    for wave, channel, language in product(brief.waves, brief.channels, brief.languages):
        values = [[(fact.name, value) for value in fact.values] for fact in sorted(brief.facts, key=lambda f: f.name)]
        each = [first_facts(brief)] if channel in open_channels(brief) else [tuple(pairs) for pairs in product(*values)]
        found += [Combination(wave.name, channel, language, pairs) for pairs in each]
    return found


def open_channels(brief: Brief) -> list[str]:
    """Return the brief's channels that need no address, such as the city's web."""
    channels = load_channels()
    return [name for name in brief.channels if name in channels and channels[name].address_kind is None]


def first_facts(brief: Brief) -> tuple[tuple[str, str], ...]:
    """Return the first value of every declared fact, as sorted pairs."""
    return tuple(sorted((fact.name, fact.values[0]) for fact in brief.facts))


def variant_findings(brief: Brief, folder: Path, variants: Iterable[RenderedVariant]) -> list[Finding]:
    """Return a warning for each channel with more texts than anybody reads before approving."""
    by_channel: dict[str, int] = {}
    for variant in variants:
        by_channel[variant.channel] = by_channel.get(variant.channel, 0) + 1
    return [
        Finding(
            "variant_count", "P3c", "W", f"{folder.name}/campaign.yaml", 0,
            f"{count} texts for {channel}: more than {MOST_VARIANTS} cannot be read before they are approved",
            "branch on fewer facts, or print what differs as a slot.", channel=channel,
        )
        for channel, count in by_channel.items()
        if count > MOST_VARIANTS
    ]  # fmt: skip


def build_variants(workplace: Workplace, run: str) -> int:
    """Render the texts that this run's people get and say which text each person gets; returns their number.

    Writes variant and variant_choice, sets assignment.variant.
    """
    known = runs.load(workplace, run)
    with store.writing(workplace) as connection:
        combinations = _occurring(connection, known.run, known.brief)
    variants = render_combinations(known.brief, known.folder, workplace, combinations)
    with store.writing(workplace) as connection:
        store.replace_rows(connection, known.run, TABLES)
        for variant in variants:
            _insert(connection, known.run, variant)
        connection.execute(store.statement("variants/assign"), {"run": known.run})
        store.keep_evidence(connection, workplace, known.run, CHANGED)
    return len(variants)


def _occurring(connection: duckdb.DuckDBPyConnection, run: str, brief: Brief) -> list[Combination]:
    rows = connection.execute(store.statement("variants/combinations"), {"run": run}).fetchall()
    people = [
        Combination(wave, channel, language, tuple((pair["key"], pair["value"]) for pair in facts or []))
        for wave, channel, language, facts in rows
    ]
    channels = open_channels(brief)
    planned = connection.execute(store.statement("variants/open_waves"), {"run": run, "channels": channels}).fetchall()
    waves = planned or [(brief.waves[-1].name, channel) for channel in channels]
    everybody = [
        Combination(wave, channel, language, first_facts(brief))
        for (wave, channel), language in product(waves, brief.languages)
    ]
    return [*people, *everybody]


def _insert(connection: duckdb.DuckDBPyConnection, run: str, variant: RenderedVariant) -> None:
    connection.execute(
        store.statement("variants/insert_variant"),
        {
            "run": run, "variant": variant.variant, "wave": variant.wave, "channel": variant.channel,
            "language": variant.language, "subject": variant.subject, "text": variant.text, "html": variant.html,
            "template": variant.template, "slots": list(variant.slots), "digest": variant.digest,
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


def _read(brief: Brief, folder: Path) -> tuple[dict[tuple[str, str], TextSource], list[Finding]]:
    texts: dict[tuple[str, str], TextSource] = {}
    read: dict[Path, TextSource | None] = {}
    findings: list[Finding] = []
    names = [slot.name for slot in brief.slots]
    facts = [*PLAIN_FACTS, *(fact.name for fact in brief.facts)]
    for wave, language in product(brief.waves, brief.languages):
        path = text_path(folder, wave.name, language)
        if path not in read:
            read[path], found = read_text(path, language)
            text = read[path]
            findings += found + (check_text(text, _parts(folder), names, facts) if text else [])
        if text := read[path]:
            texts[wave.name, language] = text
    return texts, findings


def _parts(folder: Path) -> dict[str, str]:
    return {
        path.name: path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(folder.glob("*.md"))
        if not path.name.startswith("text.")
    }


def _without_layout(brief: Brief, folder: Path) -> list[Finding]:
    return [
        Finding(
            "channel_known", "P4e", "B", f"{folder.name}/campaign.yaml", 0, f"the channel {channel} has no layout",
            f"write campaigns/layouts/{channel}.txt.j2, or leave the channel out.", channel=channel,
        )
        for channel in brief.channels
        if not layouts.has_layout(channel)
    ]  # fmt: skip


def _job(brief: Brief, text: TextSource, each: Combination) -> rendering.Job:
    plain = dict(zip(PLAIN_FACTS, (each.language, each.channel, each.wave, "treated"), strict=True))
    return rendering.Job(text, {**plain, **dict(each.facts)}, tuple(slot.name for slot in brief.slots))


def _variant(
    brief: Brief, workplace: Workplace, shared: tuple[Combination, ...], source: TextSource, answer: dict[str, str]
) -> RenderedVariant:
    wave, channel, language, facts = shared[0]
    fields = {field: value if field == "body" else " ".join(value.split()) for field, value in answer.items()}
    text, html = layouts.compose(brief, workplace, wave, channel, language, fields)
    subject = slots.put_in_place(fields["subject"], "text")
    if channel in open_channels(brief):
        defaults = default_values(brief, language)
        subject, text, html = (slots.parse(part.encode()).fill(defaults).decode() for part in (subject, text, html))
    template = html.encode() or text.encode()
    if channel == "email":
        template = _email(brief, workplace, language, fields["subject"], text, html)
    digest = _digest(subject, text, html, template)
    return RenderedVariant(
        variant=f"{channel}-{language}-{_digest(wave, digest)[:12]}",
        wave=wave, channel=channel, language=language, facts=dict(facts), combinations=shared, source=source.path.name,
        subject=subject, text=text, html=html, template=template,
        slots=tuple(sorted(slots.parse(template).slot_names)), digest=digest,
    )  # fmt: skip


def default_values(brief: Brief, language: str) -> dict[str, str]:
    """Return what every declared slot says where a person's value is not known."""
    return {
        slot.name: slot.default
        if isinstance(slot.default, str)
        else slot.default.get(language) or next(iter(slot.default.values()), "")
        for slot in brief.slots
    }


def _email(brief: Brief, workplace: Workplace, language: str, subject: str, text: str, html: str) -> bytes:
    content = _digest(workplace.sender_address, language, subject, text, html)
    envelope = mime.Envelope(
        sender=brief.sender.body,
        sender_address=workplace.sender_address,
        reply_to=brief.contact.way if "@" in brief.contact.way and " " not in brief.contact.way else "",
        language=language,
        subject=subject,
        boundary="=_" + pseudonym(workplace.key, "boundary", content),
        one_click=bool(workplace.public_url),
    )
    logotype = layouts.attached_logotype(workplace)
    return mime.email_template(envelope, text, html, (*logotype, layouts.LOGOTYPE_CID) if logotype else None)


def _digest(*parts: str | bytes) -> str:
    """Return SHA-256 over the parts, each preceded by its length so that none can flow into the next."""
    whole = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()


def _fault(source: TextSource, message: str, remedy: str) -> Finding:
    return Finding("text_syntax", "P5c", "B", source.file, 0, message, remedy, source.language)


def _refuse(findings: Sequence[Finding]) -> None:
    if findings:
        raise BriefInvalid(f"{len(findings)} faults in the texts of the campaign", findings)
