"""What every command shares: where it works, how it answers, how it runs a flow."""

import json
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from campaigns.errors import BudkavleError, FlowFailed

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

    from tasks.workplace import Workplace

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
WAITING = 3
CAMPAIGN, RUNNING, OPERATING = "The campaign", "While it is sent, and afterwards", "For operators and analysts"
"""Headings of the commands in `budkavle --help`."""


def here() -> "Workplace":
    """Return this installation's workplace, from the environment and ``.env``."""
    from flows.settings import load_settings, workplace

    return workplace(load_settings())


def actor() -> str:
    """Return the account that runs the command, for the audit."""
    from tasks.acting import acting_account

    return f"account:{acting_account()}"


def answer(data: Mapping[str, Any], as_json: bool, lines: Callable[[], list[str]]) -> None:
    """Print an answer, as one JSON object or as lines to read."""
    if as_json:
        typer.echo(json.dumps(data, ensure_ascii=False, default=str))
    else:
        for line in lines():
            typer.echo(line)


def rows_told(count: int) -> str:
    """Return how many rows of a file, in words."""
    return f"{count} row{'' if count == 1 else 's'}"


def load_flows() -> None:
    """Import what every flow needs; it takes seconds."""
    import flows.evaluation  # noqa: F401
    from tasks import quality

    quality.load_library()


def import_flows() -> None:
    """Import the flows alone, for those that check no data."""
    import flows.evaluation  # noqa: F401


def run_flow(start: Callable[[], "State[Any]"], meanwhile: Callable[[], None] = load_flows) -> Any:
    """Run a flow under a Prefect server and return its result; what waits is told and exits 3.

    ``meanwhile`` is done while the server starts: importing what the flow needs.
    """
    from flows.prefect_server import prefect_api

    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW", "ignore")
    typer.echo("starting …", err=True)
    with prefect_api(here().home, meanwhile=meanwhile):
        state = start()
        if state.name == "Waiting":
            typer.echo(f"waiting: {state.message}", err=True)
            raise typer.Exit(WAITING)
        result = state.result(raise_on_failure=False)
    if isinstance(result, BudkavleError):
        raise result
    if isinstance(result, OSError) and result.errno is not None:
        raise result
    if isinstance(result, BaseException):
        raise FlowFailed(
            f"the flow ended as {state.name} ({type(result).__name__})",
            where="Prefect's log says where",
            remedy="run the same command again: what is done stays done.",
        ) from result
    return result
