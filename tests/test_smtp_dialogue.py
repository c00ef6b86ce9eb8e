"""The state machine of a connection against the shipped gateway's session, byte for byte, without a socket."""

import asyncio
import itertools
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.gateways.smtp_session import Faults, Session
from tasks.gateways.smtp_store import Store, accepted
from tasks.senders.protocol import Message, Outcome
from tasks.senders.smtp_dialogue import LOST, Dialogue
from tasks.senders.smtp_letter import Letter, as_sent, on_the_wire

SENDER = b"budkavle@example.se"
ALL = ("pipelining", "8bitmime", "smtputf8")
REFUSALS = ["421 4.3.2 closing", "450 4.2.1 later", "452 4.3.1 full", "500 what", "550 5.1.1 nobody", "554 5.7.1 no"]
GARBAGE = ["hello", "25", "999 x", "\x00\xff", "200-and\r\n250 mixed", "250-" + "x" * 9000]
NUMBERS = itertools.count()


class Wire(asyncio.Transport):
    """The relay's end of a connection in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.written, self.closed = b"", False

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


@dataclass
class Chances:
    """How bytes are cut, after how many of either direction the connection breaks, when letters are released.

    ``released``: which turns release one; ``called_off``: after how many turns those that are not are called off.
    ``last_first``: letters are handed out from the end, released ones behind others.
    """

    cuts: list[int]
    up_breaks: int = 10**6
    down_breaks: int = 10**6
    released: list[bool] = field(default_factory=lambda: [True])
    called_off: int = -1
    last_first: bool = False
    place: int = field(default=0)

    def cut(self, length: int) -> int:
        self.place += 1
        return 1 + self.cuts[self.place % len(self.cuts)] % length


CHANCES = st.builds(
    Chances,
    st.lists(st.integers(0, 400), min_size=1, max_size=12),
    st.one_of(st.just(10**6), st.integers(0, 1500)),
    st.one_of(st.just(10**6), st.integers(0, 400)),
    st.lists(st.booleans(), min_size=1, max_size=6),
    st.one_of(st.just(-1), st.integers(0, 12)),
    st.booleans(),
)


def letters(how_many: int, contents: list[bytes], *, released: bool = True) -> list[Letter]:
    numbers = [next(NUMBERS) for _ in range(how_many)]
    made = [
        Letter(Message(str(n), "v", (), f"{n}@example.se", "sv", {}), b"%d@example.se" % n, on_the_wire(content))
        for n, content in zip(numbers, contents, strict=False)
    ]
    for letter in made:
        letter.released = released
    return made


def converse(dialogue: Dialogue, store: Store, faults: Faults, waiting: list[Letter], chances: Chances) -> None:
    """Let a dialogue and a relay talk until nothing is left to say or the connection breaks."""
    session, wire = Session(store, faults), Wire()
    session.connection_made(wire)
    wire.written, up, down, is_idle = b"", 0, 0, False
    announced: list[Letter] = []
    for turn in itertools.count():
        if dialogue.ended:
            break
        if turn == chances.called_off:
            dialogue.call_off()
            waiting[:0] = unsettled(dialogue, announced)
            announced.clear()
        hand_out(dialogue, waiting, announced, -1 if chances.last_first else 0)
        if announced and (is_idle or chances.released[turn % len(chances.released)]):
            announced.pop(0).released = True
        dialogue.go_on()
        assert turn < 20_000, "nothing moves any more"
        if data := dialogue.outgoing():
            data = data[: chances.cut(len(data))]
            dialogue.left(len(data))
            if not wire.closed:
                session.data_received(data[: max(0, chances.up_breaks - up)])
            up += len(data)
        if up > chances.up_breaks or down >= chances.down_breaks or (wire.closed and not wire.written):
            dialogue.end(LOST)
        elif wire.written:
            count = min(chances.cut(len(wire.written)), chances.down_breaks - down)
            dialogue.received(wire.written[:count])
            wire.written, down = wire.written[count:], down + count
        elif not data and not dialogue.held:
            break
        is_idle = not data and not wire.written


def hand_out(dialogue: Dialogue, waiting: list[Letter], announced: list[Letter], place: int) -> None:
    """Let the dialogue have as many letters as it has room for, and note those that are still to be released."""
    while waiting and dialogue.room:
        letter = waiting.pop(place)
        dialogue.take(letter)
        announced += [] if letter.released else [letter]


def unsettled(dialogue: Dialogue, announced: list[Letter]) -> list[Letter]:
    """Return the letters that were called off, as new ones."""
    settled = [letter for letter, _ in dialogue.settled]
    off = [letter for letter in announced if letter not in settled and letter not in dialogue.returned]
    return [Letter(letter.message, letter.recipient, letter.wire) for letter in off]


def refused_once(place: str, text: str) -> Faults:
    return Faults(reply={place: text, "share": 0.4, "seed": len(text)}) if place else Faults()


@given(
    contents=st.lists(st.binary(max_size=60) | st.just(b"..\r\n.\r\n\r\n."), min_size=1, max_size=7),
    broken=st.lists(st.tuples(CHANCES, st.sampled_from(["", "mail", "rcpt", "data", "dot", "rset"]),
                              st.sampled_from(REFUSALS + GARBAGE)), max_size=4),
    extensions=st.sampled_from([ALL, ALL[1:]]),
)  # fmt: skip
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_letter_is_ever_told_accepted_that_the_relay_has_not_and_none_is_sent_twice(
    sink: tuple[Path, Store], contents: list[bytes], broken: list[tuple[Chances, str, str]], extensions: tuple[str, ...]
) -> None:
    folder, store = sink
    first = sum(1 for _ in accepted(folder))
    todo = letters(len(contents), contents, released=False)
    expected = {each.recipient.decode(): as_sent(content) for each, content in zip(todo, contents, strict=True)}
    told: dict[str, Outcome] = {}
    for chances, place, text in [*broken, *[(Chances([10_000]), "", "")] * 8]:
        dialogue = Dialogue(SENDER, extensions)
        converse(dialogue, store, refused_once(place, text), todo, chances)
        todo = dialogue.returned + todo
        for letter, outcome in dialogue.settled:
            assert told.get(letter.message.address, Outcome("deferred")).status == "deferred"
            told[letter.message.address] = outcome
            assert letter.released or outcome.status in ("rejected", "deferred")
            if outcome.status == "deferred":
                todo.append(Letter(letter.message, letter.recipient, letter.wire))
        assert dialogue.held == 0
    stored = accepted(folder)[first:]
    arrived = Counter(address for entry in stored for address in entry["rcpt_to"])
    assert max(arrived.values(), default=1) == 1
    assert set(told) == set(expected)
    status = {address: outcome.status for address, outcome in told.items()}
    assert {address for address, each in status.items() if each == "accepted"} <= set(arrived)
    assert {address for address, each in status.items() if each == "rejected"}.isdisjoint(arrived)
    assert "deferred" not in status.values()
    assert all((folder / entry["file"]).read_bytes() == expected[entry["rcpt_to"][0]] for entry in stored)


@pytest.fixture
def sink(tmp_path: Path) -> tuple[Path, Store]:
    return tmp_path, Store(tmp_path)


def said(dialogue: Dialogue) -> bytes:
    data = dialogue.outgoing()
    if data:
        dialogue.left(len(data))
    return data


def begun(how_many: int = 2, extensions: tuple[str, ...] = ALL) -> tuple[Dialogue, list[Letter]]:
    dialogue, sent = Dialogue(SENDER, extensions), letters(how_many, [b"hej\r\n"] * how_many)
    for letter in sent:
        dialogue.take(letter)
    return dialogue, sent


def outcomes(dialogue: Dialogue) -> list[tuple[str, str]]:
    return [(outcome.status, outcome.code) for _, outcome in dialogue.settled]


def test_the_next_envelope_leaves_with_the_final_dot() -> None:
    dialogue, (first, second) = begun()
    assert said(dialogue).endswith(b"RCPT TO:<%s>\r\nDATA\r\n" % first.recipient)
    dialogue.received(b"250 ok\r\n250 ok\r\n354 go\r\n")
    data = said(dialogue)
    assert data.startswith(b"hej\r\n.\r\nMAIL FROM:<budkavle@example.se> BODY=8BITMIME\r\n")
    assert data.endswith(b"RCPT TO:<%s>\r\nDATA\r\n" % second.recipient)
    dialogue.received(b"250 2.0.0 Ok: queued as 4XyZ\r\n")
    assert dialogue.settled == [(first, Outcome("accepted", "250", "4XyZ"))]


def test_without_pipelining_nothing_leaves_before_its_turn() -> None:
    dialogue, (letter,) = begun(1, ALL[1:])
    steps = [said(dialogue)]
    for reply in (b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
        dialogue.received(reply)
        steps.append(said(dialogue))
    assert [step.split()[0] for step in steps] == [b"MAIL", b"RCPT", b"DATA", b"hej"]
    dialogue.received(b"250 ok\r\n")
    assert outcomes(dialogue) == [("accepted", "250")]
    assert (dialogue.held, letter.refusal) == (0, None)


def test_a_refused_envelope_that_may_be_followed_by_a_body_delivers_nothing() -> None:
    """A relay that says go on although it has refused the recipient would take a lone dot for an empty letter."""
    dialogue, (_, second) = begun()
    said(dialogue)
    dialogue.received(b"250 ok\r\n550 5.1.1 nobody\r\n354 go\r\n")
    assert (dialogue.ended, said(dialogue)) == (True, b"")
    assert (outcomes(dialogue), dialogue.returned) == ([("rejected", "550")], [second])


def test_a_refused_envelope_is_taken_back_before_the_next() -> None:
    dialogue, _ = begun()
    said(dialogue)
    dialogue.received(b"250 ok\r\n450 later\r\n503 no\r\n")
    assert outcomes(dialogue) == [("deferred", "450")]
    assert said(dialogue).startswith(b"RSET\r\nMAIL")
    dialogue.received(b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n")
    assert said(dialogue) == b"hej\r\n.\r\n"


@pytest.mark.parametrize("reply", ["250 ok\r\n", "421 bye\r\n", "552 too large\r\n", "x\r\n"])
def test_an_answer_before_the_final_dot_has_left_is_not_one_to_it(reply: str) -> None:
    dialogue, (letter,) = begun(1)
    said(dialogue)
    dialogue.received(b"250 ok\r\n250 ok\r\n354 go\r\n")
    dialogue.left(len(dialogue.outgoing()) - 1)
    dialogue.received(reply.encode())
    assert outcomes(dialogue) == [("deferred", LOST)]
    assert (dialogue.ended, dialogue.returned, letter.dot > 0) == (True, [], True)


def test_what_an_encrypted_connection_may_have_sent_is_in_doubt() -> None:
    dialogue, _ = begun(1)
    said(dialogue)
    dialogue.received(b"250 ok\r\n250 ok\r\n354 go\r\n")
    dialogue.offered(len(dialogue.outgoing()))
    dialogue.end(LOST)
    assert outcomes(dialogue) == [("unknown", LOST)]


def test_whoever_stood_behind_a_lost_letter_is_not_blamed_but_only_so_often() -> None:
    letter = letters(1, [b"hej"])[0]
    for number in range(4):
        dialogue, _ = begun(1)
        said(dialogue)
        dialogue.received(b"250 ok\r\n250 ok\r\n354 go\r\n")
        dialogue.take(letter)
        said(dialogue)
        dialogue.end("timeout")
        assert outcomes(dialogue)[0] == ("unknown", "timeout")
        assert dialogue.returned == ([letter] if number < 3 else [])
    assert outcomes(dialogue)[1] == ("deferred", LOST)


def test_a_letter_lost_in_its_own_envelope_is_deferred_and_one_of_which_nothing_left_is_not() -> None:
    dialogue, (first, second) = begun()
    said(dialogue)
    dialogue.end(LOST)
    assert (dialogue.settled, dialogue.returned) == ([(first, Outcome("deferred", LOST, "", True))], [second])
    silent, (letter,) = begun(1)
    silent.end(LOST)
    assert (silent.settled, silent.returned) == ([], [letter])


def test_an_address_beyond_ascii_needs_a_relay_that_takes_it() -> None:
    letter = Letter(Message("m", "v", (), "å@example.se", "sv", {}), "å@example.se".encode(), b".\r\n")
    plain, international = Dialogue(SENDER, ALL[:2]), Dialogue(SENDER, ALL)
    plain.take(letter)
    assert (outcomes(plain), said(plain)) == ([("rejected", "address_unusable")], b"")
    international.take(letter)
    assert b"BODY=8BITMIME SMTPUTF8\r\n" in said(international)


def announced(how_many: int) -> tuple[Dialogue, list[Letter]]:
    dialogue, sent = Dialogue(SENDER, ALL), letters(how_many, [b"hej\r\n"] * how_many, released=False)
    for letter in sent:
        dialogue.take(letter)
    return dialogue, sent


def test_the_content_of_a_letter_waits_for_its_release_and_its_envelope_does_not() -> None:
    dialogue, (first, second) = announced(2)
    assert said(dialogue).endswith(b"RCPT TO:<%s>\r\nDATA\r\n" % first.recipient)
    dialogue.received(b"250 ok\r\n250 ok\r\n354 go\r\n")
    assert (said(dialogue), dialogue.waiting) == (b"", "")
    first.released = True
    dialogue.go_on()
    assert said(dialogue).startswith(b"hej\r\n.\r\nMAIL")
    dialogue.received(b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n")
    assert (outcomes(dialogue), said(dialogue)) == ([("accepted", "250")], b"")
    dialogue.end(LOST)
    assert (outcomes(dialogue), dialogue.returned) == ([("accepted", "250")], [second])


@pytest.mark.parametrize("reply", [b"250 ok\r\n", b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"])
def test_a_begun_envelope_that_is_called_off_ends_the_connection_once_the_letter_before_it_is_answered_for(
    reply: bytes,
) -> None:
    dialogue, (first, _) = announced(2)
    first.released = True
    said(dialogue)
    dialogue.received(b"250 ok\r\n250 ok\r\n354 go\r\n")
    said(dialogue)
    dialogue.call_off()
    assert (dialogue.held, dialogue.room, dialogue.ended) == (1, 0, False)
    dialogue.received(reply)
    assert (outcomes(dialogue), dialogue.returned, dialogue.ended) == ([("accepted", "250")], [], True)


@pytest.mark.parametrize("replies", [b"", b"250 ok\r\n250 ok\r\n354 go\r\n"])
def test_a_released_letter_never_leaves_under_an_envelope_that_was_called_off(replies: bytes) -> None:
    dialogue, (other,) = announced(1)
    said(dialogue)
    (letter,) = letters(1, [b"hej\r\n"])
    dialogue.take(letter)
    dialogue.received(replies)
    dialogue.call_off()
    dialogue.go_on()
    assert (dialogue.ended, dialogue.settled, dialogue.returned) == (True, [], [letter])
    assert (said(dialogue), other.early) == (b"", None)


def test_an_envelope_that_is_called_off_alone_ends_the_connection_at_once() -> None:
    dialogue, _ = announced(2)
    dialogue.call_off()
    assert (dialogue.settled, dialogue.returned, dialogue.ended) == ([], [], True)


def test_a_letter_that_is_lost_before_its_release_is_returned_whatever_was_said_of_it() -> None:
    dialogue, sent = announced(2)
    said(dialogue)
    dialogue.received(b"250 ok\r\n")
    dialogue.end(LOST)
    assert (dialogue.settled, dialogue.returned) == ([], sent)


def test_what_is_called_off_before_it_was_begun_leaves_the_connection_as_it_was() -> None:
    dialogue, (first, _) = announced(2)
    first.released = True
    dialogue.call_off()
    assert (dialogue.held, dialogue.room, dialogue.ended) == (1, 1, False)
    assert said(dialogue).endswith(b"RCPT TO:<%s>\r\nDATA\r\n" % first.recipient)
