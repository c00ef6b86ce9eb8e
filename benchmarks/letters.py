"""Set letters as a shard's sender does, beside one typst compilation per letter: one JSON line per step.

    python benchmarks/letters.py --letters 1000 10000 --apart 200

The letter is that of `matavfall` in Swedish with names and addresses that differ. A line gives the letters, files and
pages, the seconds by the clock and of the processor (every process together), and the highest resident memory in MB of
the sender and of the largest process that set a file. The last line compares with one PDF per letter, set by one
compiler in one process, and with one that starts anew for each, on a sample.
"""

import argparse
import csv
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from campaigns.brief_loading import load_brief
from tasks import slots
from tasks.rendered_texts import render_texts
from tasks.senders.letter import LetterSender
from tasks.senders.protocol import Message, Setting
from tasks.slot_values import default_values
from tasks.typesetting import typeset, typeset_apart
from tasks.workplace import Workplace

CAMPAIGN = Path(__file__).parents[1] / "campaigns" / "matavfall"


def main(arguments: Sequence[str]) -> None:
    """Measure every size, then the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--apart", type=int, default=200, help="size of the sample set one letter at a time")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="budkavle-letters-") as folder:
        template, values = _template(Path(folder))
        for count in given.letters:
            _print(_shard(Path(folder) / str(count), template, _people(count, values)))
        _print(_ratio(Path(folder) / "sample", template, _people(given.apart, values)))


def _template(folder: Path) -> tuple[slots.Template, dict[str, str]]:
    brief = load_brief(CAMPAIGN)
    texts = render_texts(brief, CAMPAIGN, Workplace(home=folder, key=b"a key for benchmarks only"))
    letter = next(each for each in texts if (each.channel, each.language, each.wave) == ("letter", "sv", "external"))
    return slots.parse(letter.template), default_values(brief, "sv")


def _people(count: int, values: dict[str, str]) -> list[Message]:
    return [
        Message(
            f"{number:032}", "letter-sv", (), "sv", "sv",
            values | {"first_name": f"Prov{number}", "address_name": f"Prov{number} Prov", "street": f"Gata {number}"},
        )
        for number in range(count)
    ]  # fmt: skip


def _shard(folder: Path, template: slots.Template, people: list[Message]) -> dict[str, Any]:
    sender = LetterSender(Setting("run", "shard", folder, lambda message: template.fill(message.slots)))

    def hand_over() -> None:
        sender.open()
        sender.prepare(people)
        list(sender.send(people))

    times = _timed(hand_over)
    rows = list(csv.DictReader(sender.manifest.open(encoding="utf-8")))
    files = {row["file"] for row in rows}
    size = sum((sender.manifest.parent / name).stat().st_size for name in files)
    pages = sum(int(row["pages"]) for row in rows)
    return {"letters": len(rows), "files": len(files), "pages": pages, "megabytes": round(size / 1e6, 1), **times}


def _ratio(folder: Path, template: slots.Template, people: list[Message]) -> dict[str, Any]:
    together = _shard(folder, template, people)["processor_seconds"]
    documents = [template.fill(message.slots) for message in people]
    one_compiler = _timed(lambda: [typeset(document) for document in documents])["processor_seconds"]
    some = documents[: max(1, len(documents) // 10)]
    anew = _timed(lambda: [typeset_apart(document) for document in some])["processor_seconds"]
    anew *= len(documents) / len(some)
    return {
        "sample": len(people), "in_files": together, "one_by_one": one_compiler, "one_by_one_anew": round(anew, 1),
        "ratio": round(one_compiler / together, 1), "ratio_anew": round(anew / together, 1),
    }  # fmt: skip


def _timed(work: Callable[[], object]) -> dict[str, Any]:
    started, before = time.monotonic(), _processor_seconds()
    work()
    return {
        "seconds": round(time.monotonic() - started, 1),
        "processor_seconds": round(_processor_seconds() - before, 1),
        "sender_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "setting_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
    }


def _processor_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _print(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
