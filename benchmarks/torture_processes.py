"""Processes killed, stopped and started too often, while they publish to a mail server that answers late."""

import random
import signal
import time
from pathlib import Path
from typing import Any

from torture_scene import (
    WINDOW,
    Scene,
    judge_mails,
    kill_one,
    living,
    planted,
    scene,
    send_signal,
    wait_for,
)

from tasks import control, publishing
from tasks.gateways.smtp import running_gateway

LATE_MS = 32
BYTES_PER_MESSAGE = 100
MOST_TAKEOVERS = 3


def kills(folder: Path, messages: int, dose: int, seed: int) -> dict[str, Any]:
    """Kill workers and publishers at random moments; every third victim is the publisher with all its workers."""
    each, draw, began = scene(folder, messages), random.Random(seed), time.monotonic()
    with running_gateway(each.sink, planted(folder, delay_ms=LATE_MS)) as url:
        each.place = _at(each, url)
        workers, done = _kill_at_random(each, dose, draw, most_between=max(4, messages // max(1, dose)))
        each.finish()
    return judge_mails(each, "kill -9", done, began=began, unknown_limit=WINDOW * workers)


def _kill_at_random(each: Scene, dose: int, draw: random.Random, most_between: int) -> tuple[int, int]:
    """Return how many workers died by it, and how many kills there were."""
    publisher, workers, done, takeovers = each.start(), 0, 0, 0
    while done < dose:
        goal = each.taken() + BYTES_PER_MESSAGE * draw.randrange(most_between)
        wait_for(lambda goal=goal, one=publisher: one.poll() is not None or each.taken() > goal, 20)  # type: ignore[misc]
        if publisher.poll() is not None:
            if each.taken() == 0:
                raise RuntimeError(f"nothing is published: {publisher.communicate()[0]}")
            break
        alive = living([publisher.pid])
        if draw.random() < 0.34 or takeovers == MOST_TAKEOVERS or not alive:
            kill_one(publisher.pid)
            publisher.communicate()
            workers, takeovers = workers + max(1, len(alive)), 0
            publisher = each.start()
        else:
            workers, takeovers = workers + kill_one(draw.choice(alive)), takeovers + 1
        done += 1
    kill_one(publisher.pid)
    workers += len(living([publisher.pid])) or each.place.workers
    publisher.communicate()
    return workers, done


def stopped_worker(folder: Path, messages: int, dose: int, seed: int) -> dict[str, Any]:
    """Stop a worker (SIGSTOP), let another publisher try meanwhile, then continue it or kill it."""
    draw, began, killed, done = random.Random(seed), time.monotonic(), 0, 0
    each = scene(folder, messages)
    with running_gateway(each.sink, planted(folder, delay_ms=LATE_MS)) as url:
        each.place = _at(each, url)
        for number in range(dose):
            publisher, goal = each.start(), each.taken() + BYTES_PER_MESSAGE * draw.randrange(messages // (4 * dose))
            wait_for(lambda goal=goal, one=publisher: one.poll() is not None or each.taken() > goal)  # type: ignore[misc]
            stopped = living([publisher.pid])
            for worker in stopped:
                send_signal(worker, signal.SIGSTOP)
            if stopped:
                rival = publishing.publish_shard(each.place, each.run, each.names[0])
                assert rival.outcome in ("locked", "done"), rival
            for worker in stopped:
                killed += number % 2 and kill_one(worker)
                send_signal(worker, signal.SIGCONT)
            done += bool(stopped)
            goal = each.taken() + BYTES_PER_MESSAGE * 20
            wait_for(lambda goal=goal, one=publisher: one.poll() is not None or each.taken() > goal)  # type: ignore[misc]
            control.pause(each.place, each.run, "torture")
            publisher.communicate()
            control.resume(each.place, each.run, "torture")
        each.finish()
    return judge_mails(each, "SIGSTOP", done, began=began, unknown_limit=WINDOW * killed)


def started_at_once(folder: Path, messages: int, dose: int, seed: int) -> dict[str, Any]:
    """Start the same publishing several times at the same moment."""
    each, began = scene(folder, messages), time.monotonic()
    with running_gateway(each.sink, planted(folder, delay_ms=LATE_MS, seed=seed)) as url:
        each.place = _at(each, url)
        for publisher in [each.start() for _ in range(dose)]:
            publisher.communicate()
        each.finish()
    return judge_mails(each, "started at once", dose, began=began, unknown_limit=0)


def _at(each: Scene, url: str) -> Any:
    from dataclasses import replace

    return replace(each.place, smtp_url=url)
