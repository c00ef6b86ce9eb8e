"""What operators and analysts need: demo, query, audit, gateways, serve, settings."""

from pathlib import Path
from typing import Annotated, Any

import typer

from flows.commands.common import OPERATING, AsJson, answer, here

audit = typer.Typer(no_args_is_help=True, help="The hash-chained decision log.")
gateway = typer.Typer(no_args_is_help=True, help="Gateways to try out with: real servers on loopback.")


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (demo, query, receipts, serve, health, settings):
        app.command(rich_help_panel=OPERATING)(command)
    for name, group in (("audit", audit), ("gateway", gateway)):
        app.add_typer(group, name=name, rich_help_panel=OPERATING)


def demo(
    people: Annotated[int, typer.Option(min=500, max=1_000_000, help="People of the synthetic city.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same city.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Go the whole way on a synthetic city with local gateways and a known true effect."""
    typer.echo("starting: loading Prefect and what checks the data takes 5 to 15 seconds …", err=True)
    from flows.demo import run_demo

    found = run_demo(people, seed, echo=lambda line: None if as_json else typer.echo(line))
    answer(found, as_json, lambda: [])
    raise typer.Exit(0 if found["proved"] else 1)


def health(
    as_metrics: Annotated[bool, typer.Option("--metrics", help="Print the text format of Prometheus.")] = False,
) -> None:
    """Tell as one JSON object whether the installation is well; exit code 1 where it is not."""
    import json

    from tasks.health import health, metrics

    found = health(here())
    typer.echo(metrics(found) if as_metrics else json.dumps(found, ensure_ascii=False), nl=not as_metrics)
    raise typer.Exit(0 if found["healthy"] else 1)


def query(
    sql: Annotated[str, typer.Argument(help="A SELECT over the documented tables and report_ views.")],
    period: Annotated[
        str, typer.Option(help="Period that report_goal, report_body … are about, such as 2026-T3.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Ask the readers' snapshot a question in SQL; it holds no names and no addresses."""
    from campaigns.period import read_period
    from tasks.questions import ask

    columns, rows = ask(here(), sql, read_period(period) if period else None)
    answer(
        {"columns": columns, "rows": rows},
        as_json,
        lambda: ["\t".join(columns), *("\t".join(str(value) for value in row) for row in rows)],
    )


@audit.command()
def verify(
    head: Annotated[str, typer.Option(help="A hash noted elsewhere: proves that nothing up to it was cut off.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check the hash chain of the decision log line by line, and the audit table; exits 1 where it breaks."""
    from tasks.audit import verify as verify_log

    found = verify_log(here(), head)
    answer(
        found.as_dict(),
        as_json,
        lambda: [
            f"decisions  {found.entries}",
            *([f"first      {found.first}", f"last       {found.last}"] if found.entries else []),
            f"head       {found.head}",
            *(f"line {each.line:<5} {each.problem}" for each in found.breaks),
            "BROKEN: restore the decision log from a back-up" if found.breaks else "intact",
        ],
    )
    raise typer.Exit(1 if found.breaks else 0)


@gateway.command()
def smtp(
    store: Annotated[Path, typer.Option(help="Folder that gets every accepted message.")],
    port: Annotated[int, typer.Option(help="0 takes a free port and prints it.")] = 2525,
    faults: Annotated[Path | None, typer.Option(help="JSON file with faults to inject.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate: STARTTLS is offered.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key, unless it stands in the same file.")] = None,
    tls_implicit: Annotated[bool, typer.Option("--tls-implicit", help="TLS from the first byte instead.")] = False,
) -> None:
    """Accept mail over SMTP and store it; nothing is passed on.

    Clients must log in where BUDKAVLE_GATEWAY_USER and BUDKAVLE_GATEWAY_PASSWORD are set.
    """
    from tasks.gateways.smtp import serve as serve_smtp
    from tasks.gateways.smtp_security import security_of

    serve_smtp(port, store, faults, security_of(tls_cert, tls_key, implicit=tls_implicit))


@gateway.command()
def sms(
    store: Annotated[Path, typer.Option(help="Folder that gets every accepted message.")],
    port: Annotated[int, typer.Option(help="0 takes a free port and prints it.")] = 2526,
    faults: Annotated[Path | None, typer.Option(help="JSON file with faults to inject.")] = None,
) -> None:
    """Accept text messages over HTTP and store them, and give the receipts asked for; nothing is passed on."""
    from tasks.gateways.sms import serve as serve_sms

    serve_sms(port, store, faults)


@gateway.command()
def cms(
    store: Annotated[Path, typer.Option(help="Folder that gets every page, its versions and the log.")],
    port: Annotated[int, typer.Option(help="0 takes a free port and prints it.")] = 2527,
    faults: Annotated[Path | None, typer.Option(help="JSON file with faults to inject.")] = None,
) -> None:
    """Be a content management system that takes PUT and DELETE, and asks for BUDKAVLE_WEB_TOKEN where that is set."""
    from flows.settings import load_settings, revealed
    from tasks.gateways.cms import serve as serve_cms

    serve_cms(port, store, faults, revealed(load_settings().web_token))


def receipts(
    port: Annotated[int, typer.Option(help="0 takes a free port and prints it.")] = 2580,
    host: Annotated[str, typer.Option(help="Address to listen on; behind a reverse proxy, leave it.")] = "127.0.0.1",
) -> None:
    """Take the receipts that SMS providers give, until interrupted; BUDKAVLE_RECEIPTS_URL is its public address."""
    from tasks.receipt_server import serve as serve_receipts

    place = here()
    serve_receipts(place.home, place.key, port, host)


def serve(
    port: Annotated[int, typer.Option(help="Port of Prefect's server.")] = 4200,
    receipts_port: Annotated[int, typer.Option(help="Port for receipts, where BUDKAVLE_RECEIPTS_URL is set.")] = 2580,
) -> None:
    """Run Prefect's server, deploy every flow and work off their runs, take receipts, until interrupted."""
    from flows.serving import serve as run_server

    place = here()
    run_server(place.home, port, echo=typer.echo, receipts_port=receipts_port if place.receipts_url else None)


def settings(as_json: AsJson = False) -> None:
    """Print every setting with its source; secrets are masked."""
    from flows.settings import SECRETS, Settings, load_settings

    found = load_settings()
    rows: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        source = "set" if name in found.model_fields_set else "default"
        value = "**********" if name in SECRETS and source == "set" else getattr(found, name)
        rows[f"BUDKAVLE_{name.upper()}"] = {"value": str(value), "source": source, "meaning": field.description}
    answer(
        rows,
        as_json,
        lambda: [f"{name:24} {row['value']:40} {row['source']:8} {row['meaning']}" for name, row in rows.items()],
    )
