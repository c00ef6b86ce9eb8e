"""Text messages to the gateway that ships and to a lean sink, one and several under way: one JSON line per way.

    python benchmarks/text_messages.py --messages 2000 --late 0.05

Each is what a worker does with a message after its mark. A line says to whom, the gateway that ships or the sink of
`text_message_sink.py`; after how many seconds it answers once it has stored a message, as a provider far away does; and
gives the messages a second, and the microseconds of the processor for each: ours and the gateway's, its start included.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from text_message_sink import keys_in, running_sink

from tasks.gateways import sms
from tasks.senders.protocol import Message, Setting
from tasks.senders.side_by_side import SideBySide
from tasks.senders.sms import SmsSender

TEXT = "Hej Prov! Sortera matavfall från 18 april. Hämta påsar: Prov bibliotek."


def main(arguments: Sequence[str]) -> None:
    """Measure each way and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--late", type=float, default=0.05, help="seconds until a late gateway answers")
    given = parser.parse_args(arguments)
    for late, share in ((0.0, 1), (given.late, 10)):
        for connections in (1, 8):
            line = measured(given.messages // (share if connections == 1 else 1), connections, late)
            sys.stdout.write(json.dumps(line) + "\n")
    for connections in (1, 8):
        sys.stdout.write(json.dumps(measured(given.messages, connections, 0.0, to_sink=True)) + "\n")


def measured(number: int, connections: int, late: float, *, to_sink: bool = False) -> dict[str, float | str]:
    """Send so many messages over so many connections."""
    with tempfile.TemporaryDirectory(prefix="budkavle-texts-") as folder:
        store = Path(folder) / "store"
        faults = Path(folder) / "faults.json"
        faults.write_text(json.dumps({"rules": [{"fault": "late", "seconds": late}] if late else []}), encoding="utf-8")
        gateways = spent(resource.RUSAGE_CHILDREN)
        with running_sink(store) if to_sink else sms.running_gateway(store, faults) as url:
            own, began = spent(resource.RUSAGE_SELF), time.monotonic()
            send(f"{url}#connections={connections}", number, Path(folder))
            seconds, own = time.monotonic() - began, spent(resource.RUSAGE_SELF) - own
        assert len(set(keys_in(store)) if to_sink else sms.accepted(store)) == number
        gateways = spent(resource.RUSAGE_CHILDREN) - gateways
    return {
        "to": "sink" if to_sink else "gateway", "connections": connections, "answers_after": late, "messages": number,
        "messages_a_second": round(number / seconds), "own_microseconds": round(own / number * 1e6),
        "gateways_microseconds": round(gateways / number * 1e6),
    }  # fmt: skip


def send(url: str, number: int, home: Path) -> None:
    """Send so many messages as the delivery does, with a window that slides."""
    setting = Setting("r", "s", home, lambda _: TEXT.encode(), sms_url=url, text_sender="Stockholm")
    sender = SideBySide(SmsSender(setting))
    sender.open()
    waiting = [Message(f"{each:032}", "sms-sv", (), f"+4670{each:07}", "sv", {}) for each in range(number)]
    left = number
    while left:
        batch = [waiting.pop() for _ in range(min(sender.room, len(waiting)))]
        sender.prepare(batch)
        sender.hand_over(batch)
        left -= len(sender.collect(1.0, 0.0))
    sender.close()


def spent(whose: int) -> float:
    """Return seconds of the processor."""
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(sys.argv[1:])
