"""Publish e-mails of about 2 kB to one sink, beside others that send as many: who gets through how many a second.

    python benchmarks/publishing.py [--messages 400000] [--rounds 3] [--sample 400]

The sink is `smtp-sink` of Debian's postfix (`.ci/prepare-bench` brings it), which throws everything away. Contenders:

- `budkavle`: shards that lie ready, through worker processes with journals synced before each message leaves, merged
  into the ledger; start-up of the workers and the last merge included. Every message must be accounted for as accepted.
- `smtp-source`: the load generator of postfix, in C, `-d -s 8`: eight connections kept, one fixed message.
- `smtplib-1`, `smtplib-8`: messages prepared beforehand, through Python's smtplib, on one connection or eight threads.
- `script`: what one would write: Jinja2 for each person, EmailMessage, smtplib; on a sample.
- `prefect`: one Prefect task per recipient, that sends one prepared message; on a smaller sample.

Rounds are interleaved, since other work disturbs a shared machine; each contender's median is told as one JSON line
with the spread, the processor's microseconds per message (the contender's processes, and the sink's) and the highest
memory of a worker in MB.
Exits with 1 where budkavle is slower than smtp-source or than twenty scripts.
"""

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import jinja2
from publishing_run import BYTES, SENDER, make_run, prepared, publish, text_and_page

from flows.prefect_server import free_port, prefect_api
from tasks.senders.protocol import Message
from tasks.workplace import Workplace

WORKERS = Workplace.workers
TIMES_A_SCRIPT = 20
Mail = tuple[Message, bytes]


@dataclass(frozen=True)
class Sink:
    """A running smtp-sink."""

    process: int
    port: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"smtp://127.0.0.1:{self.port}"

    def processor(self) -> float:
        """Return the seconds of the processor that it has used."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Let every contender send in turn, several times, and print their medians; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=2000)
    parser.add_argument("--tasks", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="budkavle-publishing-") as folder, running_sink() as sink:
        runs: dict[str, list[dict[str, Any]]] = {}
        mails = _mails(Path(folder) / "mails", given.sample)
        for number in range(given.rounds):
            for name, contender in _contenders(Path(folder) / str(number), sink, mails, given).items():
                runs.setdefault(name, []).append(contender())
    return _tell(runs)


@contextmanager
def running_sink() -> Iterator[Sink]:
    """Run smtp-sink on a free port."""
    program = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise SystemExit("smtp-sink is missing: install Debian's package postfix, or run .ci/prepare-bench as root.")
    port = free_port()
    as_whom = ["-u", "nobody"] if os.getuid() == 0 else []
    with subprocess.Popen([program, *as_whom, f"127.0.0.1:{port}", "1000"]) as process:
        try:
            _wait_for(port)
            yield Sink(process.pid, port)
        finally:
            process.kill()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            smtplib.SMTP("127.0.0.1", port).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("smtp-sink does not answer")


def _mails(home: Path, sample: int) -> list[Mail]:
    place, run = make_run(home, sample, WORKERS)
    return list(prepared(place, run, sample))


def _contenders(
    home: Path, sink: Sink, mails: list[Mail], given: argparse.Namespace
) -> dict[str, Callable[[], dict[str, Any]]]:
    place, run = make_run(home, given.messages, WORKERS)
    some, few = given.sample, given.tasks
    return {
        "budkavle": lambda: measured(sink, given.messages, lambda: _published(publish(place, run, sink.url, WORKERS))),
        "smtp-source": lambda: measured(sink, given.messages, lambda: _source(sink, given.messages)),
        "smtplib-1": lambda: measured(sink, some * 5, lambda: _send(sink, mails * 5)),
        "smtplib-8": lambda: measured(sink, some * 5, lambda: _in_threads(sink, mails * 5)),
        "script": lambda: measured(sink, some, lambda: _script(sink, mails)),
        "prefect": lambda: _apart(_tasks, sink, home, mails[:few]),
    }


def measured(sink: Sink, messages: int, send: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """Return what sending so many took."""
    before, sunk, began = _processor(), sink.processor(), time.monotonic()
    more = send() or {}
    return {
        "messages": messages,
        "seconds": time.monotonic() - began,
        "processor": _processor() - before,
        "sink": sink.processor() - sunk,
        **more,
    }


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _published(told: dict[str, Any]) -> dict[str, Any]:
    accounts = told["accounts"]["by_channel"]["email"]
    if accounts["accepted"] != accounts["planned"]:
        raise SystemExit(f"not every message was accepted: {accounts}")
    return {"merging": told["merging"], "peak_mb": told["peak_mb"]}


def _source(sink: Sink, messages: int) -> None:
    program = shutil.which("smtp-source", path=f"{os.environ['PATH']}:/usr/sbin")
    command = [str(program), "-d", "-s", "8", "-m", str(messages), "-l", str(BYTES)]
    addresses = ["-f", SENDER, "-t", "person@example.se", f"127.0.0.1:{sink.port}"]
    subprocess.run([*command, *addresses], check=True)


def _send(sink: Sink, mails: Sequence[Mail]) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port) as server:
        for message, content in mails:
            server.sendmail(SENDER, [message.address], content)


def _in_threads(sink: Sink, mails: Sequence[Mail]) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: _send(sink, mails[number::8]), range(8)))


def _script(sink: Sink, mails: Sequence[Mail]) -> None:
    environment = jinja2.Environment(autoescape=True)
    text, page = (environment.from_string(part) for part in text_and_page("{{ first_name }}", "{{ pickup_place }}"))
    with smtplib.SMTP("127.0.0.1", sink.port) as server:
        for person, _ in mails:
            message = EmailMessage(policy=SMTP)
            message["Subject"], message["From"], message["To"] = "Hämta din påse", SENDER, person.address
            message["Message-ID"] = f"<{person.message_id}@example.se>"
            message.set_content(text.render(person.slots))
            message.add_alternative(page.render(person.slots), subtype="html")
            server.send_message(message)


def _apart(contender: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    """Run a contender in a process of its own: Prefect knows one server in the life of a process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(contender, *given).result()


