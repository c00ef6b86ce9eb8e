"""What a finding says to whoever reads it on a terminal: the gate in plain words beside its id."""

from collections.abc import Sequence

from campaigns.errors import Finding
from campaigns.programme import load_programme
from tasks.gates.examining import refuses

KINDS = {"B": "blocks", "W": "warns", "H": "a person must read"}


def counted(findings: Sequence[Finding]) -> str:
    """Return in one sentence how many findings there are, and how many of them keep the campaign from being sent."""
    stop = sum(refuses(each) for each in findings)
    read = sum(each.kind == "H" for each in findings)
    parts = [f"{len(findings)} finding{'' if len(findings) == 1 else 's'}", f"{stop} to mend"]
    if read:
        parts.append(f"{read} that a person must read and accept by name at the approval, or nothing is sent")
    return ", ".join(parts)


def told(finding: Finding) -> str:
    """Return a finding with what its gate asks for, the sentence it stands in and how to mend it, in English."""
    first, *rest = str(finding).splitlines()
    says = next((gate.says for gate in load_programme().gates if gate.id == finding.gate), "")
    asked = [f"    {KINDS[finding.kind]}: {says}"] if says else []
    return "\n".join([first, *asked, *([f"    in: “{finding.sentence}”"] if finding.sentence else []), *rest])
