"""Render e-mails of about 10 kB to bytes from Parquet shards, on two cores, as the publishing worker does.

    python benchmarks/rendering.py [--messages 1000000] [--sample 2000]

Writes shards of 50,000 rows with the columns of tasks/shards.py, then two processes take every second shard through
``read_shard`` and the worker's ``renderer`` and throw the bytes away. Prints one JSON line per step: seconds by the
clock, seconds of the processor (all processes together), bytes per message, highest memory in MB of a process.
Beside it, on a sample: Jinja2 and EmailMessage for each person, as a ratio of processor time. Exits with 1 when a
million messages would take longer than 30 seconds by the clock.
"""

import argparse
import hashlib
import json
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import duckdb
import jinja2

from campaigns.brief_loading import find_campaign, load_brief
from tasks import store
from tasks.rendered_texts import render_texts
from tasks.shard_messages import read_shard, renderer
from tasks.shards import ROWS_PER_SHARD
from tasks.slots import readable
from tasks.variants import RenderedVariant
from tasks.workplace import Workplace

MOST_SECONDS = 30
SENDER = "budkavle@example.se"
PROCESSES = 2
MORE = "\n## Mer att läsa\n\n" + "Påsen räcker i en vecka, {{ first_name }}. Häng den luftigt, så håller den. " * 12
ROWS = """
SELECT
    'run' AS run, 'external' AS wave, md5('message' || i) AS message_id, 'email' AS channel,
    $1[1 + i % len($1)] AS variant, sha256('person' || i) AS person_key, sha256('address' || i) AS address_key,
    'person' || i || '@example.se' AS address, 'sv' AS language,
    MAP {'first_name': 'Förnamn' || i % 20000, 'last_name': 'Efternamn' || i % 50000,
         'pickup_place': 'Exempelplats ' || i % 40} AS slots,
    0.02 AS cost_sek, 0.0003 AS co2_kg, now() AS planned_at, 'shard' AS shard
FROM range($2, $3) AS numbers (i)
"""


def main() -> int:
    """Write the shards, render them, and print what it took; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=2_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="budkavle-rendering-") as temporary:
        folder = Path(temporary)
        variants = _variants(folder)
        names = _write_shards(folder, variants, given.messages)
        tell("Jinja2 and EmailMessage, a sample", given.sample, *_one_by_one(folder, names[0], variants, given.sample))
        seconds = _all_at_once(folder, names, given.messages)
    return int(seconds * 1_000_000 / given.messages > MOST_SECONDS)


def _variants(folder: Path) -> list[RenderedVariant]:
    """Return the e-mails of the food-waste campaign in Swedish, lengthened to about 10 kB, written as for a worker."""
    campaign = find_campaign("matavfall")
    longer = folder / campaign.name
    shutil.copytree(campaign, longer)
    text = longer / "text.sv.md"
    text.write_text(text.read_text(encoding="utf-8") + MORE, encoding="utf-8")
    texts = render_texts(load_brief(longer), longer, Workplace(folder, b"a key for benchmarks only"))
    chosen = [each for each in texts if (each.channel, each.wave, each.language) == ("email", "external", "sv")]
    (folder / "variants").mkdir()
    for each in chosen:
        (folder / "variants" / each.variant).write_bytes(each.template)
    return chosen


def _write_shards(folder: Path, variants: list[RenderedVariant], messages: int) -> list[str]:
    entries = []
    with duckdb.connect() as connection:
        for number, start in enumerate(range(0, messages, ROWS_PER_SHARD), start=1):
            path = folder / f"external-email-{number:04d}.parquet"
            values = [[each.variant for each in variants], start, min(start + ROWS_PER_SHARD, messages)]
            store.keep_rows(connection, ROWS, values, path)
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            entries.append({"shard": path.stem, "channel": "email", "sha256": sha256})
    (folder / "external.json").write_text(json.dumps({"shards": entries}))
    return [entry["shard"] for entry in entries]


def _all_at_once(folder: Path, names: list[str], messages: int) -> float:
    began = time.monotonic()
    context = multiprocessing.get_context("spawn")
    work = [(folder, names[number::PROCESSES]) for number in range(PROCESSES)]
    with context.Pool(PROCESSES) as pool:
        done = pool.starmap(_render_shards, work)
    seconds = time.monotonic() - began
    tell("shards to bytes", messages, seconds, sum(each[1] for each in done), sum(each[0] for each in done),
         max(each[2] for each in done))  # fmt: skip
    return seconds


def _render_shards(folder: Path, names: list[str]) -> tuple[int, float, float]:
    """Render shards one after another; return bytes, seconds of the processor and peak memory of this process."""
    size = 0
    templates = {path.name: path.read_bytes() for path in (folder / "variants").iterdir()}
    for name in names:
        render = renderer(templates, sender_address=SENDER, public_url="https://example.se")
        for message in read_shard(folder, name)[1]:
            size += len(render(message))
    return size, time.process_time(), _peak()


def _one_by_one(
    folder: Path, name: str, variants: list[RenderedVariant], sample: int
) -> tuple[float, float, int, float]:
    """Render a sample as one would without slots: a compiled Jinja2 template and an EmailMessage for each person."""
    environment = jinja2.Environment(autoescape=True)
    templates = {}
    for each in variants:
        text, page, subject = (_as_jinja(part) for part in (each.text, each.html, each.subject))
        templates[each.variant] = [environment.from_string(part) for part in (subject, text, page)]
    people = read_shard(folder, name)[1][:sample]
    size, wall, processor = 0, time.monotonic(), time.process_time()
    for person in people:
        values = {**person.slots, "unsubscribe_url": f"https://example.se/unsubscribe/{person.message_id}"}
        subject, text, page = (template.render(values) for template in templates[person.variant])
        message = EmailMessage(policy=SMTP)
        message["Subject"], message["To"] = subject, person.address
        message["From"] = Address("Stockholm Vatten och Avfall", addr_spec=SENDER)
        message["Message-ID"] = f"<{person.message_id}@example.se>"
        message.set_content(text, cte="8bit")
        message.add_alternative(page, subtype="html", cte="8bit")
        size += len(message.as_bytes())
    return time.monotonic() - wall, time.process_time() - processor, size, _peak()


def _as_jinja(part: str) -> str:
    return readable(part).replace("‹", "{{ ").replace("›", " }}")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tell(step: str, messages: int, seconds: float, processor: float, size: int, peak: float) -> None:
    """Print one step."""
    line = {
        "step": step,
        "messages": messages,
        "seconds": round(seconds, 2),
        "processor_seconds": round(processor, 2),
        "microseconds_each": round(processor / messages * 1e6, 1),
        "bytes_each": size // messages,
        "peak_mb": round(peak),
    }
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
