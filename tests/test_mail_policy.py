"""The subject of every e-mail reads back as it was written, wherever it is folded."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks import mime
from tasks.mail_policy import MAIL

REFUSAL = "Inte godkänd: kampanjen ”Sand mot halka: hämta en egen sandlåda”"
WORDS = st.text("aå ”:-é😀?=_", min_size=1, max_size=40)
SUBJECTS = st.lists(WORDS, min_size=1, max_size=6).map(" ".join).filter(lambda text: text.strip())


def read(message: bytes) -> str:
    assert all(len(line) <= 78 for line in message.split(b"\r\n\r\n")[0].split(b"\r\n") if b"ubject" in line)
    return str(message_from_bytes(message, policy=default)["Subject"])


@given(SUBJECTS.filter(lambda text: "=?" not in text))
@example(REFUSAL)
@example("a" * 70 + "  " + "b" * 70)
def test_a_letter_to_staff_keeps_every_space_of_its_subject(subject: str) -> None:
    letter = EmailMessage(policy=MAIL)
    letter["Subject"] = subject
    letter.set_content("text")
    assert read(letter.as_bytes()) == read(letter.as_string().encode()) == subject


@given(SUBJECTS)
@example(REFUSAL)
@example("=?utf-8?q?x?=")
@example("a" * 70 + "  " + "b" * 70)
def test_a_campaign_keeps_every_space_of_its_subject(subject: str) -> None:
    envelope = mime.Envelope("Malmö", "a@example.se", "", "sv", subject, "b0", one_click=False)
    assert read(mime.email_template(envelope, "text", "<p>text</p>")) == subject


@pytest.mark.parametrize("start", range(0, 80, 7))
def test_spaces_are_kept_wherever_a_line_ends(start: int) -> None:
    subject = REFUSAL[:14] + "x" * start + " " + REFUSAL[14:]
    letter = EmailMessage(policy=MAIL)
    letter["Subject"] = subject
    assert read(letter.as_bytes()) == subject
