"""Experiments run elsewhere."""

import csv
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from campaigns.errors import InputError
from flows.commands.common import OPERATING, AsJson, answer

REFUSED = 1
LONGEST_EXPONENT = 3


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(rich_help_panel=OPERATING)(study)


def study(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, gzip or not; one row per observation.")],
    arm: Annotated[str, typer.Option(help="Column with the arm that each row was drawn to.")],
    outcome: Annotated[
        str,
        typer.Option(
            help="Column with the outcome, or several with commas: numbers, or yes and no. A name that holds a comma "
            "stands in double quotes, here as in the other lists."
        ),
    ],
    control: Annotated[str | None, typer.Option(help="Label of the arm that is the control group.")] = None,
    unit: Annotated[
        str | None, typer.Option(help="Column with who or what was drawn; each row where left out.")
    ] = None,
    cluster: Annotated[str | None, typer.Option(help="Column with what acts or was drawn together.")] = None,
    covariates: Annotated[str, typer.Option(help="Columns known before the draw, with commas.")] = "",
    strata: Annotated[str, typer.Option(help="Columns within which the arms were drawn, with commas.")] = "",
    received: Annotated[str | None, typer.Option(help="Column with whether, or how much, was really received.")] = None,
    weight: Annotated[
        str | None,
        typer.Option(help="Column with a survey weight; a row stays one observation."),
    ] = None,
    shares: Annotated[str, typer.Option(help="What was drawn: arm=share,… for every arm, such as a=1/3,b=2/3.")] = "",
    as_json: AsJson = False,
) -> None:
    """Estimate an experiment run elsewhere, from a file; exits 1 where it is too broken to say anything."""
    from tasks import study as engine
    from tasks.study_file import Question

    names = {"unit": unit, "cluster": cluster, "received": received, "weight": weight}
    question = Question(
        file=file,
        arm=arm,
        control=control,
        outcomes=_columns(outcome) or _no_outcome(),
        covariates=_columns(covariates),
        strata=_columns(strata),
        shares=_shares(shares),
        **names,
    )
    found = engine.study(question)
    answer(found, as_json, lambda: _lines(found))
    if found["claim"] == "refused":
        raise typer.Exit(REFUSED)


def _columns(given: str) -> tuple[str, ...]:
    """Read names as a line of CSV."""
    names = next(csv.reader([" ".join(given.splitlines())], skipinitialspace=True), [])
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


def _no_outcome() -> NoReturn:
    raise InputError("no column is named", where="--outcome", remedy="name the column with the outcome.")


def _shares(given: str) -> dict[str, float]:
    """Read arm=share pairs; a label may hold commas and equal signs, a share may be a fraction."""
    shares: dict[str, float] = {}
    label = ""

    for piece in given.split(",") if given.strip() else []:
        label = f"{label},{piece}" if label else piece
        name, equals, number = label.rpartition("=")
        try:
            share = _share(number.strip())
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        if not equals or name.strip() in shares or not name.strip():
            raise InputError(f"{label!r} is not one arm and its share", where="--shares", remedy="write arm=0.5,…")
        shares[name.strip()], label = share, ""
    if label:
        raise InputError(f"{label!r} is not an arm and its share", where="--shares", remedy="write arm=0.5,…")
    return shares


def _share(written: str) -> float:
    """Read ``0.5``, ``1/2`` or ``50%``; raises ValueError also where an exponent would take for ever to write out."""
    if len(written.lower().partition("e")[2]) > LONGEST_EXPONENT:
        raise ValueError
    percent = written.endswith("%")
    return float(Fraction(written.removesuffix("%").rstrip()) / (100 if percent else 1))


REASONS = {
    "srm": "the arms do not have the sizes that were drawn: rows are lost, or the draw was another",
    "imbalance": "the arms differ in what was known before more than a draw makes them: this is no experiment",
    "no_control": "there is no control group to compare with; name one of the arms with --control",
    "unit_in_two_arms": "a unit stands in two arms, so nobody knows what it was drawn to",
    "too_few": "no arm has enough to compare with the control group: two clusters with an outcome, and even weights",
}
CLAIMS = {"effect": "an effect is shown", "no_effect_shown": "no effect is shown"}


def _lines(found: dict[str, Any]) -> list[str]:
    """Return the answer as text: what may be claimed, one line per arm, then what to keep in mind."""
    claim = CLAIMS.get(found["claim"]) or f"refused ({found['reason']}): {REASONS[found['reason']]}"
    checks = {"sample ratio p": found["srm_p"], "balance p": found["balance_p"]}
    mean = _number(found["control_mean"])
    lines = [claim, f"units {found['n']}, clusters {found['clusters']}"]
    lines += [f"{name} {value:.4g}" for name, value in checks.items() if value is not None]
    lines += [f"control {found['control']}: {found['control_n']} units, mean {mean}"] if found["control"] else []
    table = [["arm", "outcome", "units", "mean", "effect", "95 % interval", "p", "p adjusted", "ratio", "verdict"]]
    table += [_row(arm) for arm in found["arms"]]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    lines += [
        f"{arm['arm']}: on those who received it because of the draw {_number(arm['complier_effect']['effect'])}, "
        f"standard error {_number(arm['complier_effect']['se'])}"
        for arm in found["arms"]
        if arm["complier_effect"]
    ]
    return lines + [f"note: {warning}" for warning in found["warnings"]]


def _row(arm: dict[str, Any]) -> list[str]:
    interval = f"{_number(arm['ci_low'])} to {_number(arm['ci_high'])}" if arm["effect"] is not None else "–"
    figures = [_number(arm[name]) for name in ("p", "p_adjusted", "ratio")]
    names = [" ".join(arm["arm"].split()), arm["outcome"], str(arm["n"]), _number(arm["mean"]), _number(arm["effect"])]
    return [*names, interval, *figures, arm["verdict"].replace("_", " ")]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
