"""After the campaigns: telling back what was heard, and the follow-up of the whole programme."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from flows.commands.common import AsJson, actor, answer, here, import_flows, run_flow

STANDINGS = {
    "kept": "the promise is kept",
    "late": "told, but later than promised",
    "open": "not told yet",
    "overdue": "OVERDUE: promised and not told",
}


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(feedback)
    app.command()(follow_up)
    app.command()(export)


def feedback(
    run: Annotated[str, typer.Argument(help="The run's id or prefix.")],
    text: Annotated[
        str | None, typer.Option(help="What was heard and decided: the text itself, or a file that holds it.")
    ] = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day on which people were told; today when left out.")
    ] = None,
    contributions: Annotated[int | None, typer.Option(min=0, help="How many contributed, where it is known.")] = None,
    changed: Annotated[
        bool | None, typer.Option("--changed/--unchanged", help="Whether what was heard changed the decision.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell back what was heard and decided, as the brief promised; without --text, show how the promise stands."""
    from tasks import feedback as telling
    from tasks import local_time, overdue_page, store

    place = here()
    if text is None:
        found = telling.standing(place, run)
    else:
        told = telling.Told(telling.read_text(text), on.date() if on else local_time.today(), contributions, changed)
        found = telling.give(place, run, told, actor())
        store.take_snapshot(place)
        page = overdue_page.write_again(place, found["run"], at_first=False)
        found["report"] = str(page) if page else None
    answer(found, as_json, lambda: _lines(found))


def _lines(found: dict[str, Any]) -> list[str]:
    late = f", {found['days_late']} days late" if found["days_late"] else ""
    return [
        f"run        {found['run']}: {found['state']}",
        f"feedback   promised by {found['promised_by']}: {STANDINGS[found['standing']]}{late}",
        *(f"told       {each['told_on']}, {len(each['text'])} characters" for each in found["told"]),
        *([f"report     {found['report']}"] if found.get("report") else []),
        *(f"still to do before it is closed: {_step(found['run'], name)}" for name in found["still_to_do"]),
    ]


def _step(run: str, name: str) -> str:
    steps = {"looks": f"every look: budkavle evaluate {run}", "feedback": f"budkavle feedback {run} --text FILE"}
    return steps.get(name, name)


def follow_up(
    period: Annotated[
        str, typer.Option(help="A year (2026), tertial (2026-T3), quarter (2026-Q3) or month (2026-09).")
    ],
    language: Annotated[
        Literal["sv", "en"] | None, typer.Option(help="Language of the page; that of the settings when left out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; HOME/follow-up/PERIOD when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Follow the communication programme up: every goal, committee and company, over all campaigns of a period."""
    from campaigns.period import read_period

    name = read_period(period).name
    found = run_flow(lambda: _start(name, language or "", str(out.absolute()) if out else ""), import_flows)
    answer(found, as_json, lambda: [*found["summary"], f"page     {found['page']}"])


def export(
    folder: Annotated[Path, typer.Argument(help="Folder for the files; made where it is missing.")],
    period: Annotated[str | None, typer.Option(help="What the views about a period follow; everything else.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write every report view as Parquet, with few persons hidden and nobody told apart."""
    from campaigns.period import read_period
    from tasks.export import export as write

    written = write(here(), folder, read_period(period) if period else None)
    answer(
        written.as_dict(),
        as_json,
        lambda: [*(f"{view}\t{rows} rows" for view, rows in written.rows.items()), f"folder   {written.folder}"],
    )


def _start(period: str, language: str, out: str) -> Any:
    from flows.evaluation import follow_up_programme

    return follow_up_programme(period, language, out, return_state=True)
