"""Senders: one module per channel behind one small protocol; a new channel is a module and a line in SENDERS.

Each is loaded when it is used, so that a worker starts without what the other channels need.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tasks.senders.in_turn import InTurn
from tasks.senders.protocol import Message, Outcome, Sender, Setting
from tasks.senders.side_by_side import SideBySide


def _email(setting: Setting) -> Sender:
    from tasks.senders.email import EmailSender

    return EmailSender(setting)


def _letter(setting: Setting) -> Sender:
    from tasks.senders.letter import LetterSender

    return InTurn(LetterSender(setting))


def _sms(setting: Setting) -> Sender:
    from tasks.senders.sms import SmsSender

    return SideBySide(SmsSender(setting))


def _web(setting: Setting) -> Sender:
    from tasks.senders.web import WebSender

    return InTurn(WebSender(setting))


SENDERS: Mapping[str, Callable[[Setting], Sender]] = MappingProxyType(
    {"email": _email, "letter": _letter, "sms": _sms, "web": _web}
)

__all__ = ["SENDERS", "Message", "Outcome", "Sender", "Setting"]
