"""`budkavle serve`: deployments of every flow, a suspended run that an approval resumes, a look that fires unaided."""

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from installation import Installation, install, serving
from ruamel.yaml import YAML

from flows.demo_mail import codes_in
from flows.prefect_server import free_port
from tasks import outcomes, store, world

pytestmark = pytest.mark.slow
LOOK_AFTER = 5  # times as long as making the city and its deployments took, so that a slow machine gets its time


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
    yaml = YAML()
    yaml.width = 10_000
    brief = yaml.load(campaign / "campaign.yaml")
    brief["looks"] = [look.isoformat(timespec="seconds")]
    yaml.dump(brief, campaign / "campaign.yaml")


def post(api: str, path: str, **body: Any) -> Any:
    answer = requests.post(f"{api}/{path}", json=body, timeout=30)
    answer.raise_for_status()
    return answer.json()


def state_of(api: str, flow_run: str) -> str:
    state: str = requests.get(f"{api}/flow_runs/{flow_run}", timeout=30).json()["state_type"]
    return state


def test_a_deployed_run_shows_its_shards_and_its_look_fires_unaided(
    served_city: tuple[Installation, str, timedelta],
) -> None:
    place, api, look_after = served_city
    deployments = {found["name"]: found["id"] for found in post(api, "deployments/filter")}
    flows = {found["entrypoint"] for found in post(api, "deployments/filter")}
    assert flows == {
        "flows.campaign.prepare_campaign", "flows.campaign.run_campaign", "flows.campaign.publish_campaign",
        "flows.evaluation.evaluate_campaign", "flows.evaluation.evaluate_due",
    }  # fmt: skip
    assert deployments
    deployment = requests.get(f"{api}/deployments/name/run-campaign/budkavle", timeout=30).json()["id"]
    due = datetime.now(UTC) + look_after
    name_the_look(place.campaign, due)
    body = {"parameters": {"campaign": str(place.campaign)}, "state": {"type": "SCHEDULED"}}
    flow_run = post(api, f"deployments/{deployment}/create_flow_run", **body)["id"]
    until(lambda: state_of(api, flow_run) == "PAUSED", look_after.total_seconds())
    run = place.answer("status")["runs"][0]["run"]
    for code in codes_in(place.sink):
        assert place.answer("approve", run, "--code", code)["resumed"]
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
    until(lambda: place.answer("status", run)["state"] == "closed", 60)
    until((place.home / "runs" / run / "report" / "index.html").exists, 60)
