"""What the documentation promises to be complete is complete."""

import json
import re
from pathlib import Path

from typer.main import get_command

from campaigns.channels import load_channels
from campaigns.programme import load_programme
from expectations import SUITES
from flows.cli import app
from flows.settings import Settings
from tasks.gates.examining import GATES
from tasks.senders import SENDERS

ROOT = Path(__file__).parents[1]
DOCS = "\n".join(
    path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
)


def test_every_channel_that_is_not_ordered_by_hand_has_a_sender_and_a_layout() -> None:
    assert {channel.name for channel in load_channels().values() if not channel.by_hand} == set(SENDERS)
    for channel in SENDERS:
        assert (ROOT / "campaigns" / "layouts" / f"{channel}.txt.j2").exists(), channel


def test_every_stage_boundary_has_a_suite() -> None:
    assert list(SUITES) == ["register", "audience", "plan", "variants", "delivery", "outcomes"]
    assert all(suite.claims for suite in SUITES.values())


def test_every_gate_of_the_programme_about_texts_has_a_function_and_the_other_way_round() -> None:
    assert {gate.id for gate in load_programme().text_gates} == set(GATES)


def test_every_command_stands_in_the_documentation() -> None:
    missing = []
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        names = [f"{name} {part}" for part in getattr(command, "commands", {})] or [name]
        missing += [each for each in names if f"budkavle {each}" not in DOCS and f"`{each}" not in DOCS]
    assert missing == []


def test_every_setting_has_a_meaning_and_the_important_ones_a_page() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    important = "HOME SECRET_KEY SMTP_URL SMS_URL DIRECTORY SENDER_ADDRESS PUBLIC_URL LOGOTYPE FORGETTING"
    assert [name for name in important.split() if f"BUDKAVLE_{name}" not in DOCS] == []


def test_every_flow_is_deployed() -> None:
    text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "flows").glob("*.py"))
    assert sources.count("@flow(") == text.count("entrypoint: flows.")


def test_every_deployment_that_a_page_starts_is_there_with_its_parameter() -> None:
    text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "flows").glob("*.py"))
    started = re.findall(r"prefect deployment run ([\w-]+)/budkavle --param (\w+)=", DOCS)
    assert {name for name, _ in started} == {"run-campaign", "publish-campaign"}
    for name, parameter in started:
        function = name.replace("-", "_")
        assert re.search(rf"entrypoint: flows\.\w+\.{function}$", text, re.MULTILINE)
        assert re.search(rf"^(?:async )?def {function}\([^)]*\b{parameter}: str", sources, re.MULTILINE)


def test_the_lock_names_no_address_and_pins_every_package_with_a_hash() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if line and line[0] not in " #"]
    assert pinned
    assert all("==" in line for line in pinned)
    assert not [line for line in lines if "://" in line]
    assert json.dumps(lines).count("--hash=sha256:") >= len(pinned)
