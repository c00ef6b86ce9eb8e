"""The bytes of an HTTP/1.1 request, in two parts: what is the same for many of them, and the rest."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import requests

BREAK = re.compile(r"[\r\n\0]")
Data = Mapping[str, str] | str | bytes
"""A form, or the body itself."""


def request_head(
    method: str, url: str, headers: Mapping[str, str], login: tuple[str, str] | None,
    params: Mapping[str, str] | None = None,
) -> bytes:  # fmt: skip
    """Return the first line of a request and the headers that others have too, as requests writes them."""
    request = requests.Request(method, url, headers=headers, auth=login, params=params).prepare()
    request.headers["Host"] = urlsplit(url).netloc
    request.headers.pop("Content-Length", None)
    return f"{request.method} {request.path_url} HTTP/1.1\r\n".encode() + _lines(request.headers)


def request_rest(method: str, headers: Mapping[str, str], data: Data) -> bytes:
    """Return the headers of one request and its body."""
    form = {"Content-Type": "application/x-www-form-urlencoded"} if isinstance(data, Mapping) else {}
    body = urlencode(data) if isinstance(data, Mapping) else data
    content = body.encode() if isinstance(body, str) else body
    length = {} if method == "GET" else {"Content-Length": str(len(content))}
    return _lines({**headers, **form, **length}) + b"\r\n" + content


def refuse_breaks(headers: Mapping[str, str]) -> None:
    """Raise ValueError where a header would begin another one."""
    if BREAK.search("".join(headers) + "".join(headers.values())):
        raise ValueError("a header of a request holds a line break")


def _lines(headers: Mapping[str, str | bytes]) -> bytes:
    written = {name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in headers.items()}
    refuse_breaks(written)
    return "".join(f"{name}: {value}\r\n" for name, value in written.items()).encode("latin-1")
