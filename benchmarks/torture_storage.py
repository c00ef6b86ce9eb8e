"""Disks that fill up, torn journals, damaged databases and homes restored from old back-ups."""

import os
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from torture_scene import WINDOW, Scene, judge_mails, kill_one, living, planted, scene, wait_for

from campaigns.errors import Refused, StoreDamaged
from tasks import journal, publishing, rebuild, restoring
from tasks.gateways.smtp import running_gateway

LATE_MS = 16
BYTES_PER_MESSAGE = 100
BYTES_OF_HEAD = 4096


def full_disk(folder: Path, messages: int, dose: int, seed: int) -> dict[str, Any]:
    """Let the disk be full at random bytes of the journals: a limit on file sizes cuts writes short in the same way."""
    each, draw, began, stopped = scene(folder, messages), random.Random(seed), time.monotonic(), 0
    with running_gateway(each.sink, planted(folder, delay_ms=LATE_MS)) as url:
        each.place = replace(each.place, smtp_url=url)
        most = 2 * messages * 75 // len(each.names) // dose
        for _ in range(dose):
            said, _ = each.start(most_bytes=draw.randrange(1, max(2, most))).communicate()
            stopped += said.count("could not be written whole") + said.count("File too large")
        each.finish()
    return judge_mails(each, "disk full", stopped, began=began, unknown_limit=WINDOW * stopped)


def torn_journals(folder: Path, messages: int, dose: int, seed: int) -> dict[str, Any]:
    """Kill the publisher, then cut each journal at a random byte behind its last mark, or leave a torn record there.

    Marks were synced before anything left, so they are what a power cut leaves; outcomes behind them may be lost.
    """
    each, draw, began, killed = scene(folder, messages), random.Random(seed), time.monotonic(), 0
    with running_gateway(each.sink, planted(folder, delay_ms=LATE_MS)) as url:
        each.place = replace(each.place, smtp_url=url)
        for _ in range(dose):
            killed += _publish_and_kill(each, draw, messages // dose)
            for name in each.names:
                _tear(journal.segments(each.place.run_folder(each.run, "journals"), name)[-1:], draw)
        each.finish()
    return judge_mails(each, "torn journal", dose, began=began, unknown_limit=WINDOW * killed)


def _publish_and_kill(each: Scene, draw: random.Random, most: int) -> int:
    """Return how many workers died."""
    publisher, goal = each.start(), each.taken() + BYTES_PER_MESSAGE * draw.randrange(max(1, most))
    wait_for(lambda: publisher.poll() is not None or each.taken() > goal)
    workers = living([publisher.pid])
    kill_one(publisher.pid)
    publisher.communicate()
    wait_for(lambda: not any(Path(f"/proc/{worker}/exe").exists() for worker in workers))
    return len(workers)


def _tear(paths: list[Path], draw: random.Random) -> None:
    for path in paths:
        content = path.read_bytes()
        last = content.rfind(b"\tmarked\t")
        synced = content.find(b"\n", last) + 1 if last >= 0 else 0
        kept = content[: draw.randint(synced, len(content))]
        torn = (
            journal.encode(journal.now("accepted", "f" * 32, 1))[: draw.randrange(40)] if draw.random() < 0.5 else b""
        )
        path.write_bytes(kept + (torn if kept.endswith(b"\n") or not kept else b""))


def damaged_database(folder: Path, messages: int, dose: int, seed: int) -> dict[str, Any]:
    """Flip bytes of the database or cut it, by turns, before and while publishing; rebuild it when it is set aside."""
    each, draw, began, found = scene(folder, messages), random.Random(seed), time.monotonic(), 0
    with running_gateway(each.sink, planted(folder, delay_ms=LATE_MS)) as url:
        each.place = replace(each.place, smtp_url=url)
        publisher = each.start()
        for number in range(dose):
            _damage(each.place.database, draw, flip=number % 2 == 0)
            found += _noticed(each)
        publisher.communicate()
        each.finish()
    found += _noticed(each)
    return judge_mails(each, "damaged database", dose, began=began, unknown_limit=0) | {"set_aside": found}


def _damage(path: Path, draw: random.Random, *, flip: bool) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        if not flip:
            file.truncate(draw.randrange(size))
            return
        for _ in range(8):
            place = draw.choice([draw.randrange(size), draw.randrange(min(size, 3 * BYTES_OF_HEAD))])
            file.seek(place)
            byte = file.read(1)
            file.seek(place)
            file.write(bytes([byte[0] ^ draw.randrange(1, 256)]))


def _noticed(each: Scene) -> bool:
    try:
        publishing.merge_journals(each.place, each.run)
    except StoreDamaged:
        rebuild.rebuild(each.place)
        return True
    return False


def restored_backup(folder: Path, messages: int, dose: int, seed: int) -> dict[str, Any]:
    """Restore a home that was backed up at a random moment of publishing, after everything was sent.

    Nothing may be sent until an operator accepts it; then what it does not know is unknown, and nothing is sent twice.
    """
    each, draw, began, refused, kept = scene(folder, messages), random.Random(seed), time.monotonic(), 0, 0
    with running_gateway(each.sink, planted(folder, delay_ms=LATE_MS)) as url:
        each.place = replace(each.place, smtp_url=url)
        for number in range(dose):
            _publish_and_kill(each, draw, messages // (2 * dose))
            backup = folder / f"backup-{number}"
            shutil.copytree(each.place.home, backup)
            _publish_and_kill(each, draw, messages // (2 * dose))
            shutil.rmtree(each.place.home)
            os.rename(backup, each.place.home)
            before = each.taken()
            refused += _all_refused(each) and each.taken() == before
            if refused > kept:
                kept = refused
                restoring.accept_restore(each.place, each.run, "torture")
        each.finish()
        known = judge_mails(each, "restored back-up", refused, began=began, unknown_limit=messages)
    return known | {"refused": refused}


def _all_refused(each: Scene) -> bool:
    """Tell whether some shard refuses to be published from this home; a shard of which no more was sent may go on."""
    answers: list[bool] = []
    ask: Callable[[str], Any] = lambda name: publishing.publish_shard(each.place, each.run, name)  # noqa: E731
    for name in each.names:
        try:
            ask(name)
            answers.append(False)
        except Refused:
            answers.append(True)
    return any(answers)
