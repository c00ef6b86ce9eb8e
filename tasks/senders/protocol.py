"""What a sender is, and the few nouns that senders and the worker share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, runtime_checkable


class Message(NamedTuple):
    """One message of a shard; ``address`` is an e-mail address, or the language for a channel without addresses."""

    message_id: str
    variant: str
    suppression_keys: tuple[str, ...]
    address: str
    language: str
    slots: Mapping[str, str]


class Outcome(NamedTuple):
    """What became of one message: accepted, rejected, deferred or unknown.

    ``gateway_fault``: the answer was about the gateway or the sender, not about this recipient.
    ``retry_after``: seconds for which the gateway asks to be sent nothing.
    """

    status: str
    code: str = ""
    provider_ref: str = ""
    gateway_fault: bool = False
    retry_after: float = 0.0


@dataclass(frozen=True)
class Setting:
    """Where a sender works; ``render`` joins a message's slots into its variant, whole bytes.

    ``wire``: the same as it travels over SMTP, where that can be had sooner than from ``render``.
    """

    run: str
    shard: str
    home: Path
    render: Callable[[Message], bytes] = field(repr=False)
    smtp_url: str = field(default="", repr=False)
    letter_url: str = ""
    web_url: str = ""
    sender_address: str = ""
    sms_url: str = field(default="", repr=False)
    text_sender: str = ""
    web_token: str = field(default="", repr=False)
    receipts_url: str = ""
    receipts_key: str = field(default="", repr=False)
    wire: Callable[[Message], bytes] | None = field(default=None, repr=False)


class Way(Protocol):
    """What every way out has in common."""

    def open(self) -> None:
        """Reach the gateway; raises GatewayUnavailable. Called before anything is marked."""

    def prepare(self, messages: Sequence[Message]) -> None:
        """Do what may be done before the mark and can be thrown away."""

    def after_crash(self) -> Literal["accepted", "not_sent", "unknown"]:
        """Say what became of messages that a killed worker of this shard had marked."""

    def close(self) -> None:
        """Leave the gateway."""


class TurnSender(Way, Protocol):
    """A channel that sends one message after the other; :class:`tasks.senders.in_turn.InTurn` makes a sender of it."""

    @property
    def window(self) -> int:
        """How many messages may be marked and not yet answered; 0 for the whole shard."""

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """Yield one outcome per message, in order, each as soon as it is known."""


class SingleSender(Way, Protocol):
    """A channel that answers for each message; :class:`tasks.senders.side_by_side.SideBySide` sends several at once."""

    @property
    def window(self) -> int:
        """How many messages may be marked and not yet answered."""

    @property
    def connections(self) -> int:
        """How many messages may be under way at once."""

    def send(self, message: Message) -> Outcome:
        """Send one message that was prepared; called from several threads."""


class Sender(Way, Protocol):
    """A channel as the delivery sees it: marked messages in, outcomes out in any order."""

    @property
    def room(self) -> int:
        """How many more messages may be marked now, so that no more than a window is marked and not yet answered."""

    @property
    def ahead(self) -> int:
        """How many more messages are to be prepared than are marked, so that the next need not be waited for."""

    def call_off(self) -> None:
        """Forget what was prepared and not handed over: nothing of its content has left, or will."""

    def hand_over(self, messages: Sequence[Message]) -> None:
        """Let messages go that were prepared and are marked; returns at once."""

    def collect(self, seconds: float, longer: float) -> list[tuple[Message, Outcome]]:
        """Return the messages that are settled with their outcomes.

        Waits at most ``seconds`` for the first of them, and then, if that helps, ``longer`` for more. Every message
        that was handed over comes back once.
        """


class Doubt(NamedTuple):
    """A message whose mark has no outcome that anybody knows, and when it was marked, in seconds since 1970."""

    message: Message
    marked_at: float


@runtime_checkable
class Askable(Protocol):
    """A sender whose gateway, or whose own trace, can tell afterwards what became of messages."""

    def look_up(self, doubts: Sequence[Doubt]) -> Mapping[str, Outcome]:
        """Return by message id what is known for certain; whoever is not named stays in doubt. Never raises."""
