"""An e-mail on its way: its content as it travels, and how far it has come on a connection."""

from tasks.senders.protocol import Message, Outcome

NOT_YET = 1 << 62
FINAL_DOT = b".\r\n"


class Letter:
    """One e-mail on its way: ``wire`` is its content as it travels, dots doubled, final dot included.

    ``released``: it is marked, so that its content may leave; before that only its envelope may. ``early`` is what has
    become of it before that.
    """

    __slots__ = (
        "begin", "behind", "dot", "early", "end", "message", "recipient", "refusal", "released", "returns", "wire",
    )  # fmt: skip

    def __init__(self, message: Message, recipient: bytes, wire: bytes) -> None:
        self.message, self.recipient, self.wire, self.returns = message, recipient, wire, 0
        self.begin = self.end = self.dot = NOT_YET  # positions in the connection's outgoing bytes
        self.behind = self.released = False
        self.refusal: Outcome | None = None
        self.early: Outcome | None = None

    def forget(self) -> None:
        """Let it be as if no connection had had it."""
        self.begin = self.end = self.dot = NOT_YET
        self.behind, self.refusal = False, None


def as_sent(message: bytes) -> bytes:
    """Return the message as it arrives: CRLF line ends, one of them last."""
    return b"\r\n".join(message.splitlines()) + b"\r\n"


def on_the_wire(message: bytes) -> bytes:
    """Return the message as it travels: leading dots doubled (RFC 5321, 4.5.2), the final dot behind it."""
    message = as_sent(message)
    if message.startswith(b"."):
        message = b"." + message
    if b"\r\n." in message:
        message = message.replace(b"\r\n.", b"\r\n..")
    return message + FINAL_DOT
