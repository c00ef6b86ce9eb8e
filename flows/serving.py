"""``budkavle serve``: Prefect's server, every deployment and a worker on this machine."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from campaigns.errors import Waiting
from flows.prefect_server import start_server, wait_until_healthy

ROOT = Path(__file__).parents[1]
POOL = "budkavle"
RECEIVER = "import sys; from flows.cli import main; sys.argv[1:] = ['receipts', '--port', sys.argv[1]]; main()"


def serve(home: Path, port: int, echo: Callable[[str], None], receipts_port: int | None = None) -> None:
    """Serve until interrupted; the server, the worker and the receiver of receipts end with this process."""
    folder = home / "prefect" / "served"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ.update(PREFECT_HOME=str(folder), PREFECT_API_URL=f"http://127.0.0.1:{port}/api", BUDKAVLE_HOME=str(home))
    log = folder / "server.log"
    server = start_server(port, log, home=folder, interface=True)
    wait_until_healthy(port, server, log)
    echo(f"Prefect's server answers on http://127.0.0.1:{port}; other commands use it with")
    echo(f"  export PREFECT_API_URL={os.environ['PREFECT_API_URL']} BUDKAVLE_HOME={home}")
    _prefect("work-pool", "create", POOL, "--type", "process", "--overwrite")
    _prefect("--no-prompt", "deploy", "--all")
    echo("every flow is deployed; the worker starts")
    if receipts_port is not None:
        _start([sys.executable, "-c", RECEIVER, str(receipts_port)], ROOT)
    worker = _start(_command("worker", "start", "--pool", POOL), folder)
    try:
        worker.wait()
    except KeyboardInterrupt:
        worker.wait()
    finally:
        server.terminate()
        server.wait()


def _start(command: list[str], folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "tasks.lifeline", str(os.getpid()), *command], cwd=folder)


def _prefect(*arguments: str) -> None:
    done = subprocess.run(_command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Waiting(
            f"`prefect {' '.join(arguments)}` failed: {done.stdout[-400:]}{done.stderr[-400:]}",
            remedy="mend what it says, then run `budkavle serve` again.",
        )


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "prefect", *arguments]
