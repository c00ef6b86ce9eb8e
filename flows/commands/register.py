"""Registers and suppressions."""

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.common import OPERATING, AsJson, actor, answer, here, rows_told

if TYPE_CHECKING:
    from tasks.register import ImportCounts

MERGED = ", merged"
"""How the reason of a row ends that was joined with another of the same person."""
register = typer.Typer(no_args_is_help=True, help="Import register extracts, or make a synthetic city.")
suppress = typer.Typer(no_args_is_help=True, help="Whom not to contact.")


class Kind(StrEnum):
    """Kinds of register; importing a kind replaces that kind."""

    population = "population"
    guardians = "guardians"
    employees = "employees"
    customers = "customers"
    subscribers = "subscribers"


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(register, name="register", rich_help_panel=OPERATING)
    app.add_typer(suppress, name="suppress", rich_help_panel=OPERATING)


@register.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, as docs/registers.md describes.")],
    kind: Annotated[Kind, typer.Option(help="The register the file comes from.")],
    extracted: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Date of the extract.")],
    as_json: AsJson = False,
) -> None:
    """Import one kind of register and replace what was there; rows that fail go to a file with their reasons."""
    from flows.registers import import_and_verify

    counts = import_and_verify(here(), file, kind.value, extracted.date())
    answer(
        asdict(counts),
        as_json,
        lambda: _lines(counts),
    )


def _lines(counts: "ImportCounts") -> list[str]:
    fates = f"{counts.accepted} persons, {counts.merged} merged, {counts.rejected} rejected"
    lines = [f"{rows_told(counts.read)} read: {fates}", *counts.remarks]
    for name, reasons, file in (
        ("rejected", counts.rejects_by_reason, counts.rejects_file),
        ("accepted without it", counts.notes_by_reason, counts.notes_file),
    ):
        lines += [_line(name, count, reason) for reason, count in sorted(reasons.items())]
        lines += [f"  row by row: {file}"] if file else []
    return lines


def _line(name: str, count: int, reason: str) -> str:
    """Return what became of rows; those of one person were joined, and nothing of them was left out."""
    about, merged, rest = reason.partition(MERGED)
    return f"  {rows_told(count)} merged: {about}" if merged and not rest else f"  {rows_told(count)} {name}: {reason}"


@register.command()
def synthesise(
    out: Annotated[Path, typer.Option(help="Folder for the files.")],
    people: Annotated[int, typer.Option(min=100, max=2_000_000)] = 2000,
    seed: Annotated[int, typer.Option()] = 1,
    as_json: AsJson = False,
) -> None:
    """Make the register files of a synthetic Stockholm, with the dirt of real extracts."""
    from tasks.synthesis import synthesise as make

    files = make(people, seed, out)
    answer({kind: str(path) for kind, path in files.items()}, as_json, lambda: [str(path) for path in files.values()])


@suppress.command()
def add(
    email: Annotated[str | None, typer.Option(help="Address; only its pseudonym is kept.")] = None,
    person: Annotated[str | None, typer.Option(help="A person_key.")] = None,
    purpose: Annotated[str, typer.Option(help="Purpose it holds for.")] = "all",
    reason: Annotated[
        str, typer.Option(help="opt_out, objection, consent_withdrawn, bounce or complaint.")
    ] = "opt_out",
    as_json: AsJson = False,
) -> None:
    """Add one suppression; a campaign that is being sent honours it at once."""
    from tasks import control

    key = control.suppress(
        here(), email=email, person_key=person, purpose=purpose, reason=reason, source="command", actor=actor()
    )
    answer({"subject_key": key, "purpose": purpose}, as_json, lambda: [f"suppressed {key} for {purpose}"])


@suppress.command("import")
def import_suppressions(
    file: Annotated[Path, typer.Argument(help="CSV with the column email, personal_number or person_key.")],
    purpose: Annotated[str, typer.Option(help="Purpose it holds for.")] = "all",
    reason: Annotated[str, typer.Option(help="As for add.")] = "opt_out",
    as_json: AsJson = False,
) -> None:
    """Import suppressions from a file."""
    from tasks import control

    count = control.suppress_file(here(), file, purpose=purpose, reason=reason, actor=actor())
    answer({"added": count}, as_json, lambda: [f"{count} suppressions added"])


@suppress.command("list")
def list_(as_json: AsJson = False) -> None:
    """List suppressions as counts per purpose and reason."""
    from tasks import control

    counts = Counter((row["purpose"], row["reason"]) for row in control.list_suppressions(here()))
    rows = [{"purpose": purpose, "reason": reason, "count": count} for (purpose, reason), count in counts.items()]
    lines = [f"{row['purpose']}\t{row['reason']}\t{row['count']}" for row in rows]
    answer({"suppressions": rows}, as_json, lambda: lines or ["none"])
