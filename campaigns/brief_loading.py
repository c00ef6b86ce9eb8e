"""Loading a campaign folder: every fault at once, each with file, line, field, what is allowed and requirement id."""

import contextlib
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from campaigns.brief import Brief
from campaigns.brief_form import check_form, value_at, without
from campaigns.brief_meant import near
from campaigns.brief_rules import check_rules
from campaigns.brief_source import Fault, Source, read_source
from campaigns.brief_subject import Subject
from campaigns.errors import BriefInvalid, Finding, InputError
from campaigns.programme import load_programme

CAMPAIGNS = Path(__file__).parent
TEMPLATE = CAMPAIGNS / "template"
BRIEF = "campaign.yaml"
LEFT_OUT = {("objective", "baseline"): "P2a"}
"""Parts of a key whose absence the programme tells under another requirement than a fault in what they say."""


def load_brief(folder: Path) -> Brief:
    """Return the brief of a campaign folder; raises BriefInvalid with every finding when one of them blocks."""
    brief, findings = inspect_brief(folder)
    if brief is None or any(finding.kind == "B" for finding in findings):
        raise BriefInvalid(
            f"the brief has {len(findings)} findings" if len(findings) > 1 else "the brief has one finding",
            findings,
            where=str(Path(folder) / BRIEF),
            remedy="mend them in the campaign's folder and run `budkavle check` again; docs/add-a-campaign.md helps.",
        )
    return brief


def inspect_brief(folder: Path, now: datetime | None = None) -> tuple[Brief | None, list[Finding]]:
    """Return the brief, None where its form is broken, and every finding (B and W) in the order of the file.

    Times are held against ``now`` only where it is given.
    """
    folder = Path(folder)
    source = read_source(folder / BRIEF)
    if not source.readable:
        return None, [_finding(fault, source, folder) for fault in source.faults]
    brief, faults = check_form(source.data)
    known = {fault.path for fault in source.faults}
    faults = [*source.faults, *(fault for fault in faults if fault.path not in known)]
    known |= {fault.path for fault in faults}
    subject = Subject(folder, without(source.data, faults), now)
    rules = [fault for fault in check_rules(subject) if fault.path not in known]
    findings = sorted(
        {_finding(fault, source, folder) for fault in (*faults, *rules)}, key=lambda one: (one.line, one.message)
    )
    return None if source.faults else brief, findings


def brief_schema() -> dict[str, Any]:
    """Return the JSON schema of ``campaign.yaml``, for editors that complete and check while typing."""
    return Brief.model_json_schema(by_alias=True)


def find_campaign(name: str) -> Path:
    """Return the folder of a campaign given by path or by name; raises InputError where there is none."""
    for folder in (Path(name), CAMPAIGNS / name):
        with contextlib.suppress(OSError, ValueError):  # a name that no folder can have
            if (folder / BRIEF).is_file():
                return folder.resolve()
    known = sorted(path.parent.name for path in CAMPAIGNS.glob(f"*/{BRIEF}") if path.parent != TEMPLATE)
    raise InputError(
        "no campaign has this name, and no folder with a campaign.yaml this path",
        remedy=f"known campaigns: {', '.join(known) or 'none'}; `budkavle new NAME` makes one.",
    )


def new_campaign(name: str, parent: Path) -> Path:
    """Copy the template to ``parent/name`` and return the folder; raises InputError where it cannot be made."""
    if not name or not name.isascii() or not name.replace("-", "a").replace("_", "a").isalnum() or name != name.lower():
        raise InputError("a campaign's name is made of a–z, digits, - and _", remedy="choose such as matavfall-2028.")
    folder = Path(parent) / name
    if folder.exists():
        raise InputError("the folder exists already", where=str(folder), remedy="choose another name.")
    try:
        shutil.copytree(TEMPLATE, folder)
    except OSError as error:
        raise InputError(f"the folder cannot be made: {error.strerror}", where=str(folder)) from None
    return folder


def _finding(fault: Fault, source: Source, folder: Path) -> Finding:
    programme = load_programme()
    gate = programme.gate(fault.gate)
    requirement, serves = gate.requirement, fault.gate != "brief"
    if fault in source.faults and not source.readable:  # of syntax: the key that it stands in is not to blame
        requirement, serves = programme.gate("text_syntax").requirement, False
    elif fault.gate == "brief" and fault.path:
        meant = near(
            str(fault.path[0]), programme.brief_keys
        )  # a misspelt key serves what the key it stands for serves
        requirement, serves = programme.brief_keys.get(meant, requirement), meant in programme.brief_keys
        if fault.path in LEFT_OUT and value_at(source.data, fault.path) is None:
            requirement = LEFT_OUT[fault.path]
    return Finding(
        gate=gate.id,
        requirement=requirement,
        kind=gate.kind,
        file=f"{folder.absolute().name}/{BRIEF}",
        line=fault.line or (source.line(fault.path) if source.readable else 0),
        message=fault.message,
        remedy=f"{fault.remedy} ({requirement}: {programme.requirements[requirement]})" if serves else fault.remedy,
    )
