"""`budkavle serve`: every flow deployed, a suspended run approved by form and command, a look that fires unaided."""

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import requests
from installation import Installation, install, serving
from requests.adapters import HTTPAdapter
from ruamel.yaml import YAML
from urllib3 import Retry

from flows.prefect_server import free_port
from tasks import decisions, outcomes, store, world

pytestmark = pytest.mark.slow
LOOK_AFTER = 8  # times as long as making the city and its deployments took, so that a slow machine gets its time


def until(condition: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.5)
    return found


@pytest.fixture(scope="module")
def served_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, str, timedelta]]:
    began = time.monotonic()
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    api = f"http://127.0.0.1:{port}/api"
    with serving(install(folder, people=1500)) as place:
        process = place.start("serve", "--port", str(port))
        assert process.stdout is not None
        while "every flow is deployed" not in (line := process.stdout.readline()):
            assert line, process.communicate()
        try:
            look_after = timedelta(seconds=max(120, LOOK_AFTER * (time.monotonic() - began)))
            yield replace(place, extra={"PREFECT_API_URL": api}), api, look_after
        finally:
            os.killpg(process.pid, 15)
            process.communicate(timeout=60)


def name_the_look(campaign: Path, look: datetime) -> None:
    """Give the campaign its one look, and call it city-wide, so that two persons approve it."""
    yaml = YAML()
    yaml.width = 10_000
    brief = yaml.load(campaign / "campaign.yaml")
    brief["city_wide"] = True
    brief["looks"] = [look.isoformat(timespec="seconds")]
    yaml.dump(brief, campaign / "campaign.yaml")


def post(api: str, path: str, **body: Any) -> Any:
    """Ask Prefect's server, again where its SQLite database is busy (503), as Prefect's own clients do."""
    with requests.Session() as session:
        session.mount(
            "http://",
            HTTPAdapter(max_retries=Retry(5, status_forcelist=[503], allowed_methods=None, backoff_factor=0.2)),
        )
        answer = session.post(f"{api}/{path}", json=body, timeout=30)
    answer.raise_for_status()
    return answer.json()


def state_of(api: str, flow_run: str) -> str:
    state: str = requests.get(f"{api}/flow_runs/{flow_run}", timeout=30).json()["state_type"]
    return state


def code_for(sink: Path, address: str) -> str:
    """The code in the letter to an address."""
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in sink.rglob("*.eml")]
    bodies = [mail.get_body(("plain",)) for mail in mails if mail["To"] == address]
    (code,) = {code for body in bodies if body for code in re.findall(r"--code (\S+)", body.get_content())}
    return code


class Form:
    """The form of a suspended run, as Prefect's interface fills it in."""

    def __init__(self, api: str, flow_run: str, run: str) -> None:
        self.api, self.flow_run, self.key = api, flow_run, f"suspended-approval-{run}-"

    def inputs(self) -> dict[str, str]:
        """Everything that Prefect keeps of the forms so far, by its key after the number of the form."""
        kept = post(self.api, f"flow_runs/{self.flow_run}/input/filter", prefix=self.key, limit=100)
        return {each["key"].removeprefix(self.key): each["value"] for each in kept}

    def waits(self, number: int) -> Any:
        return state_of(self.api, self.flow_run) == "PAUSED" and self.inputs().get(f"{number}-description")

    def answer(self, code: str) -> None:
        told = post(
            self.api,
            f"flow_runs/{self.flow_run}/resume",
            run_input={"code": code, "account": "manager_waste", "reviewed": []},
        )
        assert told["status"] == "ACCEPT", told


@pytest.mark.long
def test_a_deployed_run_shows_its_shards_and_its_look_fires_unaided(
    served_city: tuple[Installation, str, timedelta],
) -> None:
    place, api, look_after = served_city
    deployments = {found["name"]: found["id"] for found in post(api, "deployments/filter")}
    flows = {found["entrypoint"] for found in post(api, "deployments/filter")}
    assert flows == {
        "flows.campaign.prepare_campaign", "flows.campaign.run_campaign", "flows.campaign.publish_campaign",
        "flows.evaluation.evaluate_campaign", "flows.evaluation.evaluate_due", "flows.unpublishing.unpublish_due",
        "flows.evaluation.follow_up_programme",
    }  # fmt: skip
    assert deployments
    deployment = requests.get(f"{api}/deployments/name/run-campaign/budkavle", timeout=30).json()["id"]
    due = datetime.now(UTC) + look_after
    name_the_look(place.campaign, due)
    body = {"parameters": {"campaign": str(place.campaign)}, "state": {"type": "SCHEDULED"}}
    flow_run = post(api, f"deployments/{deployment}/create_flow_run", **body)["id"]
    until(lambda: state_of(api, flow_run) == "PAUSED", look_after.total_seconds())
    run = place.answer("status")["runs"][0]["run"]
    form, seconds = Form(api, flow_run, run), look_after.total_seconds()
    until(lambda: form.waits(0), seconds)
    assert "approval is missing from: manager, communications_director" in form.inputs()["0-description"]
    form.answer("22222222")
    assert "the code is wrong" in until(lambda: form.waits(1), seconds)
    code = code_for(place.sink, "chef@example.se")
    form.answer(code)
    assert "approval is missing from: communications_director" in until(lambda: form.waits(2), seconds)
    assert not [value for value in form.inputs().values() if code in value or "22222222" in value]
    granted = [each for each in decisions.read(place.workplace) if each.action == "approval_granted"]
    assert [(each.actor, each.detail["account"]) for each in granted] == [("manager_waste", "prefect:manager_waste")]
    told = place.answer("approve", run, "--code", code_for(place.sink, "direktor@example.se"))
    assert (told["resumed"], told["missing"]) == (True, [])
    until(lambda: state_of(api, flow_run) == "COMPLETED", look_after.total_seconds())
    names = {found["name"] for found in post(api, "task_runs/filter")}
    assert {re.sub("-[0-9a-f]{3}$", "", name) for name in names} >= {
        "select_audience", "plan_channels", "build_variants", "review_messages", "write_shards", "check_deliveries",
        "publish internal-email-0001", "publish external-email-0001", "publish external-letter-0001",
    }  # fmt: skip
    observed = world.simulate_outcomes(
        place.workplace, run, place.home / "register-files", 1, place.home / "outcomes.csv"
    )
    outcomes.import_outcomes(place.workplace, run, observed.outcomes_file)
    assert datetime.now(UTC) < due, "the look must still be to come"

    def effects() -> list[tuple[Any, ...]]:
        with store.writing(place.workplace) as connection:
            return connection.execute("SELECT look, estimate FROM effect WHERE segment = 'all'").fetchall()

    assert effects() == []
    until(effects, look_after.total_seconds() + 90)
    until(lambda: place.answer("status", run)["due_looks"][0]["state"] == "done", 60)
    until(lambda: place.answer("feedback", run)["still_to_do"] == ["feedback"], 60)
    heard = "Ni har frågat hur vi gör med kärlen i gamla gårdar. Vi provar mindre kärl där från hösten."
    assert place.answer("feedback", run, "--text", heard)["state"] == "closed"
    until((place.home / "runs" / run / "report" / "index.html").exists, 60)
