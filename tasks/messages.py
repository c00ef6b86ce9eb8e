"""Messages: every distinct text of a campaign, finished but for its slots.

A *variant* is what one combination of wave, channel, language and facts gets; combinations with the same words share
one. Texts are read and checked, rendered in a bounded process, put into their channel's layout, and never again touched
per person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from campaigns.brief import Brief
from campaigns.channels import priced_per_part
from campaigns.errors import BriefInvalid, Finding
from tasks import runs, store, stories
from tasks.combinations import audience_combinations, occurring_combinations
from tasks.message_parts import PartText
from tasks.rendered_texts import of_brief, render_combinations
from tasks.variants import RenderedVariant
from tasks.workplace import Workplace

MOST_VARIANTS = 40  # per channel; more than a person can read before approving
TABLES = ("variant", "variant_choice")
CHANGED = (*TABLES, "assignment")


def variant_findings(brief: Brief, folder: Path, variants: Iterable[RenderedVariant]) -> list[Finding]:
    """Return a warning for each channel with more texts than anybody reads before approving."""
    by_channel: dict[str, int] = {}
    for variant in variants:
        by_channel[variant.channel] = by_channel.get(variant.channel, 0) + 1
    remedy = "branch on fewer facts, or print what differs as a slot."
    return [
        replace(of_brief("variant_count", "P3c", "W", folder, _too_many(channel, count), remedy), channel=channel)
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


def _too_many(channel: str, count: int) -> str:
    return f"{count} texts for {channel}: more than {MOST_VARIANTS} are not read before they are approved"


def _refuse(findings: Sequence[Finding]) -> None:
    if findings:
        found = list(dict.fromkeys(findings))
        raise BriefInvalid(f"{len(found)} faults in the texts of the campaign", found)
