"""Rules on what a campaign may know of employees: answers of whole units, never of one person."""

import re

from campaigns.brief_subject import Found, Subject, rule

OF_ONE = re.compile(
    r"\bper (?:enskild )?(?:medarbetar|anställd|person|individ|handläggar|chef|namn)\w*|\bper (?:employee|staff member"
    r"|member of staff|individual)\b|\bp(?:er|å) (?:person|individ)nivå\b",
    re.IGNORECASE,
)
"""A measure of one person, in a campaign that is for employees alone."""
WHICH_OF_THEM = re.compile(
    r"\b(?:vilka|vilken|varje enskild)(?: av)?(?: \w+)? (?:medarbetare|anställd\w*)\b.{0,40}"
    r"\b(?:öppna|läs|klick|svara|sett|ser|del)\w*"
    r"|\bwhich (?:of the )?(?:employees|staff)\b|\bwho (?:among|of) the (?:employees|staff)\b",
    re.IGNORECASE,
)


@rule
def employees_per_unit(subject: Subject) -> Found:
    """P8b: employees are counted per unit, never one by one."""
    registers = list(subject.registers.values())
    internal = (
        bool(registers) and len(registers) == len(subject.rows("waves")) and {"employees"} == set.union(*registers)
    )
    if internal and subject.text("objective", "unit") in {"person", "household"}:
        message = "`objective.unit` follows employees one by one"
        yield ("objective", "unit"), message, "Write area: the outcome is then counted per unit."
    for number, row in subject.rows("kpis"):
        name = row.get("name") or ""
        if WHICH_OF_THEM.search(name) or (internal and OF_ONE.search(name)):
            message = f"`kpis[{number + 1}]` tells what single employees do"
            yield ("kpis", number, "name"), message, "Measure whole units, such as the share of questions per unit."
