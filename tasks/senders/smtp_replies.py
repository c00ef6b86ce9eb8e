"""A relay's replies (RFC 5321, 4.2) out of a stream of bytes that is cut anywhere."""

import re
from collections.abc import Iterator

LINE = re.compile(rb"([2-5]\d\d)(?:([ -])([^\r]*))?\r?")
USUAL_LINE = re.compile(rb"([2-5]\d\d) ([^\r]{0,500})\r").fullmatch
LONGEST_LINE = 8192
MOST_LINES = 100
GARBAGE = 0


class Replies:
    """Keeps what is not a whole reply yet."""

    def __init__(self) -> None:
        self._rest = b""
        self._code = b""
        self._texts: list[bytes] = []

    @property
    def is_between(self) -> bool:
        """Whether nothing of a reply has come that is not whole."""
        return not (self._rest or self._code)

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield code and text of each reply that is whole now; code 0 for what is none, after which nothing counts."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if not self._code and (usual := USUAL_LINE(line)):
                yield int(usual[1]), usual[2]
            elif (reply := self._take(line)) is not None:
                yield reply
        if len(self._rest) > LONGEST_LINE:
            yield GARBAGE, b""

    def _take(self, line: bytes) -> tuple[int, bytes] | None:
        """Take a line; return the reply that it ends."""
        found = LINE.fullmatch(line) if len(line) <= LONGEST_LINE else None
        if found is None or (self._code and found[1] != self._code) or len(self._texts) >= MOST_LINES:
            return GARBAGE, b""
        self._texts.append(found[3] or b"")
        self._code = found[1]
        if found[2] == b"-":
            return None
        code, text = int(self._code), b"\n".join(self._texts)
        self._code, self._texts = b"", []
        return code, text
