"""The one error tree.

::

    BudkavleError                exit  what it means
    ├── InputError                 2   wrong use, or a file that cannot be accepted
    │   ├── BriefInvalid           2   findings in campaign.yaml, its texts or its SQL
    │   ├── PicturesInvalid        2   pictures of a text that cannot be shown
    │   ├── RegisterFileInvalid    2   a register, outcomes or suppression file
    │   └── UnknownRun             2   no run has this id or prefix
    ├── Refused                    1   the input is sound, a rule says no
    │   ├── GateRefused            1   a gate of the programme blocks
    │   ├── CheckFailed            1   a critical expectation between two stages failed
    │   ├── ApprovalRefused        1   wrong code, wrong person, expired
    │   ├── ContentChanged         1   the approved digest and today's content differ
    │   └── IllegalMove            1   the run's state does not allow it
    ├── Waiting                    3   nothing is wrong, run the command again later
    │   ├── ApprovalPending        3
    │   ├── NotYetTime             3   before the start or outside the sending windows
    │   ├── RunPaused              3
    │   ├── GatewayUnavailable     3   the channel's gateway does not answer
    │   ├── OutcomesMissing        3   nothing to evaluate yet
    │   └── StoreBusy              3   another process is writing
    ├── FlowFailed                 2   a flow ended by what nobody foresaw
    ├── StoreUnusable              2   the disk is full, or rights keep HOME from being used: nothing is moved
    └── StoreDamaged               2   the database cannot be opened: set aside, rebuild

Every message says what is wrong, where, and what to do next, and never holds a personal value.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any


class BudkavleError(Exception):
    """Base of every error that a user can meet.

    ``problem`` says what is wrong, ``where`` names file, line, field or row, and ``remedy`` what to do next.
    """

    exit_code = 2

    def __init__(self, problem: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(problem)
        self.problem, self.where, self.remedy = problem, where, remedy

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.problem}" if self.where else self.problem]
        return "\n".join([*parts, f"  what to do: {self.remedy}"] if self.remedy else parts)


class InputError(BudkavleError):
    """Wrong use, or a file that cannot be accepted."""


@dataclass(frozen=True)
class Finding:
    """One fault found by a check, in the form that ``budkavle check --json`` prints.

    ``kind`` is B (blocks), W (warns, may be overridden with a logged reason) or H (a named person's review);
    ``language`` and ``channel`` name all that it concerns, with ", " between, where :func:`told_once` joined findings.
    ``accepted`` is the reason in the brief that overrides a warning, ``sentence`` the words that it stands in, if any.
    """

    gate: str
    requirement: str
    kind: str
    file: str
    line: int
    message: str
    remedy: str
    language: str = ""
    channel: str = ""
    accepted: str = ""
    sentence: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        last = f"accepted: {self.accepted}" if self.accepted else self.remedy
        variant = f" ({self.channel}, {self.language})" if self.channel else ""
        return f"{place}: [{self.kind} {self.gate} {self.requirement}] {self.message}{variant}\n    {last}"

    def as_dict(self) -> dict[str, str | int]:
        """Return the finding as one JSON-ready object."""
        return asdict(self)


def told_once(findings: Iterable[Finding], by: Sequence[str] = ("channel", "language")) -> list[Finding]:
    """Return the findings in order, those that say the same of a place as one that names its channels and languages."""
    alike: dict[Finding, Finding] = {}
    for field in by:
        alike = {}
        for finding in findings:
            of_template = finding.file.endswith(".j2") and finding.kind != "H"  # told with the first words it spoils
            same = _with(finding, {field: "", "sentence": "" if of_template else finding.sentence})
            first = alike.setdefault(same, finding)
            named = dict.fromkeys([*getattr(first, field).split(", "), getattr(finding, field)])
            alike[same] = _with(first, {field: ", ".join(filter(None, named))})
        findings = list(alike.values())
    return list(alike.values())


def _with(finding: Finding, changes: dict[str, Any]) -> Finding:
    return replace(finding, **changes)


class _WithFindings(BudkavleError):
    def __init__(self, problem: str, findings: Sequence[Finding], *, where: str = "", remedy: str = "") -> None:
        super().__init__(problem, where=where, remedy=remedy)
        self.findings = tuple(findings)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(str(finding) for finding in told_once(self.findings))])


class BriefInvalid(_WithFindings, InputError):
    """Faults in a campaign folder: every one of them, each with file, line, field and requirement id."""


class PicturesInvalid(InputError):
    """Pictures of a text that cannot be shown: every one of them, each with its name in ``where``."""

    def __init__(self, pictures: Sequence[InputError]) -> None:
        super().__init__(pictures[0].problem, where=pictures[0].where, remedy=pictures[0].remedy)
        self.pictures = tuple(pictures)


class RegisterFileInvalid(InputError):
    """A register, outcomes or suppression file that is refused whole."""


class UnknownRun(InputError):
    """No run, or more than one, answers to this id or prefix."""


class Refused(BudkavleError):
    """The input is sound but a rule says no."""

    exit_code = 1


class GateRefused(_WithFindings, Refused):
    """A gate of the communication programme blocks the campaign."""


class CheckFailed(Refused):
    """A critical expectation at a stage boundary failed; the run stopped there."""


class ApprovalRefused(Refused):
    """Wrong code, expired code, or a person who may not approve."""


class ContentChanged(Refused):
    """What was approved and what would be sent are not the same; names each part that differs."""


class IllegalMove(Refused):
    """The run's state does not allow what was asked."""


class Waiting(BudkavleError):
    """Nothing is wrong: run the same command again when the named condition holds."""

    exit_code = 3


class ApprovalPending(Waiting):
    """Codes have been mailed, an approval is still missing."""


class NotYetTime(Waiting):
    """Before the wave's start, or outside the sending windows."""


class RunPaused(Waiting):
    """Somebody paused the run."""


class GatewayUnavailable(Waiting):
    """The channel's gateway does not answer; nothing was half-sent."""


class OutcomesMissing(Waiting):
    """No outcomes have been imported for this look."""


class StoreBusy(Waiting):
    """Another process holds the database for writing."""


class FlowFailed(BudkavleError):
    """A flow ended by what is no error of ours, such as a Prefect server too busy to answer; Prefect's log has it."""


class StoreDamaged(BudkavleError):
    """The database file cannot be opened; it was set aside, ``budkavle rebuild`` recreates every fact."""


class StoreUnusable(BudkavleError):
    """The disk or this account's rights keep HOME or its database from being used; nothing was moved."""
