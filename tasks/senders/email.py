"""E-mail over SMTP (RFC 5321): one connection, the final dot as a step of its own.

Before the final dot has left nothing is in doubt: a lost connection means not sent. After it, only a reply tells.
"""

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from campaigns.errors import GatewayUnavailable, InputError
from tasks.senders.protocol import Message, Outcome, Setting

ADDRESS = re.compile(rb"^[^\s<>@\x00-\x20\x7f]+@[^\s<>@\x00-\x20\x7f]+$")
BARE_LINE_END = re.compile(rb"\r\n|\r|\n")
REFERENCE = re.compile(rb"(?:queued as|id=)\s*([\w.-]{1,64})", re.IGNORECASE)
SECONDS_PER_STEP = 60.0
SECONDS_AFTER_DOT = 600.0
WINDOW = 16

Reply = tuple[int, bytes]


class EmailSender:
    """Sends one message at a time to the first relay of the SMTP URL that answers."""

    window = WINDOW

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._relays = [urlsplit(url.strip()) for url in setting.smtp_url.split(",") if url.strip()]
        self._server: smtplib.SMTP | None = None
        self._after_dot = SECONDS_AFTER_DOT
        self._bodies: dict[str, bytes] = {}

    def open(self) -> None:
        """Connect, secure and log in; raises GatewayUnavailable when no relay takes us."""
        if self._server is not None:
            return
        problems = []
        for relay in self._relays:
            try:
                self._server = _connect(relay)
                self._after_dot = min(SECONDS_AFTER_DOT, _seconds(relay, SECONDS_AFTER_DOT))
                return
            except (OSError, smtplib.SMTPException) as error:
                problems.append(f"{relay.hostname}:{relay.port} {type(error).__name__}")
        raise GatewayUnavailable(
            f"no mail relay took the connection ({'; '.join(problems)})",
            remedy="check BUDKAVLE_SMTP_URL and the relay, then run the same command again; nothing was sent.",
        )

    def prepare(self, messages: Sequence[Message]) -> None:
        """Join the slots into the texts, so that a text that cannot be filled is found before the mark."""
        self._bodies = {message.message_id: _on_the_wire(self._setting.render(message)) for message in messages}

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """Yield the outcome of each message as soon as the relay has answered."""
        for message in messages:
            try:
                self.open()
            except GatewayUnavailable:
                yield Outcome("deferred", "no_connection", gateway_fault=True)
                continue
            yield self._send(message)

    def after_crash(self) -> Literal["accepted", "not_sent", "unknown"]:
        """A relay cannot be asked whether it has a message."""
        return "unknown"

    def close(self) -> None:
        """Say QUIT where the connection still stands."""
        if self._server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._server.quit()
            self._drop()

    def _send(self, message: Message) -> Outcome:
        recipient = message.address.encode()
        if not ADDRESS.match(recipient) or (not recipient.isascii() and not self._offers("smtputf8")):
            return Outcome("rejected", "address_unusable")
        body = self._bodies[message.message_id]
        if self._offers("pipelining"):
            refusal = self._step(lambda server: self._envelope(server, recipient))
        else:
            refusal = self._step(lambda server: self._envelope_in_turns(server, recipient))
        if refusal is None:
            refusal = self._step(lambda server: _hand_over(server, body))
        return refusal or self._final_dot()

    def _step(self, step: Callable[[smtplib.SMTP], Outcome | None]) -> Outcome | None:
        assert self._server is not None
        try:
            outcome = step(self._server)
        except (OSError, smtplib.SMTPException):
            self._drop()
            return Outcome("deferred", "connection_lost", gateway_fault=True)
        if outcome is not None and outcome.code == "421":
            self._drop()
        return outcome

    def _commands(self, recipient: bytes) -> tuple[bytes, bytes, bytes]:
        options = b" BODY=8BITMIME" if self._offers("8bitmime") else b""
        options += b"" if recipient.isascii() else b" SMTPUTF8"
        sender = self._setting.sender_address.encode()
        return b"MAIL FROM:<%s>%s\r\n" % (sender, options), b"RCPT TO:<%s>\r\n" % recipient, b"DATA\r\n"

    def _envelope(self, server: smtplib.SMTP, recipient: bytes) -> Outcome | None:
        server.send(b"".join(self._commands(recipient)))
        mail, rcpt, data = server.getreply(), server.getreply(), server.getreply()
        refusal = _refusal(mail, rcpt, data)
        if refusal and data[0] == 354:  # leaving is safe, a lone dot might deliver an empty message
            self._drop()
        elif refusal:
            self._reset(server)
        return refusal

    def _envelope_in_turns(self, server: smtplib.SMTP, recipient: bytes) -> Outcome | None:
        replies: list[Reply] = []
        for command, good in zip(self._commands(recipient), ((250,), (250, 251, 252), (354,)), strict=True):
            server.send(command)
            replies.append(server.getreply())
            if replies[-1][0] not in good:
                refusal = _refusal(*replies)
                self._reset(server)
                return refusal
        return None

    def _reset(self, server: smtplib.SMTP) -> None:
        try:
            server.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _final_dot(self) -> Outcome:
        server = self._server
        assert server is not None
        try:
            if server.sock is not None:
                server.sock.settimeout(self._after_dot)
            server.send(b".\r\n")
            code, text = server.getreply()
            if server.sock is not None:
                server.sock.settimeout(server.timeout)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            timed_out = isinstance(error.__context__, TimeoutError)
            return Outcome("unknown", "timeout" if timed_out else "connection_lost", "", True)
        if code == 421:
            self._drop()
        if 200 <= code < 300:
            reference = REFERENCE.search(text)
            return Outcome("accepted", str(code), reference[1].decode() if reference else "")
        return _refused(code, gateway_fault=code < 500) if code >= 400 else self._out_of_step()

    def _out_of_step(self) -> Outcome:
        self._drop()
        return Outcome("unknown", "reply_unreadable", gateway_fault=True)

    def _offers(self, extension: str) -> bool:
        return self._server is not None and self._server.has_extn(extension)

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _hand_over(server: smtplib.SMTP, body: bytes) -> None:
    server.send(body)


