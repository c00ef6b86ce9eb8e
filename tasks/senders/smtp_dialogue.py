"""One SMTP connection as a state machine (RFC 5321): the relay's bytes in, bytes to send and outcomes out.

It knows no socket and no clock, so that any cutting of the replies and any fault can be tried. Where the relay offers
PIPELINING (RFC 2920), the next letter's MAIL, RCPT and DATA leave together with the final dot before them, so that a
letter costs one round trip; otherwise commands go in turns. Replies come in the order of the commands, which is all
that ties them together: the first one that no command can have asked for ends the connection.

A letter's envelope may be said before it is released, its content not. Before its final dot has left a letter is surely
not sent; from then on only the reply to the dot tells.
"""

import re
from collections import deque
from collections.abc import Collection

from tasks.senders.protocol import Outcome
from tasks.senders.smtp_letter import NOT_YET, Letter
from tasks.senders.smtp_replies import GARBAGE, Replies

RESET, MAIL, RECIPIENT, DATA, DOT = range(5)
ENVELOPE: tuple[int, ...] = (MAIL, RECIPIENT, DATA)
REFERENCE = re.compile(rb"(?:queued as|id=)\s*([\w.-]{1,64})", re.IGNORECASE)
MOST_RETURNS = 3
USUAL = re.compile(
    rb"250 ([^\r\n]{0,500})\r\n250 [^\r\n]{0,500}\r\n250 [^\r\n]{0,500}\r\n354 [^\r\n]{0,500}\r\n"
).fullmatch
"""What a relay mostly sends at once: yes to a final dot and to the whole envelope behind it."""
ACCEPTED = Outcome("accepted", "250")

LOST, TIMEOUT, UNREADABLE = "connection_lost", "timeout", "reply_unreadable"


