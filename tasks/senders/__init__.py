"""Senders: one module per channel behind one small protocol; a new channel is a module and a line in SENDERS."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tasks.senders.email import EmailSender
from tasks.senders.in_turn import InTurn
from tasks.senders.letter import LetterSender
from tasks.senders.protocol import Message, Outcome, Sender, Setting
from tasks.senders.web import WebSender


def _sms(setting: Setting) -> Sender:
    from tasks.senders.sms import SmsSender  # loads requests, which the workers of other channels start faster without

    return InTurn(SmsSender(setting))


SENDERS: Mapping[str, Callable[[Setting], Sender]] = MappingProxyType(
    {
        "email": EmailSender,
        "letter": lambda setting: InTurn(LetterSender(setting)),
        "sms": _sms,
        "web": lambda setting: InTurn(WebSender(setting)),
    }
)

__all__ = ["SENDERS", "EmailSender", "LetterSender", "Message", "Outcome", "Sender", "Setting", "WebSender"]