def _refusal(*replies: Reply) -> Outcome | None:
    for position, (code, _) in enumerate(replies):
        expected = code == 354 if position == 2 else 200 <= code < 300
        if not expected and code < 400:
            raise smtplib.SMTPException("a reply out of step")
        if not expected:
            return _refused(code, gateway_fault=position == 0 or code < 500)
    return None


def _refused(code: int, *, gateway_fault: bool) -> Outcome:
    return Outcome("rejected" if code >= 500 else "deferred", str(code), "", gateway_fault)


def as_sent(message: bytes) -> bytes:
    """Return the message as it arrives: CRLF line ends, one of them last."""
    if message.count(b"\n") != message.count(b"\r\n") or message.count(b"\r") != message.count(b"\r\n"):
        message = BARE_LINE_END.sub(b"\r\n", message)
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    return message


def _on_the_wire(message: bytes) -> bytes:
    """Return the message as it arrives, with leading dots doubled (RFC 5321, 4.5.2)."""
    message = as_sent(message)
    if message.startswith(b"."):
        message = b"." + message
    return message.replace(b"\r\n.", b"\r\n..")


def _seconds(relay: SplitResult, otherwise: float) -> float:
    return float(parse_qs(relay.query).get("timeout", [str(otherwise)])[0])


def _connect(relay: SplitResult) -> smtplib.SMTP:
    if relay.scheme not in ("smtp", "smtps") or not relay.hostname:
        raise InputError("the SMTP URL is not smtp://host:port or smtps://host:port", where="BUDKAVLE_SMTP_URL")
    seconds = _seconds(relay, SECONDS_PER_STEP)
    server: smtplib.SMTP
    if relay.scheme == "smtps":
        context = ssl.create_default_context()
        server = smtplib.SMTP_SSL(relay.hostname, relay.port or 465, timeout=seconds, context=context)
    else:
        server = smtplib.SMTP(relay.hostname, relay.port or 25, timeout=seconds)
    try:
        _greet(server, relay)
    except BaseException:
        server.close()
        raise
    return server


def _greet(server: smtplib.SMTP, relay: SplitResult) -> None:
    if server.sock is not None:
        server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server.ehlo_or_helo_if_needed()
    if parse_qs(relay.query).get("starttls") == ["1"]:
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
    if relay.username:
        server.login(unquote(relay.username), unquote(relay.password or ""))
