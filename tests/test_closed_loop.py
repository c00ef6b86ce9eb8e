"""Campaign after campaign the plan moves toward what works; a short form of benchmarks/closed_loop.py."""

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


def test_what_is_learnt_moves_the_plan_toward_what_works_and_the_effect_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from closed_loop import course

    steps = course(seed=4, campaigns=4)
    first, last = steps[0], steps[-1]
    assert last.effect > 1.05 * first.effect
    assert last.alike > first.alike
    assert last.possible == first.possible
    assert abs(last.promised / last.effect - 1) < 0.1
    assert "closed_loop" in sys.modules
