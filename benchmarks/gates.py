"""Plant every seeded defect and every near miss alone, and say how many each gate finds and how often it is wrong.

    python benchmarks/gates.py [--gate ID …] [--processes N] [--keep]

Prints one JSON line per gate of the programme. ``recall`` is the share of its defects that it finds in their file and
line, in every language, with the right kind and sentence. ``precision`` is the share of the seeds it speaks about where
it is right to speak: it is wrong in a near miss, and in a seed of another gate that does not say it is to be expected.
``--keep`` writes the lines to docs/gates.jsonl as well, from which `make docs` puts them into docs/gates.md.
Each defect that is not found, and each seed where a gate is wrong to speak, is named on standard error at once.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from seeded_defects import Seed, SeedInvalid, all_seeds, checked, clean_files, planted

from campaigns.errors import Finding
from tasks.gates_page import MEASURED


@dataclass(frozen=True)
class Verdict:
    """What the check of one seed gave: what its gate lacks or says in vain, and the other gates that spoke."""

    seed: Seed
    wrong: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def gates(self) -> frozenset[str]:
        """The gates that spoke."""
        return frozenset(one.gate for one in self.findings)

    @property
    def in_vain(self) -> frozenset[str]:
        """The gates that should have been silent: about a near miss, or about another gate's seed."""
        return self.gates - self.seed.also - (frozenset() if self.seed.near_miss else {self.seed.gate})


def main(arguments: Sequence[str]) -> int:
    """Measure; return 1 when a defect is not found or a gate is wrong to speak."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gate", action="append", help="measure the seeds of this gate only")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args(arguments)
    seeds = [seed for seed in all_seeds() if not seed.awaited and (not given.gate or seed.gate in given.gate)]
    with ProcessPoolExecutor(given.processes) as pool:
        verdicts = [told(verdict) for verdict in pool.map(judge, seeds, chunksize=4)]
    rows = [figures(gate, verdicts) for gate in dict.fromkeys(seed.gate for seed in seeds)]
    printed = "".join(json.dumps(row) + "\n" for row in rows)
    sys.stdout.write(printed)
    if given.keep:
        MEASURED.write_text(printed, encoding="utf-8")
    return int(any(row["found"] < row["defects"] or row["in_vain"] for row in rows))


def judge(seed: Seed) -> Verdict:
    """Check a campaign with one seed planted in it."""
    try:
        files = planted(seed, clean_files(seed.campaign, seed.variant))
        seed.places(files)
    except SeedInvalid as invalid:
        return Verdict(seed, (f"it cannot be planted: {invalid}",))
    with tempfile.TemporaryDirectory() as folder:
        try:
            findings = checked(files, Path(folder) / seed.campaign)
        except Exception as error:  # a crash is the worst way not to find a defect, and must not end the measurement
            return Verdict(seed, (f"the check crashed: {error!r}",))
    wrong = [str(one) for one in findings if one.gate == seed.gate] if seed.near_miss else seed.misses(findings, files)
    return Verdict(seed, tuple(wrong), tuple(findings))


def figures(gate: str, verdicts: Iterable[Verdict]) -> dict[str, object]:
    """Return the figures of one gate."""
    own = [each for each in verdicts if each.seed.gate == gate]
    defects = [each for each in own if not each.seed.near_miss]
    found = sum(not each.wrong for each in defects)
    in_vain = sum(gate in each.in_vain for each in verdicts)
    return {
        "gate": gate,
        "defects": len(defects),
        "found": found,
        "near_misses": len(own) - len(defects),
        "in_vain": in_vain,
        "recall": round(found / len(defects), 3) if defects else None,
        "precision": round(found / (found + in_vain), 3) if found + in_vain else None,
    }


def told(verdict: Verdict) -> Verdict:
    """Name a seed on standard error where its gate misses it or a gate is wrong to speak; return the verdict."""
    if verdict.wrong and not verdict.seed.near_miss:
        print(f"NOT FOUND {verdict.seed.id}: {'; '.join(verdict.wrong)}", file=sys.stderr, flush=True)
    for one in verdict.findings:
        if one.gate in verdict.in_vain:
            print(f"IN VAIN {one.gate} in {verdict.seed.id}: {one}", file=sys.stderr, flush=True)
    return verdict


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
