"""Which columns of an experiment's file may be one: what was drawn, what came of it, and what was known before."""

from collections.abc import Iterator

from campaigns.errors import InputError
from tasks.study_cells import Question

REMEDY = "name another column; what was known before the draw is neither the arm nor what came of it."


def require_roles(question: Question) -> None:
    """Raise InputError where a column is given two roles that cannot be one, naming the column and both.

    Another case is the same column, as it is when the file is read. What was received may be the arm: all complied.
    """
    arm, outcome, received = ("arm", question.arm), "outcome", "received"
    results = [(outcome, name) for name in question.outcomes]
    results += [(received, question.received)] if question.received else []
    before = list(_before(question))
    pairs = [(arm, other) for other in [*results, *before] if other[0] != received]
    pairs += [(one, other) for one in results for other in before]
    pairs += [(one, other) for one in results for other in results if (one[0], other[0]) == (outcome, received)]
    for (role, name), (other, same) in pairs:
        if name.strip().casefold() == same.strip().casefold():
            problem = f"the column {name!r} cannot be both --{role} and --{other}"
            raise InputError(problem, where=str(question.file), remedy=REMEDY)


def _before(question: Question) -> Iterator[tuple[str, str]]:
    """Yield what was fixed before anything came of the draw, with its option."""
    single = {"unit": question.unit, "cluster": question.cluster, "weight": question.weight}
    yield from ((role, name) for role, name in single.items() if name)
    yield from (("covariates", name) for name in question.covariates)
    yield from (("strata", name) for name in question.strata)
