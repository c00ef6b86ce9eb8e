"""Whether the pages that texts link to answer: asked for over the internet, and never of a machine in one's own house.

A link is written by people and may lead anywhere, so nothing is fetched before its address is known to be public: the
name is looked up once, every address it has is checked, and the connection goes to the address that was checked, so
that a second look-up cannot give another. A redirect is a new address and is checked as the first was. No cookies, no
credentials and no proxy settings are used. Everything is bounded: in time, redirects, bytes and how many at once.
"""

import queue
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin, urlsplit

import requests

from tasks.pinned_connection import Pinned
from tasks.web_addresses import Ip, is_public, is_public_name, numeric_address

Resolve = Callable[[str, int], Collection[str]]
GONE = frozenset({404, 410})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {"User-Agent": "budkavle-link-check", "Accept": "text/html,*/*;q=0.5", "Accept-Encoding": "identity"}
MOST_ADDRESSES = 3  # of one name that are tried in turn


@dataclass(frozen=True)
class Bounds:
    """The most that a check may take: seconds in all and per answer, redirects, bytes of a page, links at once."""

    seconds: float = 60.0
    seconds_per_link: float = 8.0
    redirects: int = 5
    bytes: int = 16_384
    at_once: int = 4


@dataclass(frozen=True)
class Answer:
    """What became of a link: it answers, it is broken, or nobody can say now; ``reason`` is in English."""

    state: Literal["answers", "broken", "unsure"]
    reason: str = ""


class _Refused(Exception):
    """The address may not be connected to, or does not exist."""


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name, as the system's resolver gives them; raises OSError where there are none."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def check_links(
    addresses: Iterable[str], *, bounds: Bounds = Bounds(), lookup: Resolve = resolve, own_ports: Collection[int] = ()
) -> Mapping[str, Answer]:
    """Return what became of each address, in order.

    ``own_ports`` are ports of 127.0.0.1 that may be asked all the same, over plain HTTP too: for tests of this module
    with a server of their own, and given by nobody else.
    """
    wanted = list(dict.fromkeys(addresses))
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[str, Answer]] = queue.SimpleQueue()
    for address in wanted:
        waiting.put(address)
    end = time.monotonic() + bounds.seconds

    def work() -> None:
        while time.monotonic() < end:
            try:
                address = waiting.get_nowait()
            except queue.Empty:
                return
            done.put((address, _follow(address, bounds, lookup, frozenset(own_ports))))

    # Daemons: a server that sends one byte a second for ever is left behind when the time is over.
    for _ in range(min(bounds.at_once, len(wanted))):
        threading.Thread(target=work, daemon=True).start()
    answers = {address: Answer("unsure", "the check ran out of time") for address in wanted}
    for _ in wanted:
        try:
            address, answer = done.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        answers[address] = answer
    return answers


def _follow(address: str, bounds: Bounds, lookup: Resolve, own_ports: frozenset[int]) -> Answer:
    try:
        for _ in range(bounds.redirects + 1):
            status, onward = _ask(address, bounds, lookup, own_ports)
            if status not in REDIRECTS or not onward:
                return _judged(status)
            address = urljoin(address, onward)
    except _Refused as refused:
        return Answer("broken", str(refused))
    except requests.exceptions.SSLError:
        return Answer("unsure", "its certificate cannot be trusted")
    except requests.exceptions.Timeout:
        return Answer("unsure", "it does not answer in time")
    except (requests.exceptions.RequestException, OSError, ValueError):
        return Answer("unsure", "no connection can be made")
    return Answer("unsure", "it is sent on too many times")


def _judged(status: int) -> Answer:
    if status < 400:
        return Answer("answers")
    return Answer("broken" if status in GONE else "unsure", f"it answers {status}")


def _ask(address: str, bounds: Bounds, lookup: Resolve, own_ports: frozenset[int]) -> tuple[int, str]:
    """Return the status of one address and where it sends on; raises _Refused, OSError or requests' errors."""
    target = _checked(address, lookup, own_ports)
    failure: Exception = _Refused("its name has no address")
    for ip in target.ips[:MOST_ADDRESSES]:
        with requests.Session() as session:
            session.trust_env = False
            session.mount(f"{target.scheme}://", Pinned(target.host, ip))
            try:
                answer = _request(session, "HEAD", address, bounds)
                if answer[0] >= 400:  # many servers know no HEAD
                    answer = _request(session, "GET", address, bounds)
                return answer
            except (requests.exceptions.ConnectionError, OSError) as error:
                failure = error
                if isinstance(error, requests.exceptions.SSLError | requests.exceptions.Timeout):
                    break
    raise failure


def _request(session: requests.Session, method: str, address: str, bounds: Bounds) -> tuple[int, str]:
    with session.request(
        method, address, headers=HEADERS, timeout=bounds.seconds_per_link, allow_redirects=False, stream=True
    ) as response:
        if method == "GET":
            response.raw.read(bounds.bytes)  # enough to see that the page comes
        return response.status_code, response.headers.get("Location", "")


@dataclass(frozen=True)
class _Target:
    scheme: str
    host: str
    ips: tuple[Ip, ...]


def _checked(address: str, lookup: Resolve, own_ports: frozenset[int]) -> _Target:
    """Return where an address leads after every address of its name has been found public; raises _Refused."""
    try:
        parts = urlsplit(address)
        host, port = (
            (parts.hostname or "").encode("idna").decode() if not _is_numeric(address) else parts.hostname,
            parts.port,
        )
    except (ValueError, UnicodeError):
        raise _Refused("the address is not whole") from None
    own = host == "127.0.0.1" and port in own_ports
    if not host or parts.username is not None or parts.scheme not in ({"https", "http"} if own else {"https"}):
        raise _Refused("it is sent on to an address that is not encrypted or not whole")
    number = numeric_address(host)
    if number is None and not is_public_name(host):
        raise _Refused("only an internal network knows its name")
    ips = (number,) if number is not None else _looked_up(host, port or 443, lookup)
    if not own and not all(map(is_public, ips)):
        raise _Refused("it leads to a private address")
    return _Target(parts.scheme, host, ips)


def _is_numeric(address: str) -> bool:
    return numeric_address(urlsplit(address).hostname or "") is not None


def _looked_up(host: str, port: int, lookup: Resolve) -> tuple[Ip, ...]:
    try:
        found = [numeric_address(address) for address in lookup(host, port)]
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise requests.exceptions.ConnectionError("the name server does not answer") from None
        raise _Refused("its name does not exist") from None
    ips = tuple(dict.fromkeys(ip for ip in found if ip is not None))
    if not ips:
        raise _Refused("its name does not exist")
    return ips
