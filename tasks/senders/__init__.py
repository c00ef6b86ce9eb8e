"""Senders: one module per channel behind one small protocol; a new channel is a module and a line in SENDERS."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tasks.senders.email import EmailSender
from tasks.senders.letter import LetterSender
from tasks.senders.protocol import Message, Outcome, Sender, Setting
from tasks.senders.sms import SmsSender
from tasks.senders.web import WebSender

SENDERS: Mapping[str, Callable[[Setting], Sender]] = MappingProxyType(
    {"email": EmailSender, "letter": LetterSender, "sms": SmsSender, "web": WebSender}
)

__all__ = [
    "SENDERS",
    "EmailSender",
    "LetterSender",
    "Message",
    "Outcome",
    "Sender",
    "Setting",
    "SmsSender",
    "WebSender",
]
