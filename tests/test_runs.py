"""A run's id belongs to one campaign folder: another can neither replace its run nor be sent in its place."""

import shutil
from pathlib import Path

import pytest
from approval_scene import campaign_folder
from small_run import brief

from campaigns.errors import IllegalMove
from tasks import runs, store
from tasks.workplace import Workplace


def test_campaign_and_edition_that_give_another_runs_id_are_refused(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_folder(tmp_path)
    run = runs.begin(workplace, brief(edition="2027-1"), folder)
    other = tmp_path / "matavfall-2027"
    shutil.copytree(folder, other)
    for attempt in (lambda: runs.begin(workplace, brief(edition="1"), other), lambda: state(workplace, run, other)):
        with pytest.raises(
            IllegalMove, match=f"{run} is already that of a run of another campaign folder.*\n.*edition"
        ):
            attempt()
    assert runs.load(workplace, run).folder == folder
    assert runs.begin(workplace, brief(edition="2027-1"), folder) == run


def state(workplace: Workplace, run: str, folder: Path) -> str | None:
    return runs.state_of(workplace, run, folder)


def test_folders_of_one_name_in_two_places_are_two_campaigns(workplace: Workplace, tmp_path: Path) -> None:
    folder = campaign_folder(tmp_path)
    run = runs.begin(workplace, brief(), folder)
    copy = tmp_path / "elsewhere" / "matavfall"
    shutil.copytree(folder, copy)
    with pytest.raises(IllegalMove, match="another campaign folder"):
        runs.begin(workplace, brief(), copy)
    with store.writing(workplace) as connection:
        assert connection.execute("SELECT folder FROM run").fetchall() == [(str(folder),)]
    assert state(workplace, run, folder) == "preparing"


def test_a_folder_that_was_moved_or_is_reached_by_a_link_is_the_same_campaign(
    workplace: Workplace, tmp_path: Path
) -> None:
    folder = campaign_folder(tmp_path)
    run = runs.begin(workplace, brief(), folder)
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "matavfall").symlink_to(folder)
    assert runs.begin(workplace, brief(), tmp_path / "link" / "matavfall") == run
    (tmp_path / "link" / "matavfall").unlink()
    moved = folder.rename(tmp_path / "link" / "matavfall")
    assert runs.begin(workplace, brief(), moved) == run
    assert runs.load(workplace, run).folder == moved
