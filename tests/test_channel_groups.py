"""What a contact is worth where somebody got several: later ones and repeats count less, as in the plan."""

from datetime import date

import duckdb
import pytest

from tasks.channel_groups import Compared, read_groups
from tasks.contact_sequences import LATER_CONTACT, SAME_CHANNEL

Contact = tuple[int, str, str | None]
"""Person, channel, and the hour at which the message was accepted; None where it was not."""


def compared(contacts: list[Contact]) -> Compared:
    """Return the groups of one treated cluster for each person, all of one segment and with the same channels."""
    persons = sorted({person for person, *_ in contacts})
    channels = sorted({channel for _, channel, _ in contacts})
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE cluster_sum AS SELECT 'a' AS segment, unnest(?) AS cluster, 'treated' AS arm, "
            "1 AS persons, 1 AS m, 1.0 AS y, 3::BIGINT AS channels",
            [persons],
        )
        connection.execute(
            "CREATE TABLE contact (number BIGINT, cluster BIGINT, arm VARCHAR, channel VARCHAR, place BIGINT, "
            "message UBIGINT, message_start VARCHAR, reached BOOLEAN, accepted_at TIMESTAMPTZ)"
        )
        for number, (person, channel, hour) in enumerate(contacts):
            connection.execute(
                "INSERT INTO contact VALUES (?, ?, 'treated', ?, ?, ?, ?, ?, ?)",
                [person, person, channel, channels.index(channel), number, f"{number:012}", hour is not None,
                 hour and f"2027-01-01 {hour}:00+01"],
            )  # fmt: skip
        return read_groups(connection, date(2027, 2, 1))


@pytest.mark.parametrize(
    ("contacts", "exposure"),
    [
        ([(1, "email", "08")], {"email": 1}),
        ([(1, "email", None)], {"email": 0}),
        ([(1, "email", "08"), (1, "letter", "09")], {"email": 1, "letter": LATER_CONTACT}),
        ([(1, "letter", "09"), (1, "email", "08")], {"email": 1, "letter": LATER_CONTACT}),
        ([(1, "email", "08"), (1, "letter", "08")], {"email": 1, "letter": LATER_CONTACT}),
        ([(1, "email", None), (1, "letter", "09")], {"email": 0, "letter": 1}),
        (
            [(1, "email", "08"), (1, "letter", "09"), (1, "email", "10")],
            {"email": 1 + LATER_CONTACT**2 * SAME_CHANNEL, "letter": LATER_CONTACT},
        ),
        ([(1, "email", "08"), (2, "email", "09")], {"email": 1}),
    ],
)
def test_a_later_contact_and_a_repeated_channel_count_less_and_only_for_the_same_person(
    contacts: list[Contact], exposure: dict[str, float]
) -> None:
    (group,) = compared(contacts).treated
    assert group.exposure == pytest.approx(exposure)
