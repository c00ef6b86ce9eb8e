"""The ``budkavle`` command. Everything heavy is imported by the command that needs it, so that help answers at once."""

import contextlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from campaigns.errors import BudkavleError
from flows.commands import campaign, evaluation, follow_up, messages, operations, publishing, register, study

INTERRUPTED = 3


class Group(TyperGroup):
    """Turns every error of ours into its message and its exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error that a user can meet is printed without a traceback."""
        try:
            return super().invoke(ctx)
        except BudkavleError as error:
            typer.echo(f"budkavle: {error}", err=True)
            raise typer.Exit(error.exit_code) from None
        except OSError as error:
            from tasks.store_faults import unusable

            if isinstance(error, BrokenPipeError) or not (told := unusable(error, str(error.filename or "the disk"))):
                raise
            typer.echo(f"budkavle: {told}", err=True)
            raise typer.Exit(told.exit_code) from None
        except KeyboardInterrupt:
            typer.echo("budkavle: interrupted; the same command goes on where this one stopped", err=True)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Runs a city's communication campaigns, from the brief to what it led to.\n\n"
    "The usual way: new, check, audience, prepare; the approvers approve; run; status; outcomes import and evaluate. "
    "`budkavle status RUN` always tells the next step. Nothing is sent before it is approved, and no command, given "
    "twice, sends anything twice.\n\n"
    "Exit codes: 0 done, 1 findings or refused by a rule, 2 wrong use or bad input, 3 waiting: run it again later.",
)
for commands in (campaign, register, publishing, messages, evaluation, follow_up, study, operations):
    commands.add_to(app)


def main() -> None:
    """Run the command line and leave at once.

    Without the interpreter's own end: there DuckDB's binding lists as leaks what Prefect still holds of a failed flow.
    """
    try:
        app()
        code: str | int | None = 0
    except SystemExit as leaving:
        code = leaving.code
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BrokenPipeError):
            stream.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)
