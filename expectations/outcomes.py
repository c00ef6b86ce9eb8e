"""What must be true of the outcomes before an effect is estimated."""

from expectations.claims import About, Suite, is_false, is_one_of, is_set, is_unique

AGAIN = "correct the file and import it again."

SUITE = Suite(
    "outcomes",
    (
        is_set("unit_key", About("outcome_has_a_unit", f"There are no outcomes, or some lack their unit; {AGAIN}")),
        is_one_of(
            "unit",
            ("person", "household", "area"),
            About("unit_is_known", f"Outcomes have a unit other than person, household or area; {AGAIN}"),
        ),
        is_unique(
            ("unit", "unit_key", "outcome", "observed_on"),
            About("outcome_stands_once_a_day", f"A unit has two values of one outcome on one day; {AGAIN}"),
        ),
        is_set("value", About("value_is_set", f"Outcomes lack their value; {AGAIN}")),
        is_false("not_a_number", About("value_is_a_number", f"Outcomes are infinite or not a number; {AGAIN}")),
        is_false(
            "outside_share",
            About("share_lies_in_range", f"Outcomes of a share lie outside 0 to 1; {AGAIN}", requirement="P2a"),
        ),
        is_false(
            "other_outcome",
            About(
                "outcome_is_the_objective",
                "Outcomes have another name than the objective's and the measures'; they are not evaluated.",
                kind="warning",
                requirement="P2a",
            ),
        ),
        is_false(
            "outside_audience",
            About("unit_is_in_the_audience", f"Outcomes are of units outside the audience of the run; {AGAIN}"),
        ),
        is_false(
            "before_start",
            About(
                "observed_after_the_start",
                "Outcomes were observed before the campaign began; name observed_before among the covariates of the "
                f"brief where that is meant, or {AGAIN}",
            ),
        ),
        is_false(
            "after_today",
            About("observed_before_today", f"Outcomes are dated after today; {AGAIN}", kind="warning"),
        ),
    ),
)
