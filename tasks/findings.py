"""What the gates found in a run's stored variants, and which of it a named person must read, each under a short id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb

from campaigns.errors import Finding
from campaigns.programme import load_programme
from tasks import runs
from tasks.gate_subjects import stored_subjects
from tasks.gates import examining
from tasks.gates.subject import GateSubject

Place = tuple[str, str, int, str, str]


@dataclass(frozen=True)
class Reading:
    """One place that a person must read, such as ``politics:1``: every finding of one gate in one sentence.

    The id is the gate and a number in the order of the texts; it depends on the content alone, not on the reader's
    language nor on how many channels carry the text.
    """

    id: str
    gate: str
    findings: tuple[Finding, ...]

    @property
    def sentence(self) -> str:
        """The words it stands in, empty where it is about the whole text."""
        return self.findings[0].sentence

    @property
    def messages(self) -> tuple[str, ...]:
        """What is said of the place, each thing once."""
        return tuple(dict.fromkeys(finding.message for finding in self.findings))


def findings_of(connection: duckdb.DuckDBPyConnection, run: runs.Run, *, reader: str = "en") -> list[Finding]:
    """Return what the gates find in the stored variants, in the reader's language, overrides taken into account."""
    return examined(stored_subjects(connection, run, reader=reader), run)


def examined(subjects: Iterable[GateSubject], run: runs.Run) -> list[Finding]:
    """Return what the gates find in these variants of a run, overrides taken into account."""
    findings = examining.examine(subjects, load_programme().text_gates)
    return examining.accept_overrides(findings, run.brief.overrides)


def readings(findings: Iterable[Finding]) -> list[Reading]:
    """Return the findings of kind H as the places that a person must read, in the order of gates and texts."""
    places: dict[Place, list[Finding]] = {}
    for finding in findings:
        if finding.kind == "H":
            places.setdefault(_place(finding), []).append(finding)
    numbers: dict[str, int] = {}
    found = []
    for place in sorted(places):
        gate = place[0]
        numbers[gate] = numbers.get(gate, 0) + 1
        found.append(Reading(f"{gate}:{numbers[gate]}", gate, tuple(places[place])))
    return found


def ids_of(findings: Sequence[Finding]) -> dict[Finding, str]:
    """Return the id under which each finding of kind H is accepted."""
    return {finding: reading.id for reading in readings(findings) for finding in reading.findings}


def _place(finding: Finding) -> Place:
    return finding.gate, finding.file, finding.line, finding.language, finding.sentence
