"""The small server that gateways call with their receipts; behind a reverse proxy that speaks TLS, in production.

``POST …/RUN/MESSAGE/TOKEN`` takes a form with id, status (sent, delivered or failed) and delivered, as 46elks sends it.
204 is answered once the receipt is on the disk, 404 where the token is not ours, and 503 where it cannot be written,
so that the gateway calls again. Every call is bounded in bytes and seconds, and so is how many are served at once.
"""

import contextlib
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from campaigns.errors import InputError, UnknownRun
from tasks.journal import Record
from tasks.receipts import STATUSES, ReceiptBook, is_genuine, receipts_key

MOST_BYTES = 4096
MOST_FIELDS = 20
MOST_AT_ONCE = 64
SECONDS = 10.0
SECONDS_AHEAD = 300
"""How far a gateway's clock may be ahead of ours; what it tells from later than that happened now."""
NOTHING_NEW = frozenset({"created", "sent"})


class _Handler(BaseHTTPRequestHandler):
    server: "ReceiptServer"
    server_version = "budkavle"
    sys_version = ""

    def do_POST(self) -> None:
        """Take one receipt."""
        parts = [unquote(part, errors="replace") for part in urlsplit(self.path).path.split("/")[-3:]]
        if len(parts) != 3 or not is_genuine(self.server.secret, *parts):
            return self._answer(404)
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            return self._answer(411)
        if int(length) > MOST_BYTES:
            return self._answer(413)
        try:
            form = parse_qs(self.rfile.read(int(length)).decode("utf-8"), max_num_fields=MOST_FIELDS)
        except ValueError:
            return self._answer(400)
        return self._answer(self._keep(parts[0], parts[1], {name: values[0] for name, values in form.items()}))

    def _keep(self, run: str, message_id: str, form: dict[str, str]) -> int:
        status = form.get("status", "")
        if status in NOTHING_NEW:
            return 204
        if status not in STATUSES:
            return 400
        moment = _milliseconds(form.get("delivered", ""))
        record = Record(STATUSES[status], message_id, moment, 0, "receipt", form.get("id", ""))
        try:
            self.server.book.keep(run, record)
        except UnknownRun:
            return 404
        except (InputError, OSError) as error:
            _complain(error)
            return 503
        return 204

    def _answer(self, status: int) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Write no log: a request line holds a token."""


class ReceiptServer(ThreadingHTTPServer):
    """Serves gateways' calls; ``server_port`` is the port it listens on."""

    daemon_threads = True

    def __init__(self, home: Path, key: bytes, port: int, host: str = "127.0.0.1", seconds: float = SECONDS) -> None:
        self.secret, self.book, self._seconds = receipts_key(key), ReceiptBook(home), seconds
        self._room = threading.BoundedSemaphore(MOST_AT_ONCE)
        super().__init__((host, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a call in a thread of its own, or hang up where too many are served already."""
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a call and cut it off when its time is over, however slowly it drips in."""
        timer = threading.Timer(self._seconds, _cut, [request])
        timer.daemon = True
        timer.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            timer.cancel()
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Name what went wrong here; a caller that hangs up is no error of ours, and its address nobody's business."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            _complain(error)

    def server_close(self) -> None:
        """Stop listening and close every file."""
        super().server_close()
        self.book.close()


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _complain(error: BaseException) -> None:
    """Say what an operator must mend, without anything that a caller sent."""
    told = str(error) if isinstance(error, InputError) else type(error).__name__
    sys.stderr.write(f"a receipt could not be kept: {told}\n")


def _milliseconds(delivered: str) -> int:
    """Return the moment that a gateway tells, in UTC where it names no zone; now where it tells none that can be."""
    now = time.time()
    try:
        moment = datetime.fromisoformat(delivered)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        seconds = now
    return int(1000 * (seconds if 0 < seconds < now + SECONDS_AHEAD else now))


def serve(home: Path, key: bytes, port: int, host: str) -> None:
    """Serve until killed; prints ``receipts on HOST:PORT``, a free port for port 0. InputError for a taken one."""
    try:
        server = ReceiptServer(home, key, port, host)
    except OSError as error:
        raise InputError(f"the port cannot be listened on ({type(error).__name__})", where=f"{host}:{port}") from None
    sys.stdout.write(f"receipts on {host}:{server.server_port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    finally:
        server.server_close()
