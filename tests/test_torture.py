"""A short form of every kind of fault, judged from the sinks' own stores; `make torture` gives the full doses."""

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from torture import SHORT, scenarios
from torture_scene import judge, passes

DOSES = SHORT._replace(messages=250, kills=2, medium=120, points=2, smtp=30, sms=8, times=1)
PROCESSES = ["kills", "stopped", "at_once", "torn", "full", "database", "clock"]


def suffered(name: str, folder: Path, only: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    rows = list(scenarios(DOSES._replace(only=only), seed=7)[name](folder))
    assert rows
    assert [row for row in rows if not passes(row)] == []
    return rows


@pytest.mark.slow
@pytest.mark.parametrize("name", PROCESSES)
def test_nobody_is_lost_told_twice_or_told_wrongly_whatever_happens(name: str, tmp_path: Path) -> None:
    rows = suffered(name, tmp_path / name)
    assert all(row["dose"] for row in rows), "the fault never came"


def test_an_old_back_up_sends_nothing_before_it_is_accepted(tmp_path: Path) -> None:
    (row,) = suffered("restored", tmp_path / "home")
    assert (row["refused"], row["dose"]) == (1, 1)
    assert row["unknown"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["421", "450", "550", "reset", "hang_up", "silence", "garbage", "drip"])
def test_a_mail_server_may_misbehave_at_every_step(kind: str, tmp_path: Path) -> None:
    (row,) = suffered("smtp", tmp_path / "smtp", (kind,))
    assert row["dose"] > 3, "the fault hardly came"


@pytest.mark.parametrize("kind", ["429 with Retry-After", "504 though taken", "hang up after the body", "broken JSON"])
def test_an_sms_gateway_may_misbehave(kind: str, tmp_path: Path) -> None:
    suffered("sms", tmp_path / "sms", (kind,))


@pytest.mark.parametrize(
    ("known", "arrived", "wrong"),
    [
        ({"a": "accepted"}, {}, "falsely_accepted"),
        ({"a": "queued"}, {}, "lost"),
        ({"a": "rejected"}, {"a": 1}, "falsely_unsent"),
        ({"a": "accepted"}, {"a": 2}, "duplicated"),
        ({}, {"a": 1}, "lost"),
    ],
)
def test_the_verdict_sees_each_kind_of_wrong(known: dict[str, str], arrived: dict[str, int], wrong: str) -> None:
    from collections import Counter

    row = judge("x", 1, known, Counter(arrived), began=0.0, unknown_limit=0)
    assert row[wrong] == 1
    assert not passes(row)
    doubtful = judge("x", 1, {"a": "unknown"}, Counter(), began=0.0, unknown_limit=0)
    assert not passes(doubtful)
