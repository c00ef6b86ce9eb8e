"""The sums of persons in a run's status as they may be shown beside its preview: no group below ten, none computable.

Pure: counts in, counts or None out. The preview tells, per wave, everybody selected and whom the message is meant for.
"""

from collections.abc import Collection, Mapping
from typing import Any

from tasks.disclosure import SMALLEST_CELL, sum_may_be_shown
from tasks.profile_cells import hidden_reasons

LATE = ("unreachable", "over_budget")
"""Reasons that the plan finds: who has one counts as meant to get the message in the preview."""


def shown_persons(
    persons: dict[str, Any], waves: Mapping[str, Mapping[str, int]], untold: Collection[str] = ()
) -> dict[str, Any]:
    """Return the sums as they may be shown, None for what is hidden; ``waves``: persons by wave and standing.

    ``untold``: sums and reasons that would tell a small group beside what other pages show.

    A reason is None where it is hidden in any wave, as the preview hides it: their sum would tell the hidden one.
    """
    reasons = persons["excluded_by_reason"]
    found = [hidden_reasons(counts) for counts in waves.values()]
    hidden = set(untold).union(*(names for names, _ in found), hidden_reasons(reasons)[0])
    counts = {reason: count for reason, count in sorted(reasons.items()) if count}
    shown = {reason: None if reason in hidden else count for reason, count in counts.items()}
    told = sum_may_be_shown([counts[reason] for reason in sorted(hidden & counts.keys())])
    sums = _hidden_sums([*waves.values(), reasons]) | set(untold)
    kept_back = dict.fromkeys((sums | ({"reached"} if "assigned" in sums else set())) & persons.keys())
    return persons | kept_back | {"excluded_by_reason": shown if told and all(each for _, each in found) else {}}


def _hidden_sums(waves: list[Mapping[str, int]]) -> set[str]:
    """Return which sums are hidden: one of few in any wave, with it the audience, from which it would be computed.

    Few whom the plan left out are the difference between the preview's ``may_be_contacted`` and those assigned, and
    that between the reasons of the two: both sums are hidden then, and who was reached.
    """
    hidden: set[str] = set()
    for counts in waves:
        few = {name for name in ("held_out", "assigned") if 0 < counts.get(name, 0) < SMALLEST_CELL}
        few |= set() if hidden_reasons(counts)[1] else {"excluded"}
        hidden |= few | ({"audience"} if few else set())
        if 0 < sum(counts.get(reason, 0) for reason in LATE) < SMALLEST_CELL:
            hidden |= {"assigned", "excluded"}
    return hidden
