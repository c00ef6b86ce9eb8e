"""The short form of benchmarks/http_torture.py: every fault, killed workers, and nobody lost or told twice."""

from pathlib import Path

import pytest
from http_torture_scene import WRONG, torture

KILLS = 2


@pytest.mark.slow
def test_nobody_is_lost_told_twice_or_falsely_accepted_and_receipts_settle_all_that_was_taken(tmp_path: Path) -> None:
    found = torture(tmp_path, 150, KILLS, seed=7, share=0.01)
    assert {name: found[name] for name in WRONG} == dict.fromkeys(WRONG, 0), found
    assert found["of_these_taken"] == 0, found
    assert sum(found["statuses"].values()) == 150
