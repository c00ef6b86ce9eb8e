"""What a finding says to whoever reads it on a terminal: the gate in plain words beside its id."""

from campaigns.errors import Finding
from campaigns.programme import load_programme

KINDS = {"B": "blocks", "W": "warns", "H": "a person must read"}


def told(finding: Finding) -> str:
    """Return a finding with what its gate asks for, the sentence it stands in and how to mend it, in English."""
    first, *rest = str(finding).splitlines()
    says = next((gate.says for gate in load_programme().gates if gate.id == finding.gate), "")
    asked = [f"    {KINDS[finding.kind]}: {says}"] if says else []
    return "\n".join([first, *asked, *([f"    in: “{finding.sentence}”"] if finding.sentence else []), *rest])
