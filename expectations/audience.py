"""What must be true of an audience once the control group is drawn."""

from expectations.claims import About, Suite, counts_nothing, is_false, is_one_of, is_unique, lies_between

PREPARE = "run `budkavle prepare` again, and report a fault if this stands."

SUITE = Suite(
    "audience",
    (
        lies_between(
            "persons",
            1,
            None,
            About("audience_has_persons", "The audience queries find nobody; see which condition is too narrow."),
            whole=True,
        ),
        lies_between(
            "addressable",
            1,
            None,
            About(
                "audience_can_be_addressed",
                "Every person of the audience is excluded; `budkavle status` gives the counts by reason.",
            ),
            whole=True,
        ),
        lies_between(
            "persons_of_wave",
            1,
            None,
            About(
                "wave_has_persons",
                "The audience query of a wave finds nobody; see that its register has been imported.",
                kind="warning",
                requirement="P3a",
            ),
            whole=True,
        ),
        is_unique(
            ("wave", "person_key"),
            About(
                "person_stands_once_in_a_wave", "Persons stand twice in a wave; let the audience query give each once."
            ),
        ),
        is_one_of(
            "arm", ("treated", "holdout", "later"), About("arm_is_known", f"Persons are in an unknown arm; {PREPARE}")
        ),
        is_one_of(
            "excluded_reason",
            (
                "protected",
                "dead",
                "emigrated",
                "moved",
                "objected",
                "consent_withdrawn",
                "suppressed",
                "no_consent",
                "stale_extract",
                "earlier_edition",
                "contact_cap",
                "unreachable",
                "over_budget",
                "other_wave",
            ),
            About("exclusion_has_a_known_reason", f"Persons are excluded for an unknown reason; {PREPARE}"),
        ),
        is_false(
            "left_out_without_reason",
            About("nobody_is_lost", f"Persons are neither in an arm nor excluded with a reason; {PREPARE}"),
        ),
        is_false(
            "protected_and_addressed",
            About(
                "protected_are_left_alone",
                "Persons with protected identity, or of their household, would be contacted or studied; " + PREPARE,
                requirement="P1",
            ),
        ),
        is_false(
            "household_is_split",
            About("household_keeps_together", f"Households are split between the arms; {PREPARE}", requirement="P4g"),
        ),
        lies_between(
            "holdout_beyond_tolerance",
            None,
            0,
            About(
                "holdout_share_is_as_designed",
                f"The share of the control group is further from the brief than chance allows; {PREPARE}",
                requirement="P4g",
            ),
            whole=True,
        ),
        # The population register says who has died, moved or is protected, so nothing is sent on an old one; people of
        # any other stale register are left out with the reason, and the rest of the audience goes on.
        lies_between(
            "population_days_too_old",
            None,
            0,
            About(
                "population_extract_is_fresh",
                "The population register extract is older than the programme's `extract_days`; import a new one.",
                requirement="P4d",
            ),
            whole=True,
        ),
        is_false(
            "extract_is_stale",
            About(
                "extracts_are_fresh",
                "Persons are left out because the extract of their register is older than `extract_days` of the "
                "programme allows; import a new one and prepare again.",
                kind="warning",
                requirement="P4d",
            ),
        ),
        counts_nothing(
            "broken_register_checks",
            About(
                "registers_passed_their_checks",
                "A register that the audience comes from failed a critical check at import; import it again.",
                requirement="P4d",
            ),
            whole=True,
        ),
    ),
)
