"""The city's page has an Atom entry: valid, the same one ever after, and about nobody."""

from datetime import UTC, datetime
from pathlib import Path

import lxml.etree
from test_messages import a_brief, a_folder, rendered

from tasks.senders.atom import feed_of
from tasks.senders.protocol import Message, Setting
from tasks.senders.web import WebSender
from tasks.workplace import Workplace

ATOM = {"a": "http://www.w3.org/2005/Atom"}
LATER = datetime(2027, 1, 18, 8, tzinfo=UTC)
TEXT = "---\nsubject: Sortera nu\npreheader: Så kommer du i gång & hemma\n---\nHej {{ first_name }}\n"


def told(feed: bytes, path: str) -> str:
    return str(lxml.etree.fromstring(feed).xpath(f"string({path})", namespaces=ATOM))


def test_an_entry_says_what_the_page_says_and_nothing_of_a_person(tmp_path: Path, workplace: Workplace) -> None:
    page = rendered(a_folder(tmp_path, TEXT), workplace, "web").template
    feed = feed_of(page, "matavfall-2027-1", "sv", LATER)
    assert told(feed, "/a:feed/a:entry/a:title") == "Sortera nu"
    assert told(feed, "//a:entry/a:summary") == "Så kommer du i gång & hemma"
    assert told(feed, "//a:entry/a:author/a:name").startswith("Stockholm Vatten och Avfall")
    assert told(feed, "//a:entry/a:link/@href") == a_brief().landing_page
    assert told(feed, "//a:entry/a:updated") == "2027-01-18T08:00:00+00:00"
    assert "@" not in feed.decode()
    assert all(told(feed, f"/a:feed/a:{part}") for part in ("id", "title", "updated", "author/a:name"))


def test_the_id_stays_and_differs_by_run_and_language() -> None:
    ids = [
        told(feed_of(page, run, language, LATER), "//a:entry/a:id")
        for page, run, language in [
            (b"<h1>A</h1>", "one", "sv"), (b"<h1>B</h1>", "one", "sv"), (b"<h1>A</h1>", "two", "sv"),
            (b"<h1>A</h1>", "one", "en"),
        ]
    ]  # fmt: skip
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_the_same_page_again_leaves_the_entry_and_another_page_renews_it(tmp_path: Path, workplace: Workplace) -> None:
    pages = [b"<h1>A</h1>", b"<h1>A</h1>", b"<h1>B</h1>"]
    entries = []
    for page in pages:
        sender = WebSender(Setting("run", "shard", tmp_path, lambda _, page=page: page))  # type: ignore[misc]
        sender.open()
        (outcome,) = sender.send([Message("1", "web-sv", (), "sv", "sv", {})])
        assert outcome.status == "accepted"
        entries.append((tmp_path / "sink" / "web" / "run" / "sv.atom").read_bytes())
    assert entries[0] == entries[1]
    assert told(entries[2], "//a:entry/a:title") == "B"
    assert [path.name for path in sorted((tmp_path / "sink" / "web" / "run").iterdir())] == ["sv.atom", "sv.html"]


def test_a_heading_that_is_hostile_stays_words() -> None:
    feed = feed_of("<h1>&lt;/title&gt;&lt;x&gt; &amp; å</h1>".encode(), "run", "sv", LATER)
    assert told(feed, "//a:entry/a:title") == "</title><x> & å"