class Dialogue:
    """What is said on one connection once it is open, from MAIL on; the holder moves the bytes and reads the lists.

    ``settled`` are letters with their outcomes. ``returned`` are letters that stood behind another one when the
    connection ended: nothing of their content has left, and nobody has refused them. ``ended``: hang up.
    """

    def __init__(self, sender: bytes, extensions: Collection[str]) -> None:
        self.settled: list[tuple[Letter, Outcome]] = []
        self.returned: list[Letter] = []
        self.ended = False
        self.progress = 0
        self.most = 2 if "pipelining" in extensions else 1
        self._mail = b"MAIL FROM:<%s>%s" % (sender, b" BODY=8BITMIME" if "8bitmime" in extensions else b"")
        self._international = "smtputf8" in extensions
        self._held: deque[Letter] = deque()
        self._expected: deque[tuple[int, Letter]] = deque()
        self._turns: deque[tuple[int, bytes]] = deque()
        self._negotiating, self._unfinished = False, False
        self._ready = self._is_last = False
        self._out: list[bytes] = []
        self._queued = self._left = self._offered = 0
        self._replies = Replies()

    @property
    def held(self) -> int:
        """How many letters it has and has not settled."""
        return len(self._held)

    @property
    def room(self) -> int:
        """How many letters it can take now."""
        return 0 if self.ended or self._is_last else self.most - len(self._held)

    @property
    def waiting(self) -> str:
        """What the relay owes: ``dot`` the reply to a final dot that has left, ``step`` anything else, or nothing."""
        if not self._expected:
            return "step" if self._out else ""
        step, letter = self._expected[0]
        return "dot" if step == DOT and letter.dot <= self._left else "step"

    def take(self, letter: Letter) -> None:
        """Send a letter as soon as the one before it allows; to be called while fewer than ``most`` are held."""
        if not (letter.recipient.isascii() or self._international):
            self.settled.append((letter, Outcome("rejected", "address_unusable")))
            return
        self._held.append(letter)
        if not self._negotiating:
            self._begin(letter)

    def go_on(self) -> None:
        """Send the content of the letter that the relay waits for, if it has been released meanwhile."""
        if self._ready and self._held[0].released:
            self._send_content(self._held[0])

    def call_off(self) -> None:
        """Forget the letters that are not released; an envelope that was begun can only be left by hanging up.

        A released letter whose content may be on its way is seen to before that; one that has not begun is returned.
        """
        kept = [letter for letter in self._held if letter.released]
        if len(kept) == len(self._held):
            return
        if kept and self._held[0] is kept[0]:
            self._is_last = self._held[-1].begin != NOT_YET
        else:
            self.returned += kept
            kept, self.ended, self._ready = [], True, False
        self._held = deque(kept)

    def outgoing(self) -> bytes:
        """Return the bytes that wait to be sent."""
        if len(self._out) > 1:
            self._out = [b"".join(self._out)]
        return self._out[0] if self._out else b""

    def left(self, count: int) -> None:
        """Note that so many bytes of :meth:`outgoing` were handed to the network."""
        self._left += count
        self.progress += 1
        self._out = [self._out[0][count:]] if count < len(self._out[0]) else []

    def offered(self, count: int) -> None:
        """Note that so many bytes may have left or not: an encrypted connection does not always tell."""
        self._offered = max(self._offered, self._left + count)

    def received(self, data: bytes) -> None:
        """Take what has come from the relay, cut anywhere."""
        if len(self._expected) == len(ENVELOPE) + 1 and self._take_usual(data):
            return
        for code, text in self._replies.feed(data):
            if self.ended:
                return
            if code == GARBAGE:
                self.end(UNREADABLE)
            else:
                self._take_reply(code, text)

    def end(self, code: str) -> None:
        """Settle or return every letter: the connection is lost, or its reply is late or cannot be understood."""
        if self.ended:
            return
        self.ended = True
        for letter in self._held:
            if letter.dot <= self._may_have_left:
                self.settled.append((letter, Outcome("unknown", code, "", True)))
            elif letter.dot == NOT_YET and (
                letter.behind or not letter.released or letter.begin >= self._may_have_left
            ):
                self._return(letter)
            else:
                self.settled.append((letter, Outcome("deferred", LOST, "", True)))
        self._held.clear()
        self._expected.clear()
        self._out.clear()

    @property
    def _may_have_left(self) -> int:
        return max(self._left, self._offered)

    def _return(self, letter: Letter) -> None:
        letter.forget()
        letter.returns += 1
        if letter.returns > MOST_RETURNS:
            self.settled.append((letter, Outcome("deferred", LOST, "", True)))
        else:
            self.returned.append(letter)

    def _begin(self, letter: Letter) -> None:
        mail = self._mail + (b"\r\n" if letter.recipient.isascii() else b" SMTPUTF8\r\n")
        commands: tuple[bytes, ...] = (mail, b"RCPT TO:<%s>\r\n" % letter.recipient, b"DATA\r\n")
        steps = ENVELOPE
        if self._unfinished:
            steps, commands = (RESET, *ENVELOPE), (b"RSET\r\n", *commands)
        self._negotiating, self._unfinished = True, False
        letter.begin, letter.behind = self._queued, letter is not self._held[0]
        if self.most > 1:
            self._queue(b"".join(commands))
            self._expected.extend([(step, letter) for step in steps])
            letter.end = self._queued
        else:
            self._turns.extend(zip(steps, commands, strict=True))
            self._take_turn(letter)

    def _take_turn(self, letter: Letter) -> None:
        step, command = self._turns.popleft()
        self._queue(command)
        self._expected.append((step, letter))
        letter.end = self._queued

    def _queue(self, data: bytes) -> None:
        self._out.append(data)
        self._queued += len(data)

    def _take_usual(self, data: bytes) -> bool:
        """Take the usual replies in one go, where they are all there is and all have been asked for."""
        step, letter = self._expected[0]
        behind = self._expected[-1][1]
        is_asked = step == DOT and letter is not behind and not behind.refusal and behind.end <= self._left
        usual = USUAL(data) if is_asked and self._replies.is_between else None
        if usual is None:
            return False
        self._expected.clear()
        self.progress += len(ENVELOPE) + 1
        self._after_dot(letter, 250, usual[1])
        self._send_content(behind)
        return True

    def _take_reply(self, code: int, text: bytes) -> None:
        if not self._expected:
            self.end(UNREADABLE)
            return
        step, letter = self._expected[0]
        if self._may_have_left < self._asked_at(step, letter):
            self.end(UNREADABLE)
            return
        self._expected.popleft()
        self.progress += 1
        if step == DOT:
            self._after_dot(letter, code, text)
        elif step == DATA:
            self._after_data(letter, code)
        elif 200 <= code < 300:
            if self._turns:
                self._take_turn(letter)
        elif code < 400 or step == RESET:
            self.end(UNREADABLE)
        else:
            self._refused(letter, _refusal(code, gateway_fault=step == MAIL or code < 500))

    def _asked_at(self, step: int, letter: Letter) -> int:
        """Return how much must have left before this reply can be one to what we have said."""
        if step == DOT:
            return letter.dot
        return letter.end if step == DATA or self.most == 1 else letter.begin + 1

    def _refused(self, letter: Letter, refusal: Outcome) -> None:
        """Keep the first refusal until the replies to the whole envelope are there: they are on their way."""
        letter.refusal = letter.refusal or refusal
        if self._turns or refusal.code == "421":
            self._turns.clear()
            self._settle_refused(letter)
        if refusal.code == "421":
            self.end(LOST)

    def _settle_refused(self, letter: Letter) -> None:
        assert letter.refusal is not None
        self._held.remove(letter)
        self.settled.append((letter, letter.refusal))
        self._negotiating, self._unfinished = False, True
        if self._held and not self.ended and letter.refusal.code != "421":
            self._begin(self._held[0])

    def _after_data(self, letter: Letter, code: int) -> None:
        if code >= 400:
            letter.refusal = letter.refusal or _refusal(code, gateway_fault=code < 500)
            self._settle_refused(letter)
            if code == 421:
                self.end(LOST)
        elif code != 354:
            self.end(UNREADABLE)
        elif letter.refusal:
            self._settle_refused(letter)
            self.end(LOST)  # a lone dot might deliver an empty letter; leaving is safe
        else:
            self._send_content(letter)

    def _send_content(self, letter: Letter) -> None:
        self._ready = not letter.released
        if self._ready:
            return
        self._queue(letter.wire)
        letter.dot = self._queued
        self._expected.append((DOT, letter))
        self._negotiating = False
        if len(self._held) > 1:
            self._begin(self._held[1])

    def _after_dot(self, letter: Letter, code: int, text: bytes) -> None:
        self._held.popleft()
        if code < 300:
            reference = REFERENCE.search(text)
            is_plain = code == 250 and reference is None
            known = reference[1].decode() if reference else ""
            self.settled.append((letter, ACCEPTED if is_plain else Outcome("accepted", str(code), known)))
        elif code < 400:
            self.settled.append((letter, Outcome("unknown", UNREADABLE, "", True)))
            self.end(LOST)
        else:
            self.settled.append((letter, _refusal(code, gateway_fault=code < 500)))
            if code == 421:
                self.end(LOST)
        self.ended = self.ended or (self._is_last and not self._held)


def _refusal(code: int, *, gateway_fault: bool) -> Outcome:
    return Outcome("rejected" if code >= 500 else "deferred", str(code), "", gateway_fault)
