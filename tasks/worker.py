"""The publishing worker: ``python -m tasks.worker --home HOME --run RUN --shard SHARD --parent PID``.

One process per shard. It never opens DuckDB, dies with its parent, and holds the shard by a file lock and, where other
machines share HOME, a lease. Settings come as one JSON object on standard input, so that no secret stands in the
process list. It ends with 0 (all settled), 2 (cannot go on, or this home is older than what was sent), 3 (waiting),
4 (gateway unavailable or failing) or 5 (another worker holds the shard), and prints one JSON object with its counts.
"""

import argparse
import fcntl
import gc
import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from campaigns.errors import BudkavleError
from tasks.delivery import Delivery, Moment
from tasks.doubts import settle
from tasks.fence import Fence
from tasks.journal import standings
from tasks.lease import Lease, Terms
from tasks.lifeline import end_with_parent
from tasks.orders import Control
from tasks.senders import SENDERS, Setting
from tasks.senders.smtp_letter import on_the_wire
from tasks.shard_messages import addresses_in, read_shard, renderer
from tasks.shard_texts import templates_of

SECONDS_FOR_LOCK = 3.0
EXIT = {"done": 0, "damaged": 2, "older": 2, "unavailable": 4, "failing": 4, "locked": 5}
EXIT_WAITING = 3


def main() -> int:
    """Deliver one shard and print how it went."""
    options = _options()
    end_with_parent(options.parent)
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]  # pyarrow starts in a third of the time without it
    gc.disable()  # nothing here makes cycles, and looking for them among a shard's messages costs a tenth of all
    asked_to_stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: asked_to_stop.append(received))
    settings = json.loads(sys.stdin.read() or "{}")
    try:
        answer = publish(options.home, options.run, options.shard, settings, lambda: bool(asked_to_stop))
    except (BudkavleError, OSError) as error:
        answer = {"ending": "damaged", "counts": {}, "problem": str(error)}
    sys.stdout.write(json.dumps(answer) + "\n")
    return EXIT.get(answer["ending"], EXIT_WAITING)


def publish(
    home: Path, run: str, shard: str, settings: dict[str, Any], interrupted: Callable[[], bool]
) -> dict[str, Any]:
    """Deliver a shard in this process; returns ending and counts by status."""
    folder = home / "runs" / run
    journals = folder / "journals"
    journals.mkdir(parents=True, exist_ok=True, mode=0o700)
    lease = Lease(journals, shard, Terms(**settings.get("lease", {})))
    with (journals / f"{shard}.lock").open("a") as lock, lease:
        if not _locked(lock.fileno()) or not lease.take():
            return {"ending": "locked", "counts": {}}
        fence = Fence(Path(settings["fence"]) if settings.get("fence") else None, shard)
        if not fence.holds(journals):
            return {"ending": "older", "counts": {}}
        channel, messages = read_shard(folder / "shards", shard)
        messages = messages[: settings.get("first") or None]
        control = Control(folder / "control", channel)
        internal = control.terms.get("internal", False)
        text_sender = control.terms.get("text_senders", {}).get(channel, "")
        moment = Moment()
        pages, token = _pages(channel, settings, home, internal)
        given = {**settings, "text_sender": text_sender, "web_url": pages, "web_token": token}
        nothing_is_sent = control.refresh() in ("stopped", "expired")
        texts = {} if nothing_is_sent else templates_of(folder / "shards", shard, {each.variant for each in messages})
        sender = SENDERS[channel](_setting(home, run, shard, given, texts, moment))
        known = standings(journals, shard)
        settle(journals, shard, sender, messages, known)
        patience = float(settings.get("patience", 30.0))
        delivery = Delivery(
            journals, shard, sender, control, patience=patience, interrupted=interrupted, moment=moment, fence=fence,
            holds=lease.holds,
        )  # fmt: skip
        try:
            ending = delivery.run(messages, known)
        finally:
            delivery.close()
    told = {"problem": delivery.problem} if ending == "unavailable" else {}
    return {"ending": ending, "counts": dict(sorted(delivery.counts.items())), **told}


def _pages(channel: str, settings: dict[str, Any], home: Path, internal: bool) -> tuple[str, str]:
    """Return where pages go and the token that opens it."""
    if channel != "web":
        return "", ""
    from tasks.senders.web import pages_url  # loads what the workers of other channels start faster without

    place = pages_url(settings.get("web_url", ""), settings.get("intranet_url", ""), home, internal)
    return place, settings.get("intranet_token" if internal else "web_token", "")


def _setting(
    home: Path, run: str, shard: str, settings: dict[str, Any], texts: dict[str, bytes], moment: Moment
) -> Setting:
    folder = home / "runs" / run / "shards"
    addresses = addresses_in(folder, shard, settings)
    render = renderer(texts, **addresses, moment=moment.seconds)
    wire = renderer(texts, on_the_wire, **addresses, moment=moment.seconds)
    return Setting(
        run, shard, home, render, settings.get("smtp_url", ""), settings.get("letter_url", ""),
        settings.get("web_url", ""), settings.get("sender_address", ""), settings.get("sms_url", ""),
        settings.get("text_sender", ""), settings.get("web_token", ""), settings.get("receipts_url", ""),
        settings.get("receipts_key", ""), wire,
    )  # fmt: skip


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tasks.worker", description="Deliver one shard; settings on standard input.")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--shard", required=True)
    parser.add_argument("--parent", type=int, required=True)
    return parser.parse_args()


def _locked(handle: int) -> bool:
    deadline = time.monotonic() + SECONDS_FOR_LOCK
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)


if __name__ == "__main__":
    raise SystemExit(main())
