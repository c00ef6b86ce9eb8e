"""One Prefect server per command: the configured one or, where none is, one of the command's own.

The command's own server keeps its database inside HOME, listens on loopback only and dies with the command.
``python -m flows.prefect_server PORT PARENT`` is that server.
"""

import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from campaigns.errors import Waiting
from tasks.lifeline import end_with_parent

START_SECONDS = 180
# A command's own server only records its runs: it schedules nothing, and a quarter of its start goes into these.
NOT_NEEDED = {
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    **{
        f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false"
        for service in ("SCHEDULER", "LATE_RUNS", "CANCELLATION_CLEANUP", "FOREMAN", "TRIGGERS", "PAUSE_EXPIRATIONS")
    },
}
PLACES = 64


def server_is_configured() -> bool:
    """Return whether the operator has named a Prefect server."""
    return bool(os.environ.get("PREFECT_API_URL")) and "BUDKAVLE_OWN_SERVER" not in os.environ


@contextmanager
def prefect_api(home: Path, meanwhile: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Have a Prefect API for the length of the block; call before anything imports Prefect.

    ``meanwhile`` is done while an own server starts: slow imports, for example, which are done when needed otherwise.
    """
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    folder, lock = _free_place(home / "prefect")
    port = free_port()
    os.environ.update(
        PREFECT_HOME=str(folder), PREFECT_API_URL=f"http://127.0.0.1:{port}/api", BUDKAVLE_OWN_SERVER=str(port)
    )
    server = start_server(port, folder / "server.log", home=folder)
    try:
        meanwhile()
        wait_until_healthy(port, server, folder / "server.log")
        yield
    finally:
        _drain()
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        lock.close()
        for name in ("PREFECT_API_URL", "BUDKAVLE_OWN_SERVER"):
            os.environ.pop(name, None)


def _drain() -> None:
    """Hand over what Prefect still holds, so that nothing is sent to a server that has stopped."""
    if "prefect" in sys.modules:
        from prefect.events.worker import EventsWorker
        from prefect.logging.handlers import APILogWorker

        for worker in (APILogWorker, EventsWorker):
            worker.drain_all(timeout=10)


def start_server(port: int, log: Path, *, home: Path, interface: bool = False) -> subprocess.Popen[bytes]:
    """Start a server process on a loopback port, its database in ``home``, with or without Prefect's web interface."""
    environment = {
        **os.environ,
        "PREFECT_HOME": str(home),
        **({} if interface else NOT_NEEDED),
        "PREFECT_UI_ENABLED": str(interface).lower(),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_UI_API_URL": f"http://127.0.0.1:{port}/api",
    }
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.prefect_server", str(port), str(os.getpid())],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def wait_until_healthy(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; raises Waiting with the log's place when it ends or never does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5) as reply:
                if reply.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise Waiting(
        "the Prefect server did not start", where=str(log), remedy="read its log; then run the command again."
    )


def _free_place(folder: Path) -> tuple[Path, IO[bytes]]:
    """Return a folder that no other command uses: two commands at once each have a server of their own."""
    for number in range(PLACES):
        place = folder / f"own-{number}"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (place / "lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return place, lock
    raise Waiting("too many commands run at once", where=str(folder), remedy="wait for one of them to finish.")


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _serve(port: int, parent: int) -> None:
    end_with_parent(parent)
    import uvicorn

    uvicorn.run(
        "prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=port, log_level="error",
        lifespan="on", timeout_keep_alive=5,
    )  # fmt: skip


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
