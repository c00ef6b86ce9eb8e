import os
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.errors import InputError
from tasks import journal
from tasks.journal import Journal, Record

RECORDS = st.lists(
    st.builds(
        Record,
        st.sampled_from(["marked", "accepted", "deferred", "unknown"]),
        st.text("0123456789abcdef", min_size=32, max_size=32),
        st.integers(0, 2**45),
        st.integers(0, 99),
        st.text("0123456789abc_", max_size=12),
        st.text("0123456789abc.", max_size=12),
    ),
    min_size=1,
    max_size=8,
)


def written(path: Path, records: list[Record]) -> bytes:
    path.unlink(missing_ok=True)
    file = Journal(path)
    file.append(records)
    file.close()
    return path.read_bytes()


@given(RECORDS)
@settings(max_examples=50, deadline=None)
def test_what_is_written_is_read_back_with_its_offset(tmp_path_factory: pytest.TempPathFactory, records) -> None:
    path = tmp_path_factory.mktemp("j") / "s.e0001.journal"
    content = written(path, records)
    found = journal.read(path)
    assert [record for _, record in found] == records
    assert [content[offset:].split(b"\n")[0] + b"\n" for offset, _ in found] == [journal.encode(r) for r in records]
    for position, (offset, _) in enumerate(found):
        assert journal.read(path, offset) == found[position:]


@given(RECORDS)
@settings(max_examples=12, deadline=None)
def test_a_tail_torn_at_any_byte_costs_only_the_torn_record(tmp_path_factory, records) -> None:
    path = tmp_path_factory.mktemp("j") / "s.e0001.journal"
    content = written(path, records)
    for length in range(len(content) + 1):
        path.write_bytes(content[:length])
        assert [record for _, record in journal.read(path)] == records[: content[:length].count(b"\n")]


@given(RECORDS, st.data())
@settings(max_examples=80, deadline=None)
def test_no_changed_byte_is_ever_read_as_a_record(tmp_path_factory, records, data) -> None:
    path = tmp_path_factory.mktemp("j") / "s.e0001.journal"
    content = bytearray(written(path, records))
    place = data.draw(st.integers(0, len(content) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda value: value != content[place]))
    content[place] = value
    path.write_bytes(content)
    if place == len(content) - 1:
        assert [record for _, record in journal.read(path)] == records[:-1]
        return
    with pytest.raises(InputError) as refused:
        journal.read(path)
    damaged = content[:place].rfind(b"\n") + 1
    assert str(path) in refused.value.where
    assert f"byte {damaged}" in refused.value.where


def test_an_epoch_is_never_written_twice(tmp_path: Path) -> None:
    path = journal.next_segment(tmp_path, "wave-email-0001")
    written(path, [journal.now("marked", "a" * 32, 1)])
    with pytest.raises(FileExistsError):
        Journal(path)
    assert journal.next_segment(tmp_path, "wave-email-0001").name == "wave-email-0001.e0002.journal"


def test_shards_whose_names_begin_alike_are_kept_apart(tmp_path: Path) -> None:
    for shard in ("external-email-0001", "external-email-00011"):
        written(journal.next_segment(tmp_path, shard), [journal.now("accepted", shard, 1)])
    assert set(journal.standings(tmp_path, "external-email-0001")) == {"external-email-0001"}


def test_later_epochs_decide_how_a_message_stands(tmp_path: Path) -> None:
    written(journal.next_segment(tmp_path, "s"), [journal.now("marked", "m", 1)])
    written(journal.next_segment(tmp_path, "s"), [journal.now("unknown", "m", 1), journal.now("marked", "n", 1)])
    found = journal.standings(tmp_path, "s")
    assert (found["m"].status, found["m"].unknowns, found["n"].status) == ("unknown", 1, "marked")


def test_nothing_in_a_reply_can_break_a_line(tmp_path: Path) -> None:
    path = tmp_path / "s.e0001.journal"
    written(path, [Record("accepted", "m", 1, 1, "25\t0\n", "id\r\n\tå" * 100), Record("accepted", "n", 1, 1)])
    (_, first), (_, second) = journal.read(path)
    assert (first.code, len(first.provider_ref) <= 64, second.message_id) == ("250", True, "n")


def test_a_full_disk_stops_the_journal_for_good(tmp_path: Path) -> None:
    """A file size limit stands in for the full disk: the kernel cuts the write short in the same way."""
    path = tmp_path / "s.e0001.journal"
    child = os.fork()
    if child == 0:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        file, refused = Journal(path), 0
        for _ in range(3):
            try:
                file.append([journal.now("marked", "a" * 32, 1)])
            except OSError:
                refused += 1
                resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        os._exit(refused)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
    assert len(journal.read(path)) == 1
