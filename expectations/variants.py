"""What must be true of the rendered texts."""

from expectations.claims import About, Suite, counts_nothing, is_false, is_set, is_unique

PREPARE = "run `budkavle prepare` again, and report a fault if this stands."

SUITE = Suite(
    "variants",
    (
        is_set(
            "variant", About("there_is_a_text", "No text was made; write text.<language>.md in the campaign's folder.")
        ),
        is_unique(("variant",), About("variant_stands_once", f"A variant is stored twice; {PREPARE}")),
        counts_nothing(
            "assigned_without_variant",
            About("everyone_has_a_text", f"Assigned persons have no text; {PREPARE}"),
            whole=True,
        ),
        counts_nothing(
            "assigned_to_other_channel",
            About("text_fits_the_channel", f"Assigned persons have a text of another channel; {PREPARE}"),
            whole=True,
        ),
        counts_nothing(
            "languages_without_page",
            About(
                "every_language_has_a_page",
                "A language of the brief has no web page; write its text file, or take the language out of the brief.",
                requirement="P4e",
            ),
            whole=True,
        ),
        is_false(
            "is_empty",
            About("text_is_not_empty", "A text or its subject is empty; fill it in the text file.", requirement="P5b"),
        ),
        is_false("template_is_empty", About("message_is_not_empty", f"A variant has no message to send; {PREPARE}")),
        is_false(
            "has_placeholder",
            About(
                "no_placeholder_is_left",
                "A text shows an unresolved placeholder; declare the slot in the brief or correct the text file.",
                requirement="P5b",
            ),
        ),
        is_set("digest", About("variant_has_digest", f"A variant has no digest to approve; {PREPARE}")),
    ),
)
