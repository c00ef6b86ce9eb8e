"""Text messages published to a gateway that fails in every way while workers are killed, and the two sides compared."""

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from http_scene import running
from sms_scene import SHARD, make_sms_run, message_ids

from campaigns.errors import InputError
from tasks import control, journal, publishing, store
from tasks.gateways.sms import accepted, requests_in, running_gateway
from tasks.receipt_server import ReceiptServer
from tasks.workplace import Workplace

WRONG = ("lost", "duplicated", "falsely_accepted", "missed")
RULES: list[dict[str, Any]] = [
    {"fault": "status", "status": 429, "headers": {"Retry-After": "0.3"}}, {"fault": "status", "status": 429},
    {"fault": "status", "status": 503}, {"fault": "status", "status": 502}, {"fault": "taken_status", "status": 500},
    {"fault": "silence_before"}, {"fault": "silence_after"}, {"fault": "hang_up_before"}, {"fault": "hang_up_after"},
    {"fault": "half"}, {"fault": "garbage"}, {"fault": "huge", "bytes": 100_000}, {"fault": "slow", "seconds": 0.05},
    {"fault": "status", "status": 307, "headers": {"Location": "http://127.0.0.1:1/"}},
]  # fmt: skip
SHARE = 0.004
MOST_ROUNDS = 200


def torture(folder: Path, messages: int, kills: int, seed: int, share: float = SHARE) -> dict[str, Any]:
    """Publish until nothing is left to send; returns what the gateway's store and our accounts say of each other."""
    place = Workplace(home=folder / "home", key=b"a key for tests only", workers=1)
    run = make_sms_run(place, messages)
    faults = folder / "faults.json"
    rules = [{**rule, "method": "POST", "share": share} for rule in RULES]
    faults.write_text(json.dumps({"seed": seed, "rules": rules, "receipts": {"repeat": 3}}))
    begun = time.monotonic()
    with ExitStack() as stack:
        receipts = stack.enter_context(running(ReceiptServer(place.home, place.key, 0)))
        url = stack.enter_context(running_gateway(folder / "sink", faults))
        place = replace(place, sms_url=f"{url}#timeout=0.5", receipts_url=f"{receipts}/receipts")
        killer = Killer(kills, seed)
        killer.start()
        rounds = _publish(place, run)
        killer.stop()
        before = _statuses(place, run, receipts=False)
        _wait_for_receipts(place, run, folder / "sink")
        after = _statuses(place, run, receipts=True)
    return {
        "messages": messages, "seed": seed, "killed": killer.killed, "rounds": rounds,
        **_compared(before, after, message_ids(place, run), folder / "sink"),
        "seconds": round(time.monotonic() - begun, 1),
    }  # fmt: skip


def _publish(place: Workplace, run: str) -> int:
    for rounds in range(1, MOST_ROUNDS + 1):
        with suppress(InputError):  # so many workers in a row were killed
            outcome = publishing.publish_shard(place, run, SHARD, patience=5).outcome
            if outcome == "done":
                return rounds
            if outcome == "gateway_failing":
                control.resume(place, run, "torture")
    raise AssertionError("the shard never came to its end")


def _statuses(place: Workplace, run: str, *, receipts: bool) -> dict[str, str]:
    """Return each message's status by the ledger, or by the journals of the sending alone."""
    if not receipts:
        folder = place.run_folder(run, "journals")
        return {record.message_id: record.status for path in journal.segments(folder, SHARD)
                for _, record in journal.read(path)}  # fmt: skip
    publishing.merge_journals(place, run)
    with store.writing(place) as connection:
        rows = connection.execute("SELECT message_id, status FROM delivery WHERE run = ?", [run]).fetchall()
    return dict(rows)


def _wait_for_receipts(place: Workplace, run: str, sink: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if len(journal.receipts_in(place.run_folder(run, "journals"))) == len(accepted(sink)):
            return
        time.sleep(0.2)


def _compared(before: dict[str, str], after: dict[str, str], planned: set[str], sink: Path) -> dict[str, Any]:
    taken = {str(each["idempotency_key"]) for each in accepted(sink)}
    whole = Counter(str(each["key"]) for each in requests_in(sink))
    said = {name for name, status in after.items() if status in ("accepted", "delivered")}
    in_doubt = {name for name, status in after.items() if status == "unknown"}
    return {
        "lost": len(planned - after.keys()) + sum(status in ("queued", "marked") for status in after.values()),
        "duplicated": sum(times > 1 for times in whole.values()),
        "falsely_accepted": len(said - taken),
        "missed": len(taken - said - in_doubt),
        "unknown": sum(status == "unknown" for status in before.values()),
        "unknown_after_receipts": len(in_doubt), "of_these_taken": len(in_doubt & taken),
        "statuses": dict(Counter(after.values())),
    }  # fmt: skip


class Killer(threading.Thread):
    """Kills workers of this process, one after another, at moments that the seed draws."""

    def __init__(self, kills: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.killed, self._kills, self._chance = 0, kills, random.Random(seed)
        self._over = threading.Event()

    def run(self) -> None:
        """Kill until it was enough or the sending is over."""
        while self.killed < self._kills and not self._over.wait(self._chance.uniform(0.2, 1.5)):
            for worker in _workers():
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
                    self.killed += 1

    def stop(self) -> None:
        """Kill no more."""
        self._over.set()
        self.join()


def _workers() -> list[int]:
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    found = [int(child) for path in children for child in path.read_text().split()]
    return [child for child in found if "tasks.worker" in Path(f"/proc/{child}/cmdline").read_text()]
