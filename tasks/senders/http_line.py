"""One HTTP/1.1 connection to a checked address, kept from one request to the next, that another thread can cut.

urllib3 connects and checks the certificate; a request then leaves in one write, and http.client reads the answer. What
requests and urllib3 do around that takes twice the processor's time of everything else that a text message needs.
"""

import contextlib
import http.client
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection

from tasks.senders.http_place import Place
from tasks.senders.http_reply import MOST_BYTES, Reply, read_bounded
from tasks.senders.http_request import Data, request_head, request_rest
from tasks.web_addresses import Ip, numeric_address


class Cuttable(HTTPConnection):
    """Notes a second handle of its socket, which TLS does not take away: a socket's own time-out begins anew with
    every byte that comes.
    """

    noted: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        line = super()._new_conn()
        self.noted = line.dup()
        return line

    def close(self) -> None:
        """Close both handles."""
        noted, self.noted = self.noted, None
        if noted:
            noted.close()
        super().close()

    def cut(self) -> None:
        """Hang up, whatever another thread is waiting for, also in the middle of a handshake or a header."""
        if noted := self.noted:
            with contextlib.suppress(OSError):  # the other thread may be closing it
                noted.shutdown(socket.SHUT_RDWR)


class SecureCuttable(Cuttable, HTTPSConnection):
    """The same under TLS."""


class Line:
    """Connects to one checked address, whatever the name would give now; the certificate must still be the name's.

    At most the place's seconds it waits for a connection, and for each part of an answer.
    """

    def __init__(self, place: Place, ip: Ip, headers: Mapping[str, str], *, to_connect: float) -> None:
        self._place, self._headers = place, headers
        self._heads: dict[tuple[str, str], bytes] = {}
        given: dict[str, Any] = {"host": str(ip), "port": place.port, "timeout": min(to_connect, place.seconds)}
        if place.url.startswith("https:"):
            self._connection: Cuttable = SecureCuttable(**given, **_certificate(place))
        else:
            self._connection = Cuttable(**given)
        self.cut = self._connection.cut

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], data: Data, params: Mapping[str, str] | None,
        end: float,
    ) -> Reply:  # fmt: skip
        """Make one request, over a new connection where the last has ended, and return its answer.

        Raises OSError, HTTPException of http.client or HTTPError of urllib3.
        """
        request = self._head(method, path, params) + request_rest(method, headers, data)
        connection = self._connection
        if not connection.is_connected:
            connection.close()
            connection.connect()
        connection.sock.settimeout(self._place.seconds)
        connection.sock.sendall(request)
        with http.client.HTTPResponse(connection.sock, method=method) as response:
            response.begin()
            reply = Reply(response.status, response.headers, _body(response, end))
            if response.will_close:
                self.close()
        return reply

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        self._connection.close()

    def _head(self, method: str, path: str, params: Mapping[str, str] | None) -> bytes:
        """Return the beginning of a request, which is the same for all with this method and path and no ``params``."""
        url, login = self._place.url + path, self._place.login
        if params is not None:
            return request_head(method, url, self._headers, login, params)
        if (known := self._heads.get((method, path))) is None:
            known = self._heads[method, path] = request_head(method, url, self._headers, login)
        return known


def _body(response: http.client.HTTPResponse, end: float) -> bytes | None:
    if response.length is None:
        return read_bounded(response.read1, end)
    try:
        return response.read() if response.length <= MOST_BYTES else None
    except (http.client.HTTPException, OSError):
        return None


def _certificate(place: Place) -> dict[str, Any]:
    """Return whose certificate is asked for, although the connection goes to a number, and who may have signed it."""
    name = {} if numeric_address(place.host) else {"server_hostname": place.host, "assert_hostname": place.host}
    signers = place.options.get("ca", DEFAULT_CA_BUNDLE_PATH)
    return {"cert_reqs": "CERT_REQUIRED", "ca_cert_dir" if Path(signers).is_dir() else "ca_certs": signers, **name}
