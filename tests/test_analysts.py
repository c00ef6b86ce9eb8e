"""What analysts use: the period of a query, the export of report views, the notebook."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from follow_up_scene import PERIOD, year

from campaigns.errors import CheckFailed
from campaigns.period import read_period
from tasks import store
from tasks.export import PERSONAL, export
from tasks.questions import ask
from tasks.workplace import Workplace

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.py"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    workplace = Workplace(home=tmp_path_factory.mktemp("analysts") / "home", key=b"a key for tests only")
    year(workplace)
    return workplace


def test_a_query_may_be_about_a_period(home: Workplace) -> None:
    query = "SELECT sum(campaigns)::INTEGER FROM report_goal"
    assert ask(home, query)[1] == ask(home, query, PERIOD)[1] == [(4,)]
    assert ask(home, query, read_period(f"{PERIOD.year - 1}-T1"))[1] == [(0,)]


def test_every_report_view_is_exported_explained_and_without_anybody_told_apart(
    home: Workplace, tmp_path: Path
) -> None:
    written = export(home, tmp_path / "out", PERIOD)
    contents = json.loads((tmp_path / "out" / "contents.json").read_text())
    assert (
        set(contents["views"]) == set(written.rows) >= {"report_goal", "report_reach", "report_effect", "report_lesson"}
    )
    assert contents["period"] == PERIOD.name
    with duckdb.connect() as connection, store.reading(home) as snapshot:
        keys = {row[0] for row in snapshot.execute("SELECT DISTINCT person_key FROM person").fetchall()}
        for view, told in contents["views"].items():
            assert told["holds"], f"{view} says nothing of what it holds"
            rows = connection.execute("FROM read_parquet(?)", [str(tmp_path / "out" / f"{view}.parquet")]).fetchall()
            assert len(rows) == told["rows"]
            assert not set(told["columns"]) & set(PERSONAL)
            assert not keys & {value for row in rows for value in row if isinstance(value, str)}


def test_a_view_that_tells_persons_apart_is_not_exported(home: Workplace, tmp_path: Path) -> None:
    place = Workplace(home=tmp_path / "home", key=home.key)
    with duckdb.connect(store.take_snapshot(place)) as snapshot:
        snapshot.execute("CREATE VIEW report_everybody AS SELECT person_key FROM person")
    with pytest.raises(CheckFailed, match="report_everybody has person_key"):
        export(place, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_notebook_runs_through_and_shows_what_the_views_say(
    home: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUDKAVLE_HOME", str(home.home))
    monkeypatch.setenv("BUDKAVLE_PERIOD", PERIOD.name)
    spec = importlib.util.spec_from_file_location("notebook", NOTEBOOK)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    _outputs, found = module.app.run()
    assert list(found["goals"]["campaigns"]) == [0, 0, 3, 1]
    assert len(found["campaigns"]) == 4
    assert set(found["feedback"]["standing"]) == {"kept", "overdue", "open"}
    assert len(found["lessons"])
    assert {"everybody", "district"} <= set(found["groups"]["dimension"])
