"""One connection to the SMTP server to try out with, and how the faults planted in it are done."""

import asyncio
import itertools
from typing import Any

from tasks.gateways.smtp_faults import Faults, Misbehaving
from tasks.gateways.smtp_security import Login, Security
from tasks.gateways.smtp_store import Store

END = b"\r\n.\r\n"
LONGEST_LINE = 4096
GREETING = b"220 sink.example.se ESMTP Budkavle\r\n"
EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 52428800")
NUMBERS = itertools.count(1)
NO_SECURITY = Security()

__all__ = ["NO_SECURITY", "Faults", "Session"]


class Session(Misbehaving):
    """One connection; replies to pipelined commands leave together."""

    _login: Login | None

    def __init__(self, store: Store, faults: Faults, security: Security = NO_SECURITY) -> None:
        self._store, self._faults, self._security = store, faults, security
        self._encrypted, self._may_send = security.implicit, not security.user
        self._number, self._login = next(NUMBERS), None
        self._change: asyncio.Task[None] | None = None
        self._buffer, self._replies = bytearray(), bytearray()
        self._in_data, self._closing, self._busy, self._body_begun = False, False, False, False
        self._forget()

    def _forget(self) -> None:
        self._sender, self._has_sender = "", False
        self._recipients: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        refusal = self._faults.instead("connect")
        if not refusal and self._misbehave("connect", lambda: GREETING):
            self._work()
            return
        transport.write(refusal or GREETING)
        if refusal:
            transport.close()

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        self._buffer += data
        if not self._busy:
            self._work()

    def _work(self) -> None:
        while not self._closing and not self._busy and (self._take_message() if self._in_data else self._take_line()):
            pass
        if self._replies:
            self._transport.write(bytes(self._replies))
            self._replies.clear()
        if self._closing:
            self._transport.close()

    def _take_line(self) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            self._closing = len(self._buffer) > LONGEST_LINE
            return False
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        self._replies += self._answer(line) if self._login is None else self._log_in(line)
        return True

    def _answer(self, line: bytes) -> bytes:
        verb = line[:4].upper().decode("latin-1").strip().lower()
        if refusal := self._faults.instead(verb):
            self._closing = refusal.startswith(b"421")
            return refusal
        handler = getattr(self, f"_on_{verb}", lambda _: b"500 5.5.1 unknown command\r\n")
        return b"" if self._misbehave(verb, lambda: handler(line)) else handler(line)

    def _on_ehlo(self, _: bytes) -> bytes:
        offered = (*EXTENSIONS, *self._security.extensions(self._encrypted))
        kept = [each for each in offered if each.split()[0] not in self._faults.without]
        return "".join(f"250-{each}\r\n" for each in ("sink.example.se", *kept)).encode() + b"250 HELP\r\n"

    def _on_star(self, _: bytes) -> bytes:
        if not self._security.starttls or self._encrypted:
            return b"502 5.5.1 not now\r\n"
        self._busy = True
        self._buffer.clear()  # what was sent before the handshake does not count after it (RFC 3207)
        self._change = asyncio.get_running_loop().create_task(self._encrypt())
        return b"220 2.0.0 go ahead\r\n"

    async def _encrypt(self) -> None:
        assert self._security.context is not None
        try:
            changed = await asyncio.get_running_loop().start_tls(
                self._transport, self, self._security.context, server_side=True
            )
        except OSError:
            self._transport.close()
            return
        assert changed is not None
        self._transport, self._encrypted, self._busy = changed, True, False
        self._forget()
        self._work()

    def _on_auth(self, line: bytes) -> bytes:
        _, mechanism, *first = [*line.decode("latin-1").split(), ""]
        if not self._security.takes_password(self._encrypted) or mechanism.upper() not in ("PLAIN", "LOGIN"):
            return b"504 5.5.4 not so, or not now\r\n"
        self._login = Login(mechanism.upper())
        return self._log_in(first[0].encode()) if first[0] else self._login.question()

    def _log_in(self, line: bytes) -> bytes:
        assert self._login is not None
        try:
            told = self._login.answer(line)
        except ValueError:
            self._login = None
            return b"501 5.5.2 cannot read that\r\n"
        if told is None:
            return self._login.question()
        self._login, self._may_send = None, self._security.knows(*told)
        return b"235 2.7.0 welcome\r\n" if self._may_send else b"535 5.7.8 wrong user or password\r\n"

    def _on_helo(self, _: bytes) -> bytes:
        return b"250 sink.example.se\r\n"

    def _on_noop(self, _: bytes) -> bytes:
        return b"250 2.0.0 OK\r\n"

    def _on_rset(self, _: bytes) -> bytes:
        self._forget()
        return b"250 2.0.0 OK\r\n"

    def _on_quit(self, _: bytes) -> bytes:
        self._closing = True
        return b"221 2.0.0 Bye\r\n"

    def _on_mail(self, line: bytes) -> bytes:
        if not self._may_send:
            return b"530 5.7.0 log in first\r\n"
        if self._has_sender:
            return b"503 5.5.1 nested MAIL\r\n"
        self._sender, self._recipients, self._has_sender = _address(line), [], True
        return b"250 2.1.0 OK\r\n"

    def _on_rcpt(self, line: bytes) -> bytes:
        if not self._has_sender:
            return b"503 5.5.1 MAIL first\r\n"
        self._recipients.append(_address(line))
        return b"250 2.1.5 OK\r\n"

    def _on_data(self, _: bytes) -> bytes:
        if not self._recipients:
            return b"503 5.5.1 no valid recipients\r\n"
        self._in_data, self._body_begun = True, False
        return b"354 go on\r\n"

    def _take_message(self) -> bool:
        if self._buffer and not self._body_begun:
            self._body_begun = True
            if self._misbehave("body"):
                return True
        if self._buffer.startswith(b".\r\n"):
            content, taken = b"", 3
        else:
            end = self._buffer.find(END)
            if end < 0:
                return False
            content, taken = bytes(self._buffer[: end + 2]), end + len(END)
        del self._buffer[:taken]
        self._in_data = self._has_sender = False
        self._finish(content.removeprefix(b".") if content.startswith(b"..") else content)
        return True

    def _finish(self, content: bytes) -> None:
        content = content.replace(b"\r\n..", b"\r\n.")
        if not set(self._recipients).isdisjoint(self._faults.never_after_dot):
            self._busy = True
        elif self._faults.drop_after_dot and self._faults.chance.random() < self._faults.drop_after_dot:
            if self._faults.chance.random() < 0.5:
                self._store_away(content)
            self._closing = True
        elif refusal := self._faults.instead("dot"):
            self._replies += refusal
            self._closing = refusal.startswith(b"421")
        elif self._misbehave("dot"):
            pass
        elif self._faults.delay_ms:
            self._busy = True
            self._later(self._keep_slowly, content)
        else:
            self._keep(content)

    def _store_away(self, content: bytes) -> int:
        return self._store.keep(self._sender, self._recipients, content, self._number)

    def _later(self, step: Any, value: bytes) -> None:
        asyncio.get_running_loop().call_later(self._faults.delay_ms / 2000, step, value)

    def _keep_slowly(self, content: bytes) -> None:
        if self._transport.is_closing():
            return
        number = self._store_away(content)
        reply, self._busy = b"250 2.0.0 OK queued as %d\r\n" % number, False
        if self._misbehave("stored", lambda: reply):
            self._work()
            return
        self._busy = True
        self._later(self._reply_slowly, reply)

    def _reply_slowly(self, reply: bytes) -> None:
        self._replies += reply
        self._busy = False
        self._work()

    def _keep(self, content: bytes) -> None:
        number = self._store_away(content)
        reply = b"250 2.0.0 OK queued as %d\r\n" % number
        if not self._misbehave("stored", lambda: reply):
            self._replies += reply


def _address(line: bytes) -> str:
    return line.partition(b"<")[2].partition(b">")[0].decode("utf-8", "replace")
