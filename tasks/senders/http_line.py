"""One HTTP/1.1 connection to a checked address, kept from one request to the next, that another thread can cut.

urllib3 connects and checks the certificate; a request then leaves in one write, and http.client reads the answer. What
requests and urllib3 do around that takes twice the processor's time of everything else that a text message needs.
"""

import contextlib
import http.client
import socket
from pathlib import Path
from typing import Any

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection

from tasks.senders.http_place import Place
from tasks.web_addresses import Ip, numeric_address


class _Plain(HTTPConnection):
    """Notes a second handle of its socket, which TLS does not take away: a socket's own time-out begins anew with
    every byte that comes.
    """

    noted: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        line = super()._new_conn()
        self.noted = line.dup()
        return line

    def close(self) -> None:
        noted, self.noted = self.noted, None
        if noted:
            noted.close()
        super().close()


class _Secure(_Plain, HTTPSConnection):
    """The same under TLS."""


class Line:
    """Connects to one checked address, whatever the name would give now; the certificate must still be the name's.

    ``seconds``: at most so long it waits for a connection, and for each part of an answer.
    """

    def __init__(self, place: Place, ip: Ip, *, to_connect: float) -> None:
        self._seconds = place.seconds
        given: dict[str, Any] = {"host": str(ip), "port": place.port, "timeout": min(to_connect, place.seconds)}
        if place.url.startswith("https:"):
            self._connection: _Plain = _Secure(**given, **_certificate(place))
        else:
            self._connection = _Plain(**given)

    def exchange(self, method: str, request: bytes) -> http.client.HTTPResponse:
        """Send the bytes of a request, over a new connection where the last has ended, and return the answer's head."""
        connection = self._connection
        if not connection.is_connected:
            connection.close()
            connection.connect()
        connection.sock.settimeout(self._seconds)
        connection.sock.sendall(request)
        response = http.client.HTTPResponse(connection.sock, method=method)
        response.begin()
        return response

    def cut(self) -> None:
        """Hang up, whatever the other thread is waiting for, also in the middle of a handshake or a header."""
        if noted := self._connection.noted:
            with contextlib.suppress(OSError):  # the other thread may be closing it
                noted.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        self._connection.close()


def _certificate(place: Place) -> dict[str, Any]:
    """Return whose certificate is asked for, although the connection goes to a number, and who may have signed it."""
    name = {} if numeric_address(place.host) else {"server_hostname": place.host, "assert_hostname": place.host}
    signers = place.options.get("ca", DEFAULT_CA_BUNDLE_PATH)
    return {"cert_reqs": "CERT_REQUIRED", "ca_cert_dir" if Path(signers).is_dir() else "ca_certs": signers, **name}
