"""What must be true of a channel plan and of the persons assigned to it."""

from expectations.claims import About, Suite, counts_nothing, lies_between

PREPARE = "run `budkavle prepare` again, and report a fault if this stands."
ROUNDING = 0.005  # half an öre, half a gram of ten: what sums of decimals may differ by

SUITE = Suite(
    "plan",
    (
        lies_between(
            "over_budget_sek",
            None,
            ROUNDING,
            About(
                "cost_is_within_budget", "The plan costs more than the brief's budget; raise it or narrow the audience."
            ),
            whole=True,
        ),
        lies_between(
            "over_budget_co2",
            None,
            ROUNDING,
            About(
                "carbon_is_within_budget",
                "The plan emits more than the brief's carbon budget; raise it or use fewer letters.",
                requirement="P4f",
            ),
            whole=True,
        ),
        lies_between(
            "web_rows",
            1,
            None,
            About(
                "web_is_in_the_plan",
                "The plan has no city web page: see that the brief's `channels` hold web, and that the audience is not "
                "empty.",
                requirement="P4e",
            ),
            whole=True,
        ),
        lies_between(
            "least_persons", 0, None, About("persons_are_not_negative", f"The plan counts below zero; {PREPARE}")
        ),
        counts_nothing(
            "plan_differs_by",
            About("plan_is_what_is_assigned", f"Plan and assignment count different numbers of persons; {PREPARE}"),
        ),
        counts_nothing(
            "assigned_unreached",
            About(
                "channel_reaches_the_person",
                f"Persons are assigned to a channel for which they have no address; {PREPARE}",
                requirement="P4e",
            ),
        ),
        counts_nothing(
            "assigned_twice",
            About("person_is_assigned_once", f"Persons are assigned twice to a channel in a wave; {PREPARE}"),
        ),
        counts_nothing(
            "assigned_held_out",
            About(
                "control_group_is_not_assigned",
                f"Persons of the control group, or outside the audience, are assigned; {PREPARE}",
                requirement="P4g",
            ),
        ),
        counts_nothing(
            "assigned_excluded",
            About(
                "excluded_are_not_assigned", f"Excluded persons are assigned to a channel; {PREPARE}", requirement="P1"
            ),
        ),
        counts_nothing(
            "beyond_contacts_left",
            About(
                "contact_budget_is_kept",
                f"Persons would get more messages than the city's contact budget leaves them; {PREPARE}",
                requirement="S1",
            ),
            whole=True,
        ),
        counts_nothing(
            "unaccounted",
            About(
                "every_person_is_accounted_for",
                f"Persons are neither held out, excluded with a reason nor assigned; {PREPARE}",
            ),
            whole=True,
        ),
    ),
)
