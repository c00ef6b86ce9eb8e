"""What must be true of a register after an import; checked for one kind of register at a time."""

from expectations.claims import About, Suite, is_one_of, is_set, is_unique, lies_between, matches

AGAIN = "correct the extract or its source and import it again."

SUITE = Suite(
    "register",
    (
        is_set(
            "person_key",
            About("person_has_key", f"The register is empty, or holds persons without a pseudonym; {AGAIN}"),
        ),
        is_unique(
            ("person_key",), About("person_stands_once", f"Persons stand more than once in the register; {AGAIN}")
        ),
        is_set("household_key", About("household_has_key", f"Persons have no household pseudonym; {AGAIN}")),
        is_set("status", About("status_is_set", f"Persons have no status; {AGAIN}")),
        is_one_of(
            "status",
            ("alive", "dead", "emigrated", "moved"),
            About("status_is_known", f"Persons have a status other than alive, dead, emigrated or moved; {AGAIN}"),
        ),
        matches(
            "language",
            "[a-z]{2,3}(-[A-Za-z0-9]+)*",
            About(
                "language_is_a_tag",
                "Persons have a language that is no BCP 47 tag such as sv; correct it in the extract.",
                requirement="P5b",
            ),
        ),
        lies_between(
            "protected_contact_points",
            None,
            0,
            About(
                "protected_have_no_contact_points",
                "Persons with protected identity have names or contact points here; import the register again and, "
                "if that does not remove them, stop and tell the data protection officer.",
                requirement="P1",
            ),
        ),
        is_set("extract_age_days", About("extract_is_dated", f"The extract has no date; {AGAIN}", requirement="P4d")),
        lies_between(
            "extract_age_days",
            0,
            None,
            About(
                "extract_is_not_from_the_future",
                "The extract is dated after today; import it again with the right --extracted date.",
                requirement="P4d",
            ),
            whole=True,
        ),
        lies_between(
            "extract_age_days",
            None,
            7,
            About(
                "extract_is_fresh",
                "The extract is more than 7 days old; order a new one before a campaign uses it.",
                kind="warning",
                requirement="P4d",
            ),
            whole=True,
        ),
        lies_between(
            "rejected_share",
            None,
            0.2,
            About(
                "few_rows_rejected",
                "More than 20 per cent of the rows were rejected; read the rejects file and correct the source.",
                kind="warning",
                requirement="P4d",
            ),
            whole=True,
        ),
    ),
)
