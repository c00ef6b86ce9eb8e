"""The decision log is proved line by line, against its table, and against a hash noted elsewhere."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from campaigns.errors import InputError
from flows.cli import app
from tasks import decisions, store
from tasks.audit import Break, verify
from tasks.workplace import Workplace

ENTRIES = 5


@pytest.fixture
def logged(workplace: Workplace) -> Workplace:
    for number in range(ENTRIES):
        decisions.record(workplace, "pause", actor=f"account:{number}", run="matavfall-1", detail={"number": number})
    assert verify(workplace).breaks == ()
    return workplace


def lines(workplace: Workplace) -> list[bytes]:
    return workplace.decisions.read_bytes().splitlines(keepends=True)


def test_a_whole_log_tells_its_entries_its_ends_and_its_newest_hash(logged: Workplace) -> None:
    found, known = verify(logged), list(decisions.read(logged))
    assert (found.entries, found.head, found.breaks) == (ENTRIES, known[-1].hash, ())
    assert (found.first, found.last) == (known[0].at, known[-1].at)


def test_an_empty_log_is_whole(workplace: Workplace) -> None:
    assert verify(workplace).as_dict() == {
        "entries": 0, "first": None, "last": None, "head": decisions.GENESIS, "intact": True, "breaks": [],
    }  # fmt: skip


@pytest.mark.parametrize("change", ["actor = 'someone else'", "detail = '{}'", "hash = 'x'", "run = 'another'"])
def test_a_changed_row_of_the_table_is_found_at_its_line(logged: Workplace, change: str) -> None:
    with store.writing(logged) as connection:
        connection.execute(f"UPDATE audit SET {change} WHERE sequence = 2")
    assert verify(logged).breaks == (Break(2, "the table audit says something else of this decision"),)


def test_a_row_taken_out_of_the_table_is_found(logged: Workplace) -> None:
    with store.writing(logged) as connection:
        connection.execute("DELETE FROM audit WHERE sequence = 2")
    assert verify(logged).breaks == (Break(2, "the table audit lacks this decision"),)


def test_a_log_that_lost_its_end_is_found_by_the_table_and_by_a_noted_hash(logged: Workplace) -> None:
    head = verify(logged).head
    logged.decisions.write_bytes(b"".join(lines(logged)[:-1]))
    assert [each.line for each in verify(logged).breaks] == [ENTRIES]
    with store.writing(logged) as connection:
        connection.execute("DELETE FROM audit")
    assert verify(logged).breaks == (), "without the table, the end alone cannot be missed"
    (found,) = verify(logged, head).breaks
    assert "cut off" in found.problem


def test_a_noted_hash_stays_proved_while_the_log_grows(logged: Workplace) -> None:
    head = verify(logged).head
    decisions.record(logged, "resume", actor="account:x")
    assert verify(logged, head).breaks == ()


def test_a_line_edited_with_its_hash_made_anew_breaks_at_the_next(logged: Workplace) -> None:
    kept = lines(logged)
    fields = json.loads(kept[1])
    fields["actor"] = "someone else"
    fields.pop("hash")
    kept[1] = json.dumps({**fields, "hash": decisions._digest(logged, fields)}).encode() + b"\n"
    logged.decisions.write_bytes(b"".join(kept))
    assert [each.line for each in verify(logged).breaks] == [3, 2]


def plain(number: int, previous: str, **said: Any) -> tuple[bytes, str]:
    """A line as anybody without the key can write it, and its hash."""
    body = {
        "sequence": number, "at": datetime.now(UTC).isoformat(), "actor": "x", "action": "pause", "run": None,
        "detail": {}, "previous": previous, **said,
    }  # fmt: skip
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return json.dumps({**body, "hash": digest}, ensure_ascii=False).encode() + b"\n", digest


def test_lines_without_key_never_count_even_where_no_keyed_one_comes_before(workplace: Workplace) -> None:
    workplace.home.mkdir()
    first, digest = plain(1, decisions.GENESIS)
    workplace.decisions.write_bytes(first + plain(2, digest)[0])
    assert [each.line for each in verify(workplace).breaks] == [1, 2]
    with pytest.raises(InputError, match=r"decisions\.log:1"):
        list(decisions.read(workplace))
    with pytest.raises(InputError, match=r"decisions\.log:2"):
        decisions.record(workplace, "resume", actor="account:x")


def test_a_line_without_the_key_breaks_the_chain(logged: Workplace) -> None:
    forged, _ = plain(ENTRIES + 1, verify(logged).head)
    logged.decisions.write_bytes(b"".join(lines(logged)) + forged)
    assert verify(logged).breaks == (Break(6, "its hash is not keyed, so anybody may have written it"),)
    with pytest.raises(InputError, match=r"decisions\.log:6"):
        list(decisions.read(logged))


def test_another_key_proves_nothing(logged: Workplace) -> None:
    assert len(verify(replace(logged, key=b"another key")).breaks) >= ENTRIES
    with pytest.raises(InputError, match="BUDKAVLE_SECRET_KEY"):
        list(decisions.read(replace(logged, key=b"another key")))


@pytest.mark.parametrize("length", [1, 65_000, 65_536, 70_000, 1_000_000])
def test_a_long_line_holds_up_no_later_decision(logged: Workplace, length: int) -> None:
    decisions.record(logged, "import", actor="account:x", detail={"keys": ["y" * length]})
    decisions.record(logged, "resume", actor="account:x")
    with logged.decisions.open("ab") as log:
        log.write(b'{"torn": "' + b"z" * length)
    assert decisions.record(logged, "resume", actor="account:x").sequence == ENTRIES + 3
    assert verify(logged).breaks == ()


def test_a_name_that_is_no_text_is_written_all_the_same(logged: Workplace) -> None:
    decisions.record(logged, "resume", actor="account:a\udcff", detail={"reason": "b\ud800"})
    decisions.record(logged, "resume", actor="account:x")
    assert verify(logged).breaks == ()
    assert [each.actor for each in decisions.read(logged)][-2:] == ["account:a?", "account:x"]


def test_a_last_line_that_is_none_is_told_by_its_number(logged: Workplace) -> None:
    with logged.decisions.open("ab") as log:
        log.write(b"nothing\n")
    with pytest.raises(InputError, match=r"decisions\.log:6"):
        decisions.record(logged, "resume", actor="account:x")


def test_a_torn_end_does_not_count(logged: Workplace) -> None:
    with logged.decisions.open("ab") as log:
        log.write(b'{"sequence": 6, "at": ')
    assert (verify(logged).entries, verify(logged).breaks) == (ENTRIES, ())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_line_can_be_changed_moved_or_taken_out_unseen(logged: Workplace, data: st.DataObject) -> None:
    whole = lines(logged)
    number = data.draw(st.integers(0, ENTRIES - 1))
    how = data.draw(st.sampled_from(["byte", "out", "twice", "swap"]))
    changed = list(whole)
    if how == "byte":
        place = data.draw(st.integers(0, len(whole[number]) - 2))
        byte = data.draw(st.integers(32, 126).filter(lambda value: value != whole[number][place]))
        changed[number] = whole[number][:place] + bytes([byte]) + whole[number][place + 1 :]
    elif how == "out":
        del changed[number]
    elif how == "twice":
        changed.insert(number, whole[number])
    else:
        other = data.draw(st.integers(0, ENTRIES - 1).filter(lambda value: value != number))
        changed[number], changed[other] = whole[other], whole[number]
    logged.decisions.write_bytes(b"".join(changed))
    try:
        assert verify(logged).breaks
    finally:
        logged.decisions.write_bytes(b"".join(whole))


def test_the_command_exits_1_and_names_the_line(logged: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUDKAVLE_HOME", str(logged.home))
    monkeypatch.setenv("BUDKAVLE_SECRET_KEY", logged.key.decode())
    whole = CliRunner().invoke(app, ["audit", "verify"])
    assert (whole.exit_code, whole.output.splitlines()[0], whole.output.splitlines()[-1]) == (
        0,
        "decisions  5",
        "intact",
    )
    kept = lines(logged)
    logged.decisions.write_bytes(b"".join([kept[0], kept[1].replace(b"account:1", b"account:9"), *kept[2:]]))
    broken = CliRunner().invoke(app, ["audit", "verify", "--json"])
    assert broken.exit_code == 1
    told = json.loads(broken.output)
    assert told["intact"] is False
    assert told["breaks"][0] == {"line": 2, "problem": "what it says is not what its hash was made of"}
