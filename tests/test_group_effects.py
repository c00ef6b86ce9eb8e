"""Groups that are told beside everybody never tell of the few of whom nothing is known."""

import pytest

from tasks.estimate import Sums
from tasks.group_effects import Arms, group_effects


def arms(persons: int, control_persons: int) -> Arms:
    treated, control = (Sums(n, n, n / 4, n / 4, n / 4, n) for n in (persons, control_persons))
    return Arms(treated, control, persons, control_persons)


@pytest.mark.parametrize(
    ("everybody", "told"),
    [((700, 270), {"a", "b", "c"}), ((705, 275), {"b", "c"}), ((705, 270), {"b", "c"}), ((740, 300), {"a", "b", "c"})],
)
def test_a_few_of_whom_a_dimension_says_nothing_are_guarded_as_a_group(
    everybody: tuple[int, int], told: set[str]
) -> None:
    groups = {"a": arms(200, 80), "b": arms(300, 100), "c": arms(200, 90)}
    assert {row.group for row in group_effects(groups, 1, share=True, everybody=everybody)} == told
