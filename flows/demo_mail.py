"""What the demo reads in its own mail server's store: approval codes and what was delivered."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from tasks import store
from tasks.workplace import Workplace

CODE = re.compile(r"--code (\S+)")
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([0-9a-f]{32})@", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Delivered:
    """How many messages of a run the server holds, and how many different ones."""

    messages: int
    distinct: int


def codes_in(sink: Path) -> list[str]:
    """Return the one-time codes of every approval mail in the store."""
    codes = []
    for path in sorted(sink.rglob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        body = mail.get_body(("plain",))
        codes += CODE.findall(body.get_content()) if body else []
    return list(dict.fromkeys(codes))


def delivered_in(sink: Path, run: str, place: Workplace) -> Delivered:
    """Count a run's messages in the store by their Message-ID."""
    with store.reading(place) as connection:
        planned = {
            row[0] for row in connection.execute("SELECT message_id FROM message WHERE run = ?", [run]).fetchall()
        }
    seen = [found[1].decode() for path in sink.rglob("*.eml") if (found := MESSAGE_ID.search(path.read_bytes()[:8192]))]
    ours = [message_id for message_id in seen if message_id in planned]
    return Delivered(len(ours), len(set(ours)))
