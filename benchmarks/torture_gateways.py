"""Gateways that misbehave on purpose at every step of their protocols."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from small_run import WAVE, make_run
from sms_scene import SHARD, make_sms_run, received_ids
from torture_scene import judge, judge_mails, ledger, planted, scene

from tasks import publishing, shards
from tasks.gateways import cms, sms
from tasks.gateways.smtp import running_gateway
from tasks.gateways.smtp_store import faults_fallen
from tasks.workplace import Workplace

VERBS = ("connect", "ehlo", "mail", "rcpt", "data", "dot", "rset", "quit")
REPLIES = ("421 4.3.2 closing", "450 4.2.1 later", "452 4.3.1 full", "500 5.5.1 what", "550 5.1.1 nobody")
ENDS = ("reset", "hang_up", "silence", "garbage")
DRIPPED = ("connect", "ehlo", "mail", "rcpt", "data", "stored")
PATIENCE = 3.0
KEY = b"a key for tests only"


def smtp(folder: Path, messages: int, share: float, seed: int, only: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """Misbehave at each step in each way: each kind of fault gets a row, over all the steps where it can fall."""
    for kind, rules in _smtp_rules(share).items():
        if not only or kind in only:
            yield _smtp(folder / kind.replace(" ", "-"), f"smtp {kind}", messages, rules, seed)


def _smtp_rules(share: float) -> dict[str, list[dict[str, Any]]]:
    kinds: dict[str, list[dict[str, Any]]] = {}
    for reply in REPLIES:
        kinds[reply[:3]] = [{"at": verb, "fault": "reply", "reply": reply} for verb in VERBS]
    for fault in ENDS:
        kinds[fault] = [{"at": place, "fault": fault} for place in (*VERBS, "body", "stored")]
    kinds["drip"] = [{"at": place, "fault": "drip", "seconds": 0.02} for place in DRIPPED]
    for rules in kinds.values():
        for rule in rules:
            early = rule["at"] in ("connect", "ehlo")  # of several connections each has one
            rule.update({"share": 0.5 if early else share, "times": 3 if early else 40 * share * 10, "skip": early})
    return kinds


def _smtp(folder: Path, fault: str, messages: int, rules: list[dict[str, Any]], seed: int) -> dict[str, Any]:
    each, began = scene(folder, messages), time.monotonic()
    with running_gateway(each.sink, planted(folder, rules=rules, seed=seed)) as url:
        each.place = replace(each.place, smtp_url=f"{url}?timeout=0.5")
        for _ in range(20):
            outcomes = set(each.finish(patience=PATIENCE))
            if "gateway_failing" in outcomes or "paused" in outcomes:
                _resume(each.place, each.run)
            elif outcomes == {"done"}:
                break
    fallen = faults_fallen(each.sink)
    doubtful = 0 if rules[0]["fault"] == "reply" else len(fallen)
    return judge_mails(each, fault, len(fallen), began=began, unknown_limit=doubtful)


def _resume(place: Workplace, run: str) -> None:
    from tasks import control

    control.resume(place, run, "torture")


HTTP_RULES: dict[str, tuple[dict[str, Any], bool]] = {
    "429 with Retry-After": ({"fault": "status", "status": 429, "headers": {"Retry-After": "0.3"}}, False),
    "429 without Retry-After": ({"fault": "status", "status": 429}, False),
    "401": ({"fault": "status", "status": 401}, False),
    "500": ({"fault": "status", "status": 500}, True),
    "503": ({"fault": "status", "status": 503}, True),
    "504 though taken": ({"fault": "taken_status", "status": 504}, True),
    "silence before the body": ({"fault": "silence_before"}, True),
    "silence after the body": ({"fault": "silence_after"}, True),
    "hang up before the body": ({"fault": "hang_up_before"}, True),
    "hang up after the body": ({"fault": "hang_up_after"}, True),
    "half an answer": ({"fault": "half"}, True),
    "broken JSON": ({"fault": "garbage"}, True),
    "an endless answer": ({"fault": "huge"}, True),
    "a byte at a time": ({"fault": "slow", "seconds": 0.2}, True),
}


def text_messages(folder: Path, messages: int, times: int, only: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """Let an SMS gateway misbehave so often in each way; each fault that leaves doubt may make one message unknown."""
    for kind, (rule, doubtful) in HTTP_RULES.items():
        if only and kind not in only:
            continue
        home, began = folder / kind.replace(" ", "-"), time.monotonic()
        place = Workplace(home / "home", KEY)
        run = make_sms_run(place, messages)
        rules = [{**rule, "times": times, "skip": 2, "share": 0.5}]
        with sms.running_gateway(home / "sink", planted(home, rules=rules)) as url:
            place = replace(place, sms_url=f"{url}#timeout=0.5")
            for _ in range(3):
                publishing.publish_shard(place, run, SHARD, patience=PATIENCE)
        arrived = Counter(received_ids(home / "sink"))
        limit = times if doubtful else 0
        yield judge(f"sms {kind}", times, ledger(place, run, "sms"), arrived, began=began, unknown_limit=limit)


def pages(folder: Path, times: int, only: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """Do the same to a content management system; a page may be put again, so that none stays unknown."""
    for kind, (rule, _) in HTTP_RULES.items():
        if only and kind not in only:
            continue
        home, began = folder / kind.replace(" ", "-"), time.monotonic()
        place = Workplace(home / "home", KEY)
        run = make_run(place, 0)
        shards.write_shards(place, run, WAVE)
        with cms.running_gateway(home / "cms", planted(home, rules=[{**rule, "times": times}])) as url:
            place = replace(place, web_url=f"{url}#timeout=0.5")
            for _ in range(3):
                publishing.publish_shard(place, run, f"{WAVE}-web-0001", patience=PATIENCE)
        known = ledger(place, run, "web")
        standing = sorted(path.stem for path in (home / "cms" / run).glob("*.html"))
        arrived = Counter(dict.fromkeys(sorted(known), 1)) if standing == ["en", "sv"] else Counter[str]()
        for name in standing:
            versions = len(list((home / "cms" / ".versions" / run / f"{name}.html").iterdir()))
            arrived[sorted(known)[standing.index(name)]] = versions
        yield judge(f"cms {kind}", times, known, arrived, began=began, unknown_limit=0)
