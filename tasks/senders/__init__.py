"""Senders: one module per channel behind one small protocol; a new channel is a module and a line in SENDERS."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tasks.senders.email import EmailSender
from tasks.senders.in_turn import InTurn
from tasks.senders.protocol import Message, Outcome, Sender, Setting
from tasks.senders.web import WebSender


def _letter(setting: Setting) -> Sender:
    from tasks.senders.letter import LetterSender  # loads typst and Jinja2: each worker loads what its channel needs

    return InTurn(LetterSender(setting))


def _sms(setting: Setting) -> Sender:
    from tasks.senders.sms import SmsSender  # loads requests

    return InTurn(SmsSender(setting))


SENDERS: Mapping[str, Callable[[Setting], Sender]] = MappingProxyType(
    {
        "email": EmailSender,
        "letter": _letter,
        "sms": _sms,
        "web": lambda setting: InTurn(WebSender(setting)),
    }
)

__all__ = ["SENDERS", "EmailSender", "Message", "Outcome", "Sender", "Setting", "WebSender"]
