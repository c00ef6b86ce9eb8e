"""Every gate finds its seeded defects where they stand, lets near misses pass, and nothing else is found."""

import os
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from seeded_defects import Files, Group, Seed, all_seeds, checked, groups

from campaigns.errors import Finding
from campaigns.programme import load_programme

CORPUS = "CORPUS"
"""`CORPUS=whole pytest tests/test_defects.py` plants every seed, as `benchmarks/gates.py` does; it takes far longer.

That no campaign that ships has a finding is tested in tests/test_campaigns.py.
"""
FEWEST = {False: 1, True: 1}
"""How many defects, and near misses, of each gate every run of the tests plants."""


def planted_always() -> list[Seed]:
    taken: Counter[tuple[str, bool]] = Counter()
    seeds = []
    for seed in (each for each in all_seeds() if not each.awaited):
        taken[seed.gate, seed.near_miss] += 1
        if os.environ.get(CORPUS) == "whole" or taken[seed.gate, seed.near_miss] <= FEWEST[seed.near_miss]:
            seeds.append(seed)
    return seeds


SEEDS = planted_always()
GROUPS = groups(SEEDS)
ASKED = {gate.id for gate in load_programme().gates if gate.where == "asked"}
MOST_IN_A_GROUP = "a group holds at most one seed of a gate, so that a finding tells whose it is"


@dataclass(frozen=True)
class Checked:
    """A group's files as they were checked, with what was found."""

    group: Group
    findings: list[Finding]

    @property
    def files(self) -> Files:
        return self.group.files


@cache
def packed() -> dict[str, Group]:
    return {seed.id: group for group in GROUPS for seed in group.seeds}


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Checked]:
    """Every seed's group, checked once."""
    return {}


@pytest.fixture
def check(planted: dict[str, Checked], seed: Seed, tmp_path: Path) -> Checked:
    """The check of the group that a seed is planted in."""
    group = packed()[seed.id]
    if group.id not in planted:
        planted[group.id] = Checked(group, checked(group.files, tmp_path / group.campaign))
    return planted[group.id]


@pytest.mark.parametrize("seed", [seed for seed in SEEDS if not seed.near_miss], ids=lambda seed: seed.id)
def test_a_gate_finds_its_defect_in_its_place(seed: Seed, check: Checked) -> None:
    wanting = seed.misses(check.findings, check.files)
    assert not wanting, "; ".join(wanting)


@pytest.mark.parametrize("seed", [seed for seed in SEEDS if seed.near_miss], ids=lambda seed: seed.id)
def test_a_gate_lets_a_near_miss_pass(seed: Seed, check: Checked) -> None:
    explained = any(seed.gate in other.also for other in check.group.seeds)
    own = [str(finding) for finding in check.findings if finding.gate == seed.gate]
    hits = seed.hits(check.findings, check.files) if explained else own
    assert not hits, "; ".join(hits)


@pytest.mark.parametrize("seed", [group.seeds[0] for group in GROUPS], ids=lambda seed: seed.id)
def test_an_edit_gives_no_finding_that_nobody_expects(seed: Seed, check: Checked) -> None:
    expected = {each.gate for each in check.group.seeds if not each.near_miss}
    expected |= {gate for each in check.group.seeds for gate in each.also}
    others = [str(finding) for finding in check.findings if finding.gate not in expected]
    assert not others, "; ".join(others)


def test_every_gate_has_at_least_three_defects_and_a_near_miss() -> None:
    for gate in {gate.id for gate in load_programme().gates} - ASKED:
        own = [seed for seed in all_seeds() if seed.gate == gate]
        assert sum(not seed.near_miss for seed in own) >= 3, gate
        assert any(seed.near_miss for seed in own), gate


def test_seeds_that_share_a_check_do_not_touch_the_same_lines_or_gates() -> None:
    for group in {group.id: group for group in packed().values()}.values():
        assert len({seed.gate for seed in group.seeds}) == len(group.seeds), MOST_IN_A_GROUP
        assert len(group.seeds) == 1 or not any(seed.alone for seed in group.seeds)


def test_no_two_seeds_have_the_same_name() -> None:
    assert [name for name, times in Counter(seed.id for seed in all_seeds()).items() if times > 1] == []
