"""``budkavle demo``: the whole way on a synthetic city, with a real SMTP server and a known true effect."""

import os
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.approving import decide
from flows.commands.common import load_flows, run_flow
from flows.demo_city import fresh_home, write_campaign, write_directory
from flows.demo_mail import codes_in, delivered_in
from flows.prefect_server import prefect_api
from flows.registers import import_and_verify
from flows.settings import load_settings, workplace
from tasks import accounts, outcomes, store, world
from tasks.gateways.smtp import running_gateway
from tasks.local_time import today
from tasks.status import run_status
from tasks.synthesis import synthesise
from tasks.workplace import Workplace

KINDS = ("population", "customers", "employees")


def run_demo(people: int, seed: int, echo: Callable[[str], None]) -> dict[str, Any]:
    """Go the whole way and return what was seen; ``proved`` says whether both sums, the sink and the effect agree."""
    home = fresh_home(load_settings().home / "demo")
    began = time.monotonic()

    def tell(line: str) -> None:
        echo(f"{time.monotonic() - began:6.1f} s  {line}")

    tell(f"a synthetic city of {people} people, seed {seed}")
    tell("starting Prefect's server and a mail server, and loading what checks the data …")
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    with prefect_api(home.parent, meanwhile=load_flows), running_gateway(home / "sink" / "smtp") as smtp_url:
        os.environ.update(
            BUDKAVLE_HOME=str(home),
            BUDKAVLE_SMTP_URL=smtp_url,
            BUDKAVLE_DIRECTORY=str(write_directory(home)),
        )
        place = workplace(load_settings())
        tell("writing its registers and importing them …")
        files = synthesise(people, seed, home / "register-files")
        for kind in KINDS:
            counts = import_and_verify(place, files[kind], kind, today())
            tell(f"{kind}: {counts.accepted} persons, {counts.rejected} rows rejected, {counts.merged} merged")
        folder = write_campaign(home, people)
        run = run_flow(lambda: _prepare(folder))
        tell(f"prepared {run}: audience, holdout, plan, variants, gates")
        _approve(place, run)
        tell("approved, with the one-time code from the mail")
        run_flow(lambda: _run(folder))
        tell("published over SMTP, letters and the city page handed over")
        return _follow_up(place, run, seed, files["population"].parent, home, tell)


def _follow_up(
    place: Workplace, run: str, seed: int, registers: Path, home: Path, tell: Callable[[str], None]
) -> dict[str, Any]:
    observed = world.simulate_outcomes(place, run, registers, seed, home / "outcomes.csv")
    outcomes.import_outcomes(place, run, observed.outcomes_file)
    estimate = run_flow(lambda: _evaluate(run))
    tell("evaluated against the control group, 30 days on in the simulated world")
    found = run_status(place, run)
    arm = estimate["arms"][0]
    states = ("accepted", "rejected", "unknown", "suppressed", "expired", "cancelled", "pending")
    with store.writing(place) as connection:  # `status` hides what would tell of few
        persons = accounts.persons_accounted(connection, run)
        messages = accounts.messages_accounted(connection, run)
        mails = messages["by_channel"]["email"]["accepted"]
    in_sink = delivered_in(home / "sink" / "smtp", run, place)
    proofs = {
        "persons": persons["audience"] == persons["held_out"] + persons["excluded"] + persons["assigned"],
        "messages": messages["planned"] == sum(messages[state] for state in states),
        "sink": in_sink.messages == in_sink.distinct == mails,
        "effect": arm["ci_low"] <= observed.true_effect <= arm["ci_high"],
    }
    _tell_the_end(place, run, tell, found, arm, observed.true_effect, in_sink.messages)
    return {
        "run": run, "home": str(home), "status": found, "estimate": estimate, "true_effect": observed.true_effect,
        "designed_half_width": observed.designed_half_width, "in_sink": in_sink.messages, "proofs": proofs,
        "proved": proofs["persons"] and proofs["messages"] and proofs["sink"],
    }  # fmt: skip


def _line(what: str, counts: dict[str, int | None], names: tuple[str, ...]) -> str:
    """Return the counts in words; what is hidden is told once, with the reason."""
    shown = ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in names if counts[name] is not None)
    hidden = ", ".join(name.replace("_", " ") for name in names if counts[name] is None)
    told = f"not shown, since it would tell of fewer than ten persons: {hidden}" if hidden else ""
    return f"{what}: {'; '.join(part for part in (shown, told) if part)}"


def _tell_the_end(
    place: Workplace,
    run: str,
    tell: Callable[[str], None],
    found: dict[str, Any],
    arm: dict[str, Any],
    true_effect: float,
    in_sink: int,
) -> None:
    tell(_line("persons", found["persons"], ("audience", "held_out", "excluded", "assigned")))
    tell(_line("messages", found["messages"], ("planned", "accepted", "unknown", "pending")))
    tell(f"the mail server holds {in_sink} messages of the campaign")
    tell(
        f"effect: {arm['effect']:.3f} (95 % interval {arm['ci_low']:.3f} to {arm['ci_high']:.3f});"
        f" the simulated world's true effect is {true_effect:.3f}"
    )
    tell("done")
    for name, path in (
        ("preview", place.run_folder(run, "preview") / "index.html"),
        ("audience", place.run_folder(run, "preview") / "audience.html"),
        ("report", place.run_folder(run, "report") / "index.html"),
        ("database", place.snapshot),
    ):
        tell(f"{name:9} {path}")
    tell(to_ask_on(place, run))


def to_ask_on(place: Workplace, run: str) -> str:
    """Return the command that asks about the demo's run, with what finds its run and names its approvers."""
    named = {"BUDKAVLE_HOME": place.home, "BUDKAVLE_DIRECTORY": place.directory}
    exports = " ".join(f"{name}={shlex.quote(str(path))}" for name, path in named.items())
    return f"to ask on: export {exports}; budkavle status {run}"


def _prepare(folder: Path) -> Any:
    from flows.campaign import prepare_campaign

    return prepare_campaign(str(folder), return_state=True)


def _run(folder: Path) -> Any:
    from flows.campaign import run_campaign

    return run_campaign(str(folder), return_state=True)


def _evaluate(run: str) -> Any:
    from flows.evaluation import evaluate_campaign

    return evaluate_campaign(run, 1, return_state=True)


def _approve(place: Workplace, run: str) -> None:
    for code in codes_in(place.home / "sink" / "smtp"):
        decide(place, run, code, [], "account:demo")
