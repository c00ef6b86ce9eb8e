"""What the programme asks of a brief beyond its form: every rule, one function per gate of programme.yaml."""

from campaigns import (
    brief_channels,
    brief_contents,
    brief_duties,
    brief_employees,
    brief_files,
    brief_promises,
    brief_registers,
    brief_slips,
    brief_timing,
    brief_windows,
)
from campaigns.brief_source import Fault
from campaigns.brief_subject import RULES, Subject

FAMILIES = (
    brief_promises,
    brief_channels,
    brief_slips,
    brief_timing,
    brief_windows,
    brief_files,
    brief_registers,
    brief_duties,
    brief_contents,
    brief_employees,
)


def check_rules(subject: Subject) -> list[Fault]:
    """Return what every rule finds in the sound part of a brief."""
    return [Fault(gate, *found) for gate, check in RULES.items() for found in check(subject)]
