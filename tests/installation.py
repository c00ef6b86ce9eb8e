"""An installation as an operator has it: a home, an SMTP server, an approvers' directory, registers, one campaign."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flows.demo_city import write_campaign, write_directory
from flows.demo_mail import codes_in
from flows.prefect_server import free_port, start_server, wait_until_healthy
from flows.registers import import_and_verify
from tasks import approval
from tasks.gateways.smtp import accepted, running_gateway
from tasks.local_time import today
from tasks.synthesis import synthesise
from tasks.workplace import Workplace

COMMAND = [sys.executable, "-c", "from flows.cli import main; main()"]
KEY = "a key for tests only"


@dataclass
class Installation:
    """Runs the real command in processes of its own, with nothing taken over from the environment of the tests."""

    home: Path
    sink: Path
    smtp_url: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def campaign(self) -> Path:
        return self.home / "campaigns" / "matavfall"

    @property
    def workplace(self) -> Workplace:
        return Workplace(home=self.home, key=KEY.encode(), smtp_url=self.smtp_url, directory=self.directory)

    @property
    def fence(self) -> Path:
        return self.home.parent / "fence"

    @property
    def directory(self) -> Path:
        return self.home / "directory.yaml"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("BUDKAVLE_", "PREFECT_"))
        }
        ours = {
            "BUDKAVLE_HOME": str(self.home),
            "BUDKAVLE_FENCE": str(self.fence),
            "BUDKAVLE_SECRET_KEY": KEY,
            "BUDKAVLE_SMTP_URL": self.smtp_url,
            "BUDKAVLE_DIRECTORY": str(self.directory),
        }
        return {**inherited, **ours, **self.extra}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        return subprocess.Popen(
            [*COMMAND, *arguments], env=self.environment, cwd=self.home, start_new_session=True, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str, exits: int = 0) -> str:
        """Run a command to its end, check its exit code, return what it printed on both streams."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        assert process.returncode == exits, f"{arguments} exited {process.returncode}:\n{out}\n{err}"
        assert "Traceback" not in out + err, out + err
        return out + err

    def answer(self, *arguments: str) -> dict[str, Any]:
        """Run a command with --json and return its object."""
        process = self.start(*arguments, "--json")
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, f"{arguments} exited {process.returncode}:\n{out}\n{err}"
        found: dict[str, Any] = json.loads(out)
        return found

    def prepare_and_approve(self) -> str:
        prepared = self.answer("prepare", str(self.campaign))
        assert prepared["warnings"] == [], "the campaign of the tests is large enough for its objective"
        run: str = prepared["run"]
        for code in codes_in(self.sink):
            approval.grant(self.workplace, run, code, actor="account:test")
        return run

    def delivered(self) -> list[str]:
        """Return the Message-ID of every campaign message that the SMTP server has accepted."""
        found = []
        for entry in accepted(self.sink):
            head = (self.sink / entry["file"]).read_bytes().split(b"\r\n\r\n", 1)[0].decode()
            identity = next(line for line in head.splitlines() if line.lower().startswith("message-id:"))
            if "Content-Language" in head:
                found.append(identity.split("<")[1].split("@")[0])
        return found


@contextmanager
def serving(place: Installation, **faults: object) -> Iterator[Installation]:
    """Run the installation's SMTP server for the length of the block, with these faults."""
    faults_file = place.home.parent / "faults.json"
    faults_file.write_text(json.dumps(faults))
    with running_gateway(place.sink, faults_file if faults else None) as smtp_url:
        yield replace(place, smtp_url=smtp_url)


def install(folder: Path, people: int, seed: int = 1) -> Installation:
    """Make an installation with a synthetic city whose registers are imported."""
    place = Installation(folder / "home", folder / "sink")
    place.home.mkdir(parents=True, mode=0o700)
    write_directory(place.home)
    write_campaign(place.home, people)
    for kind, path in synthesise(people, seed, place.home / "register-files").items():
        if kind in ("population", "customers", "employees"):
            import_and_verify(place.workplace, path, kind, today())
    return place


@contextmanager
def prefect_server(folder: Path) -> Iterator[dict[str, str]]:
    """Run a Prefect server for several commands and yield the settings that name it."""
    port = free_port()
    server = start_server(port, folder / "server.log", home=folder)
    try:
        wait_until_healthy(port, server, folder / "server.log")
        yield {"PREFECT_API_URL": f"http://127.0.0.1:{port}/api", "PREFECT_HOME": str(folder)}
    finally:
        server.kill()
        server.wait()


def kill(process: "subprocess.Popen[str]") -> None:
    """Kill one process as a power cut would, and only it: its children must end by themselves."""
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def processes_of(home: Path) -> list[tuple[int, str]]:
    """Return (process id, command line) of every process that works for this home, the SMTP server left out."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                line = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                environment = (place / "environ").read_bytes()
            except OSError:
                continue
            if f"BUDKAVLE_HOME={home}".encode() in environment or str(home) in line:
                found.append((int(place.name), line))
    return [(number, line) for number, line in found if number != os.getpid() and "gateways.smtp" not in line]
