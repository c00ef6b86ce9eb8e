"""The whole city in one go: from the register to the ledger with e-mail, text messages, letters and pages.

    python benchmarks/city.py [--people 1000000] [--workers 3]

Everybody in the register is the audience of `matavfall` with a line for text messages; only those who have given no
e-mail address have given a telephone number, so that each channel gets its share. Each stage is what `budkavle run`
does there, checks of the boundary included, in one process, without Prefect; nobody is asked to approve. E-mail goes to
smtp-sink (Debian's package postfix), text messages to `text_message_sink.py`, which costs less than their sender,
letters as PDF/UA files to the print shop's folder.

Prints one JSON line per stage: seconds by the clock and of the processor (every process together), and the highest
resident memory in MB of a process. Then the accounts, and what each sink holds. Exits with 1 where an account or a sink
differs from what was planned; whether the goal of 300 seconds from audience to ledger was met for a million is printed.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
from assignment import EVERYBODY, KEY, alone, peak_memory, processor_seconds
from ruamel.yaml import YAML
from text_message_sink import keys_in, running_sink

from campaigns.brief_loading import load_brief
from flows.demo_city import write_campaign
from flows.prefect_server import free_port
from flows.publication import MERGE_SECONDS
from flows.registers import import_and_verify
from tasks import accounts, publishing, runs, shards, stages, store
from tasks.pace import Pace
from tasks.status import run_status
from tasks.synthesis import synthesise
from tasks.workplace import Workplace

GOAL_SECONDS = 300
BUDGET = {"sek": 1_000_000, "co2_kg": 20_000}
"""For a million people: letters for a tenth of them."""
LINES = {
    "text.sv.md": "Hej {{ first_name }}! Sortera matavfall från 18 april. Hämta påsar: {{ pickup_place }}.",
    "text.en.md": "Hi {{ first_name }}! Sort your food waste from 18 April. Bags: {{ pickup_place }}.",
    "text.internal.sv.md": "Från 18 april sorterar alla matavfall. Frågor och svar finns på intranätet.",
    "text.internal.en.md": "From 18 April everybody sorts food waste. Questions and answers: the intranet.",
}
KINDS = ("population", "customers", "employees")
Line = dict[str, Any]


def main() -> int:
    """Import the city, go the whole way and compare the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=Workplace.workers)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="budkavle-city-") as temporary, ExitStack() as stack:
        home = Path(temporary)
        mails = stack.enter_context(smtp_sink(home / "smtp-sink.txt"))
        texts = stack.enter_context(running_sink(home / "sink" / "sms"))
        place = Workplace(home, KEY, smtp_url=mails, sms_url=texts, workers=asked.workers)
        alone(measured, "register", import_city, place, asked.people)
        run = alone(begin, place, asked.people)
        lines = [measured(stage, work, place, run) for stage, work in STAGES.items()]
        return judge(place, run, home, asked.people, sum(line["seconds"] for line in lines))


def import_city(place: Workplace, people: int) -> None:
    """Synthesise a city and import its registers as the command does."""
    folder = place.home / "city"
    files = synthesise(people, 1, folder)
    lighter = folder / "population.parquet"
    columns = "* REPLACE (CASE WHEN email IS NULL OR email = '' THEN mobile END AS mobile)"
    rows = f"SELECT {columns} FROM read_csv('{files['population']}', all_varchar = true)"
    duckdb.sql(f"COPY ({rows}) TO '{lighter}'")
    for kind, path in (files | {"population": lighter}).items():
        if kind in KINDS:
            import_and_verify(place, path, kind, date.today())
    shutil.rmtree(folder)


def begin(place: Workplace, people: int) -> str:
    """Begin a run for everybody, due today, in a time zone where it is noon; returns its id."""
    folder = write_campaign(place.home, people)
    path, yaml = folder / "campaign.yaml", YAML()
    brief = yaml.load(path)
    brief["channels"] = ["email", "sms", "letter", "web"]
    brief["budget"] = {name: round(amount * people / 1_000_000) for name, amount in BUDGET.items()}
    brief["schedule"]["time_zone"] = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}".replace("+0", "")
    yaml.dump(brief, path)
    (folder / "audience.sql").write_text(EVERYBODY, encoding="utf-8")
    for name, line in LINES.items():
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("subject:", f"sms: >-\n  {line}\nsubject:", 1), encoding="utf-8")
    return runs.begin(place, load_brief(folder), folder)


def approve(place: Workplace, run: str) -> None:
    """Seal what the stages have made, and take it as approved."""
    stages.review_messages.fn(place, run)
    runs.move(place, run, "approved")
    runs.move(place, run, "publishing")


