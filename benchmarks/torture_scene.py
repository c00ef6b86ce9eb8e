"""What every torture needs: a run whose shards lie ready, a publisher to be killed, and the verdict.

The verdict is made from the sink's own store against the ledger, message by message; nothing that the publishing itself
counted goes into it.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from small_run import WAVE, kill, make_run, received, workers_of  # noqa: E402

from tasks import publishing, shards, store  # noqa: E402
from tasks.workplace import Workplace  # noqa: E402

WINDOW = 16
ACCEPTED = frozenset({"accepted", "delivered", "soft_bounce", "hard_bounce", "complaint"})
NOT_SENT = frozenset({"queued", "rejected", "deferred", "suppressed", "expired", "cancelled"})
PUBLISH = """
import json, resource, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tasks.publishing import publish_shard
from tasks.workplace import Workplace
given = json.loads(sys.argv[1])
if given["most_bytes"]:
    resource.setrlimit(resource.RLIMIT_FSIZE, (given["most_bytes"],) * 2)
fence = Path(given["fence"]) if given["fence"] else None
place = Workplace(Path(given["home"]), b"a key for tests only", smtp_url=given["smtp_url"], fence=fence)
def publish(shard):
    try:
        return publish_shard(place, given["run"], shard, patience=given["patience"]).outcome
    except Exception as error:
        return type(error).__name__ + ": " + str(error)
with ThreadPoolExecutor(2) as pool:
    print(json.dumps(list(pool.map(publish, given["shards"]))))
"""


@dataclass
class Scene:
    """One run in a home of its own; ``names`` are the shards of its e-mails."""

    folder: Path
    place: Workplace
    run: str
    names: list[str]

    @property
    def sink(self) -> Path:
        """Where the mail server keeps what it took."""
        return self.folder / "sink"

    def start(self, *, most_bytes: int = 0, patience: float = 30.0) -> "subprocess.Popen[str]":
        """Start a process that publishes the shards, two at once, as `budkavle run` does.

        ``most_bytes`` bounds every file that it and its workers write: the disk is full from there on.
        """
        given = {
            "home": str(self.place.home), "run": self.run, "shards": self.names, "smtp_url": self.place.smtp_url,
            "fence": str(self.place.fence or ""), "most_bytes": most_bytes, "patience": patience,
        }  # fmt: skip
        return subprocess.Popen(
            [sys.executable, "-c", PUBLISH, json.dumps(given)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    def taken(self) -> int:
        """How many bytes of envelopes the sink has written down: it grows with every message."""
        try:
            return os.stat(self.sink / "index.jsonl").st_size
        except FileNotFoundError:
            return 0

    def finish(self, patience: float = 30.0) -> list[str]:
        """Publish what is left, undisturbed."""
        return [publishing.publish_shard(self.place, self.run, name, patience=patience).outcome for name in self.names]


def scene(folder: Path, messages: int, smtp_url: str = "", **changes: Any) -> Scene:
    """Write a run of so many e-mails in a new folder, with a fence beside its home."""
    place = Workplace(folder / "home", b"a key for tests only", smtp_url=smtp_url, fence=folder / "fence")
    run = make_run(place, messages, **changes)
    names = [name for name in shards.write_shards(place, run, WAVE) if "-email-" in name]
    return Scene(folder, place, run, names)


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> bool:
    """Poll until the condition holds; False where it never did."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def kill_one(process: int) -> bool:
    """Kill a process as a power cut would; False where it was gone."""
    try:
        kill(process)
    except ProcessLookupError:
        return False
    return True


def send_signal(process: int, number: signal.Signals) -> None:
    """Send a signal."""
    os.kill(process, number)


def ledger(place: Workplace, run: str, channel: str) -> dict[str, str]:
    """Return the state of every planned message of a channel, once the journals are merged and both sums hold."""
    publishing.merge_journals(place, run)
    with store.writing(place) as connection:
        rows = connection.execute(
            "SELECT message_id, status FROM delivery WHERE run = ? AND channel = ?", [run, channel]
        ).fetchall()
    return dict(rows)


def judge(
    fault: str, dose: int, known: dict[str, str], arrived: Counter[str], *, began: float, unknown_limit: int,
    open_ended: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Compare ledger and sink; ``open_ended``: messages may still be pending at the end.

    ``lost``: planned, in no sink, and in no state that says so. ``falsely_unsent``: in the sink, though the ledger says
    that it surely was not sent.
    """
    pending = ("queued", "deferred", "marked") if not open_ended else ()
    return {
        "fault": fault, "dose": dose, "planned": len(known),
        "lost": len([each for each, status in known.items() if status in pending and each not in arrived])
        + len(set(arrived) - set(known)),
        "duplicated": sum(count > 1 for count in arrived.values()),
        "falsely_accepted": sum(status in ACCEPTED and each not in arrived for each, status in known.items()),
        "falsely_unsent": sum(status in NOT_SENT and each in arrived for each, status in known.items()),
        "unknown": sum(status in ("unknown", "marked") for status in known.values()),
        "unknown_limit": unknown_limit, "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def judge_mails(each: Scene, fault: str, dose: int, **how: Any) -> dict[str, Any]:
    """Judge a scene's e-mails."""
    return judge(fault, dose, ledger(each.place, each.run, "email"), received(each.sink), **how)


def passes(row: dict[str, Any]) -> bool:
    """Tell whether nothing was lost, doubled or told wrongly, and no more is unknown than may be."""
    return not any(row[name] for name in ("lost", "duplicated", "falsely_accepted", "falsely_unsent")) and (
        row["unknown"] <= row["unknown_limit"]
    )


def planted(folder: Path, **content: Any) -> Path:
    """Write a faults file and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "faults.json"
    path.write_text(json.dumps(content))
    return path


def living(parents: Collection[int]) -> list[int]:
    """Return the workers of these publishers."""
    return [worker for parent in parents for worker in workers_of(parent)]
