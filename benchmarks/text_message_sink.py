"""A sink for text messages that costs less than their sender: what smtp-sink is for e-mail.

    python benchmarks/text_message_sink.py --port 2526 --store DIR

It speaks HTTP/1.1 in the shape of the 46elks API as the gateway that ships does, with connections that are kept, but
gives no receipts, knows no faults and does not look for a key that it has seen. Of each message it appends a line to
``DIR/taken.jsonl``, its key and its form, before it answers; those that are ready at the same time go in one write.
"""

import argparse
import json
import os
import selectors
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl

from tasks.gateways.running import running

TAKEN = "taken.jsonl"
MOST_BYTES = 65_536
END = b"\r\n\r\n"


class Sink:
    """Everything in one thread: reads what has come, writes it down, then answers."""

    def __init__(self, port: int, store: Path) -> None:
        store.mkdir(parents=True, exist_ok=True)
        self._log = os.open(store / TAKEN, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._listener, selectors.EVENT_READ)
        self._begun: dict[socket.socket, bytes] = {}

    def turn(self) -> None:
        """Take what is ready on every connection."""
        lines: list[bytes] = []
        answers: list[tuple[socket.socket, bytes]] = []
        for key, _ in self._ready.select():
            if key.fileobj is self._listener:
                self._welcome()
            elif isinstance(key.fileobj, socket.socket):
                taken = self._taken(key.fileobj)
                lines += [line for line, _ in taken]
                answers += [(key.fileobj, answer) for _, answer in taken]
        if lines:
            os.write(self._log, b"".join(lines))
        for connection, answer in answers:
            connection.sendall(answer)

    def _welcome(self) -> None:
        connection, _ = self._listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._begun[connection] = b""
        self._ready.register(connection, selectors.EVENT_READ)

    def _taken(self, connection: socket.socket) -> list[tuple[bytes, bytes]]:
        """Return the line and the answer of each message that has come whole on a connection."""
        content = connection.recv(MOST_BYTES)
        if not content:
            self._ready.unregister(connection)
            del self._begun[connection]
            connection.close()
            return []
        whole, self._begun[connection] = requests_in(self._begun[connection] + content)
        return [taken(headers, body) for headers, body in whole]


def requests_in(content: bytes) -> tuple[list[tuple[dict[bytes, bytes], bytes]], bytes]:
    """Return headers and body of each whole request, and what is left."""
    whole = []
    while (end := content.find(END)) >= 0:
        headers = dict(line.lower().split(b": ", 1) for line in content[:end].split(b"\r\n")[1:])
        behind = end + len(END) + int(headers.get(b"content-length", 0))
        if len(content) < behind:
            break
        whole.append((headers, content[end + len(END) : behind]))
        content = content[behind:]
    return whole, content


def taken(headers: dict[bytes, bytes], body: bytes) -> tuple[bytes, bytes]:
    """Return the line of one message and the answer to it."""
    form = dict(parse_qsl(body.decode()))
    key = headers.get(b"idempotency-key", b"").decode()
    if not all(form.get(name) for name in ("from", "to", "message")) or not key:
        return b"", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}"
    line = json.dumps({"key": key, **form}, ensure_ascii=False).encode() + b"\n"
    told = json.dumps({"id": f"s{key}", "status": "created", "to": form["to"], "parts": 1}).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(told)
    return line, head + told


def keys_in(store: Path) -> list[str]:
    """Return the key of every message that was taken, as often as it was."""
    with (store / TAKEN).open(encoding="utf-8") as lines:
        return [json.loads(line)["key"] for line in lines]


@contextmanager
def running_sink(store: Path) -> Iterator[str]:
    """Run the sink as a process of its own and yield its URL; it is killed at the end of the block."""
    path = {"PYTHONPATH": f"{Path(__file__).parent}{os.pathsep}{Path(__file__).parents[1]}"}
    with running("text_message_sink", store, None, environment=path) as address:
        yield f"http://{address}/sms"


def main() -> None:
    """Serve until killed; prints ``listening on 127.0.0.1:PORT``, a free port for port 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=2526)
    parser.add_argument("--store", type=Path, required=True)
    asked = parser.parse_args()
    sink = Sink(asked.port, asked.store)
    sys.stdout.write(f"listening on 127.0.0.1:{sink.port}\n")
    sys.stdout.flush()
    while True:
        sink.turn()


if __name__ == "__main__":
    main()