def write_shards(place: Workplace, run: str) -> None:
    """Write the shards of every wave."""
    for wave in runs.load(place, run).brief.waves:
        stages.write_shards.fn(place, run, wave.name)


def publish(place: Workplace, run: str) -> Line:
    """Publish every shard as `flows.publication` does; tells the seconds that shards of each channel took."""
    spent: Counter[str] = Counter()
    lock = threading.Lock()

    def one(name: str) -> None:
        began = time.monotonic()
        result = publishing.publish_shard(place, run, name)
        with lock:
            spent[name.split("-")[1]] += time.monotonic() - began  # type: ignore[assignment]
        if result.outcome != "done":
            raise SystemExit(f"{name}: {result.outcome}")

    merging, pace = 0.0, Pace(MERGE_SECONDS)
    with ThreadPoolExecutor(place.workers) as pool:
        left = {pool.submit(one, name) for name in shards.written(place, run)}
        while left:
            done, left = wait(left, timeout=MERGE_SECONDS, return_when=FIRST_COMPLETED)
            [each.result() for each in done]
            if pace.is_due:
                began = time.monotonic()
                with pace.measured():
                    publishing.merge_journals(place, run)
                merging += time.monotonic() - began
    return {"shard_seconds": {name: round(seconds) for name, seconds in spent.items()}, "merging": round(merging, 1)}


def finish(place: Workplace, run: str) -> None:
    """Merge what is left and check the deliveries, then let the readers see it."""
    stages.check_deliveries.fn(place, run)
    runs.move(place, run, "published")


STAGES: dict[str, Callable[[Workplace, str], Any]] = {
    "audience, holdout": stages.select_audience.fn,
    "plan": stages.plan_channels.fn,
    "variants": stages.build_variants.fn,
    "review, digest": approve,
    "shards": write_shards,
    "publishing": publish,
    "ledger": finish,
}


def measured(stage: str, work: Callable[..., Any], *given: Any) -> Line:
    """Do a stage and print what it took."""
    Path("/proc/self/clear_refs").write_text("5")  # begins to watch for the highest memory anew
    clock, used = time.monotonic(), processor_seconds()
    told = work(*given)
    line: Line = {"stage": stage, "seconds": round(time.monotonic() - clock, 1)}
    line |= {"cpu_seconds": round(processor_seconds() - used, 1), "peak_mb": round(peak_memory())}
    line |= told if isinstance(told, dict) else {}
    print(json.dumps(line), flush=True)
    return line


def judge(place: Workplace, run: str, home: Path, people: int, seconds: float) -> int:
    """Print the accounts and the sinks beside them; return the exit code."""
    persons = run_status(place, run)["persons"]
    with store.writing(place) as connection:  # `status` hides what would tell of few
        messages = accounts.messages_accounted(connection, run)
    by_channel = messages.pop("by_channel")
    print(json.dumps({"persons": persons, "messages": messages}), flush=True)
    mails, texts = mails_in(home / "smtp-sink.txt"), keys_in(home / "sink" / "sms")
    held = {"email": mails, "sms": len(texts), "letter": letters_in(home)}
    accepted = {channel: by_channel.get(channel, {}).get("accepted", 0) for channel in held}
    parts = [persons[name] for name in ("held_out", "excluded", "assigned")]
    sums = None in parts or persons["audience"] == sum(parts)  # groups below ten are not shown
    sound = sums and len(set(texts)) == len(texts) and held == accepted and messages["accepted"] == messages["planned"]
    print(json.dumps({"accepted": accepted, "sinks_hold": held, "sound": sound}), flush=True)
    print(json.dumps({"people": people, "seconds": round(seconds, 1), "goal": GOAL_SECONDS}), flush=True)
    return 0 if sound else 1


def letters_in(home: Path) -> int:
    """Return how many letters the manifests name."""
    return sum(
        sum(1 for _ in csv.DictReader(path.open(encoding="utf-8"))) for path in (home / "sink" / "letter").glob("*.csv")
    )


def mails_in(counters: Path) -> int:
    """Return the last count of messages that smtp-sink printed."""
    return int(counters.read_bytes()[-100:].rpartition(b"mesg=")[2].split()[0] or 0)


@contextmanager
def smtp_sink(counters: Path) -> Iterator[str]:
    """Run smtp-sink, which counts what it takes, and yield its URL."""
    found = shutil.which("smtp-sink", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not found:
        raise SystemExit("smtp-sink is missing: apt-get install postfix")
    port, user = free_port(), ["-u", "nobody"] if os.geteuid() == 0 else []
    with counters.open("wb") as out:
        process = subprocess.Popen([found, "-c", *user, f"127.0.0.1:{port}", "1000"], stdout=out)
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
