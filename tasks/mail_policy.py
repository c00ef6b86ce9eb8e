"""How the headers of our e-mails are written: a subject reads back as it was written, every space kept."""

from email.policy import EmailPolicy
from typing import Any

from tasks.escapes import encoded_words

LONGEST_PLAIN = 60
"""Characters that stand on the line of their header, which should have at most 78 (RFC 5322)."""


class MailPolicy(EmailPolicy):
    """Like email.policy.SMTP, whose folding loses a space between encoded words and puts one before a long word."""

    def fold(self, name: str, value: Any) -> str:
        """Return a header on its lines."""
        if name.lower() != "subject" or is_plain(value):
            return str(super().fold(name, value))
        return f"{name}: {folded(value).decode()}\r\n"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the same as bytes."""
        if name.lower() != "subject" or is_plain(value):
            return bytes(super().fold_binary(name, value))
        return f"{name}: ".encode() + folded(value) + b"\r\n"


MAIL = MailPolicy(linesep="\r\n")


def is_plain(text: str) -> bool:
    """Tell whether a header's text can stand as it is, on one line and without encoded words."""
    one_line = text.isascii() and text.isprintable() and text == text.strip() and "=?" not in text
    return one_line and len(text) <= LONGEST_PLAIN


def folded(text: str) -> bytes:
    """Return a header's text as encoded words, each on a line of its own."""
    return encoded_words(text).replace(b" ", b"\r\n ")