def _tasks(sink: Sink, home: Path, mails: Sequence[Mail]) -> dict[str, Any]:
    """Send by one Prefect task for each; the server's start is not counted."""
    with prefect_api(home):
        from prefect import flow, task
        from prefect.task_runners import ThreadPoolTaskRunner

        @task
        def send_one(number: int) -> None:
            _send(sink, [mails[number]])

        @flow(task_runner=ThreadPoolTaskRunner(max_workers=8))
        def send_all() -> None:
            for each in send_one.map(range(len(mails))):
                each.result()

        return measured(sink, len(mails), lambda: send_all() and None)


def _tell(runs: dict[str, list[dict[str, Any]]]) -> int:
    speed = {name: [each["messages"] / each["seconds"] for each in found] for name, found in runs.items()}
    source = statistics.median(speed["smtp-source"])
    for name, found in runs.items():
        median = statistics.median(speed[name])
        typical = min(found, key=lambda each: abs(each["messages"] / each["seconds"] - median))
        own, sinks = (typical[part] / typical["messages"] * 1e6 for part in ("processor", "sink"))
        line = {
            "contender": name,
            "messages": typical["messages"],
            "seconds": round(typical["seconds"], 2),
            "per_second": round(median),
            "least_to_most": [round(min(speed[name])), round(max(speed[name]))],
            "ratio_to_smtp_source": round(median / source, 3),
            "processor_microseconds_each": round(own, 1),
            "sink_microseconds_each": round(sinks, 1),
        }
        line |= {key: round(typical[key], 1) for key in ("merging", "peak_mb") if key in typical}
        print(json.dumps(line), flush=True)
    ours = statistics.median(speed["budkavle"])
    return int(ours < source or ours < TIMES_A_SCRIPT * statistics.median(speed["script"]))


if __name__ == "__main__":
    sys.exit(main())
