import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from campaigns.errors import InputError
from flows.cli import app
from flows.demo import to_ask_on
from flows.settings import SECRETS, load_settings, workplace
from tasks.workplace import Workplace

IN_A_BLOCK = """
from prefect.blocks.system import Secret
from flows.settings import load_settings, workplace
Secret(value="a-token-for-tests").save("cms-token", overwrite=True)
print(workplace(load_settings()).web_token)
"""


@pytest.mark.parametrize(("name", "value"), [("FORGETTING", "0"), ("FORGETTING", "1.1"), ("WORKERS", "none-of-it")])
def test_a_setting_that_cannot_be_used_is_named_and_its_value_is_not(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"BUDKAVLE_{name}", value)
    with pytest.raises(InputError, match=f"BUDKAVLE_{name}") as refused:
        load_settings()
    assert "none-of-it" not in str(refused.value)


def test_forgetting_reaches_the_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUDKAVLE_SECRET_KEY", "a key for tests only")
    assert workplace(load_settings()).forgetting == 0.9
    monkeypatch.setenv("BUDKAVLE_FORGETTING", "1")
    assert workplace(load_settings()).forgetting == 1.0


@pytest.mark.slow
def test_a_secret_may_lie_in_a_block_of_prefect(server: dict[str, str]) -> None:
    given = {**os.environ, **server, "BUDKAVLE_WEB_TOKEN": "prefect:cms-token", "BUDKAVLE_SECRET_KEY": "for tests only"}
    done = subprocess.run(
        [sys.executable, "-c", IN_A_BLOCK], env=given, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.split() == ["a-token-for-tests"], done.stderr


def test_a_secret_that_prefect_cannot_give_is_told_with_its_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("BUDKAVLE_SECRET_KEY", "a key for tests only")
    monkeypatch.setenv("BUDKAVLE_SMS_URL", "prefect:sms-url")
    with pytest.raises(InputError, match=r"'sms-url'.*\n.*PREFECT_API_URL"):
        workplace(load_settings())


def test_no_secret_is_ever_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(f"BUDKAVLE_{name.upper()}", "https://city:hemligt@example.se/")
    told = CliRunner().invoke(app, ["settings", "--json"])
    assert told.exit_code == 0
    assert "hemligt" not in told.output + repr(workplace(load_settings()))


@pytest.mark.parametrize("url", ["http://budkavle.example.se/receipts", "budkavle.example.se", "https://"])
def test_receipts_are_never_asked_for_in_clear(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("BUDKAVLE_SECRET_KEY", "a key for tests only")
    monkeypatch.setenv("BUDKAVLE_RECEIPTS_URL", url)
    with pytest.raises(InputError, match="BUDKAVLE_RECEIPTS_URL"):
        workplace(load_settings())


@pytest.mark.parametrize("inside", ["home/fence", "home", "home/../home/a/b", "link/fence"])
def test_a_fence_that_a_back_up_of_home_would_take_back_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, inside: str
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "home")
    monkeypatch.setenv("BUDKAVLE_SECRET_KEY", "a key for tests only")
    monkeypatch.setenv("BUDKAVLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BUDKAVLE_FENCE", str(tmp_path / inside))
    with pytest.raises(InputError, match="BUDKAVLE_FENCE"):
        workplace(load_settings())
    monkeypatch.setenv("BUDKAVLE_FENCE", str(tmp_path / "home-fence"))
    assert workplace(load_settings()).fence == tmp_path / "home-fence"


def test_what_the_demo_prints_to_ask_on_with_finds_its_people_too() -> None:
    place = Workplace(home=Path("/a folder/demo"), key=b"k", directory=Path("/a folder/demo/directory.yaml"))
    words = shlex.split(to_ask_on(place, "matavfall-demo").removeprefix("to ask on: "))
    assert words[:2] == ["export", "BUDKAVLE_HOME=/a folder/demo"]
    assert "BUDKAVLE_DIRECTORY=/a folder/demo/directory.yaml;" in words
    assert words[-1] == "matavfall-demo"
