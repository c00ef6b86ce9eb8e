"""What came back over a line to a gateway, and the longest of it that is read."""

import http.client
import time
from collections.abc import Callable, Mapping
from email.message import Message
from typing import NamedTuple

from urllib3.exceptions import HTTPError

MOST_BYTES = 65_536


class Reply(NamedTuple):
    """Status, headers and body of an answer; the body is None where it was torn, too long or too slow to read."""

    status: int
    headers: Mapping[str, str] | Message
    body: bytes | None


def read_bounded(read: Callable[[int], bytes], end: float) -> bytes | None:
    """Return what ``read`` gives until nothing is left; None past the bound or after ``end`` of the monotonic clock."""
    body = b""
    try:
        while chunk := read(4096):
            body += chunk
            if len(body) > MOST_BYTES or time.monotonic() > end:
                return None
    except (http.client.HTTPException, HTTPError, OSError, ValueError):
        return None
    return body
