import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from installation import Installation, install, prefect_server, serving

from flows.settings import TELEMETRY_OFF
from tasks.workplace import Workplace

os.environ.update(TELEMETRY_OFF)
LONGEST = ("test_whole_way", "test_deployments")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, so that two test processes end at about the same time."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(home=tmp_path / "home", key=b"a key for tests only")


@pytest.fixture(scope="session")
def approved_home(tmp_path_factory: pytest.TempPathFactory, server: dict[str, str]) -> Installation:
    """An installation whose campaign is prepared and approved; copied aside, for tests to start from."""
    folder = tmp_path_factory.mktemp("city")
    with serving(replace(install(folder, people=2000), extra=server)) as place:
        place.prepare_and_approve()
    shutil.copytree(place.home, folder / "approved", symlinks=True)
    return place


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A Prefect server that every command of the tests may use."""
    with prefect_server(tmp_path_factory.mktemp("prefect")) as settings:
        yield settings


@pytest.fixture
def served(approved: Installation, server: dict[str, str]) -> Installation:
    """The approved installation, its commands on the tests' Prefect server."""
    return replace(approved, extra=server)


@pytest.fixture
def approved(approved_home: Installation) -> Installation:
    """The approved installation as it was, at its own place, with an empty mail server."""
    shutil.rmtree(approved_home.home)
    shutil.rmtree(approved_home.sink, ignore_errors=True)
    shutil.copytree(approved_home.home.parent / "approved", approved_home.home, symlinks=True)
    return approved_home
