import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import settings
from installation import Installation, install, prefect_server, serving
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from flows.settings import TELEMETRY_OFF
from tasks import store
from tasks.workplace import Workplace

settings.register_profile("tests", deadline=None, max_examples=30)  # a busy machine is slow: no fault of what is tested
settings.load_profile("tests")
os.environ.update(TELEMETRY_OFF)
LONGEST = ("test_whole_way", "test_deployments", "test_worker")
# These start from the approved home or talk to a Prefect server: one process makes either for all of them.
OF_THE_HOME = (
    "test_approval_evidence", "test_deployments", "test_digest", "test_rebuild", "test_register", "test_settings",
    "test_whole_way",
)  # fmt: skip


class OneHome(LoadFileScheduling):  # type: ignore[misc]
    """Each file to one process, and the files of the approved home to the same one."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "the approved home" if Path(file).stem in OF_THE_HOME else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    return OneHome(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, so that the test processes end at about the same time."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(LONGEST)))


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(home=tmp_path / "home", key=b"a key for tests only")


@pytest.fixture
def kept_open(workplace: Workplace) -> Iterator[None]:
    """Keep the database open beside the test's own connections, each of which then costs a tenth of the time.

    For tests of one process: another one would find the database busy.
    """
    with store.writing(workplace):
        pass
    with duckdb.connect(workplace.database):
        yield


@pytest.fixture(scope="session")
def approved_home(tmp_path_factory: pytest.TempPathFactory, server: dict[str, str]) -> Installation:
    """An installation whose campaign is prepared and approved; copied aside, for tests to start from."""
    folder = tmp_path_factory.mktemp("city")
    with serving(replace(install(folder, people=2000), extra=server)) as place:
        place.prepare_and_approve()
    shutil.copytree(place.home, folder / "approved", symlinks=True)
    return place


@pytest.fixture(scope="session")
def published_home(approved_home: Installation, server: dict[str, str]) -> Installation:
    """The installation once its campaign is published, while a reader held the snapshot open; copied aside."""
    restore(approved_home, "approved")
    with serving(replace(approved_home, extra=server)) as place, store.reading(place.workplace) as reader:
        said = place.run("run", str(place.campaign))
        seen = reader.execute("SELECT count(*) FROM delivery_event").fetchone()
    (place.home / "seen-by-a-reader").write_text(str(seen))
    (place.home / "said-by-the-run").write_text(said)
    shutil.copytree(place.home, place.home.parent / "published", symlinks=True)
    shutil.copytree(place.sink, place.home.parent / "published-sink")
    return approved_home


@pytest.fixture
def published(published_home: Installation, server: dict[str, str]) -> Installation:
    """The published installation as it was, its commands on the tests' Prefect server, its mail kept."""
    restore(published_home, "published")
    shutil.copytree(published_home.home.parent / "published-sink", published_home.sink)
    return replace(published_home, extra=server)


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
    restore(approved_home, "approved")
    return approved_home


def restore(place: Installation, kept: str) -> None:
    """Put an installation back as it was kept, with an empty mail server."""
    shutil.rmtree(place.home)
    shutil.rmtree(place.sink, ignore_errors=True)
    shutil.rmtree(place.fence, ignore_errors=True)
    shutil.copytree(place.home.parent / kept, place.home, symlinks=True)
