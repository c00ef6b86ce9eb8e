"""An SMTP server to try out with: stores every message it accepts, raw, before it says so.

``store/<2 hex>/<n>.eml`` holds the bytes of message n, ``store/index.jsonl`` its envelope. Faults come from a JSON
file: ``{"delay_ms": 5, "reply": {"rcpt": "450 4.2.1 try later", "share": 0.1, "seed": 1}, "drop_after_dot": 0.01}``;
a delay lies half before and half after the storing, a dropped message is stored every other time.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

END = b"\r\n.\r\n"
LONGEST_LINE = 4096
GREETING = b"220 sink.example.se ESMTP Budkavle\r\n"
EXTENSIONS = b"250-sink.example.se\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 52428800\r\n"


class Store:
    """The folder of accepted messages; numbers go on after a restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for prefix in range(256):
            (folder / f"{prefix:02x}").mkdir(exist_ok=True)
        index = folder / "index.jsonl"
        self._count = sum(1 for _ in index.open("rb")) if index.exists() else 0
        self._index = os.open(index, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def keep(self, sender: str, recipients: list[str], content: bytes) -> int:
        """Store one message and return its number, from 1."""
        self._count += 1
        name = f"{self._count % 256:02x}/{self._count}.eml"
        file = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(file, content)
        os.close(file)
        entry = {"number": self._count, "file": name, "mail_from": sender, "rcpt_to": recipients}
        os.write(self._index, json.dumps(entry).encode() + b"\n")
        return self._count


@dataclass
class Faults:
    """What goes wrong on purpose; shares are 0–1, the delay is in milliseconds."""

    delay_ms: float = 0.0
    reply: dict[str, Any] = field(default_factory=dict)
    drop_after_dot: float = 0.0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.reply.get("seed", 0))

    def instead(self, verb: str) -> bytes | None:
        """Return the refusal to give to this verb, when its share falls on it."""
        text = self.reply.get(verb)
        if text is None or self.chance.random() >= float(self.reply.get("share", 1.0)):
            return None
        return f"{text}\r\n".encode()


class Session(asyncio.Protocol):
    """One connection; replies to pipelined commands leave together."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store, self._faults = store, faults
        self._buffer, self._replies = bytearray(), bytearray()
        self._in_data, self._closing, self._busy = False, False, False
        self._forget()

    def _forget(self) -> None:
        self._sender, self._has_sender = "", False
        self._recipients: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        refusal = self._faults.instead("connect")
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
        self._replies += self._answer(line)
        return True

    def _answer(self, line: bytes) -> bytes:
        verb = line[:4].upper().decode("latin-1").strip().lower()
        if refusal := self._faults.instead(verb):
            self._closing = refusal.startswith(b"421")
            return refusal
        handler = getattr(self, f"_on_{verb}", None)
        return handler(line) if handler else b"500 5.5.1 unknown command\r\n"

    def _on_ehlo(self, _: bytes) -> bytes:
        return EXTENSIONS

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
        self._in_data = True
        return b"354 go on\r\n"

    def _take_message(self) -> bool:
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
        if self._faults.drop_after_dot and self._faults.chance.random() < self._faults.drop_after_dot:
            if self._faults.chance.random() < 0.5:
                self._store.keep(self._sender, self._recipients, content)
            self._closing = True
        elif refusal := self._faults.instead("dot"):
            self._replies += refusal
            self._closing = refusal.startswith(b"421")
        elif self._faults.delay_ms:
            self._busy = True
            self._later(self._keep_slowly, content)
        else:
            self._keep(content)

    def _later(self, step: Any, value: bytes) -> None:
        asyncio.get_running_loop().call_later(self._faults.delay_ms / 2000, step, value)

    def _keep_slowly(self, content: bytes) -> None:
        if self._transport.is_closing():
            return
        number = self._store.keep(self._sender, self._recipients, content)
        self._later(self._reply_slowly, b"250 2.0.0 OK queued as %d\r\n" % number)

    def _reply_slowly(self, reply: bytes) -> None:
        self._replies += reply
        self._busy = False
        self._work()

    def _keep(self, content: bytes) -> None:
        number = self._store.keep(self._sender, self._recipients, content)
        self._replies += b"250 2.0.0 OK queued as %d\r\n" % number


def _address(line: bytes) -> str:
    return line.partition(b"<")[2].partition(b">")[0].decode("utf-8", "replace")


def serve(port: int, store: Path, faults: Path | None = None) -> None:
    """Serve on 127.0.0.1 until killed; prints ``listening on 127.0.0.1:PORT``, a free port for port 0."""
    asyncio.run(_serve(port, Store(store), Faults(**json.loads(faults.read_text())) if faults else Faults()))


async def _serve(port: int, store: Store, faults: Faults) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Session(store, faults), "127.0.0.1", port)
    sys.stdout.write(f"listening on 127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@contextmanager
def running_gateway(store: Path, faults: Path | None = None, port: int = 0) -> Iterator[str]:
    """Run the gateway as a process of its own and yield its smtp:// URL; it is killed at the end of the block."""
    command = [sys.executable, "-m", "tasks.gateways.smtp", "--port", str(port), "--store", str(store)]
    command += ["--faults", str(faults)] if faults else []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        answer = process.stdout.readline()
        if not answer:
            raise OSError("the SMTP gateway could not start; is the port taken?")
        yield f"smtp://{answer.split()[-1]}"
    finally:
        process.kill()
        process.communicate()


def accepted(store: Path) -> list[dict[str, Any]]:
    """Return the index of a store: number, file, mail_from and rcpt_to of each accepted message, in order."""
    index = store / "index.jsonl"
    return [json.loads(line) for line in index.read_text().splitlines()] if index.exists() else []


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tasks.gateways.smtp")
    parser.add_argument("--port", type=int, default=2525)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--faults", type=Path)
    options = parser.parse_args()
    serve(options.port, options.store, options.faults)
