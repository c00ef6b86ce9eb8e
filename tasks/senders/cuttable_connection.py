"""A pinned connection that another thread can cut: a socket's own time-out begins anew with every byte that comes."""

import contextlib
import socket
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from tasks.pinned_connection import Pinned
from tasks.web_addresses import Ip


class Cuttable(Pinned):
    """Can be cut also in the middle of a handshake or a header."""

    def __init__(self, host: str, ip: Ip) -> None:
        self._lines: list[socket.socket] = []
        super().__init__(host, ip)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool: Any) -> None:
        """Let every connection be noted."""
        super().init_poolmanager(connections, maxsize, block, **pool)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _noting(HTTPConnectionPool, HTTPConnection, self._lines),
            "https": _noting(HTTPSConnectionPool, HTTPSConnection, self._lines),
        }

    def cut(self) -> None:
        """Hang up, whatever the other thread is waiting for."""
        for line in list(self._lines):  # the other thread may be closing them
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def _noting(pool: type[Any], connection: type[Any], lines: list[socket.socket]) -> type[Any]:
    """Return a pool whose connections note a second handle of their socket, which TLS does not take away."""

    def new_connection(self: Any) -> socket.socket:
        line: socket.socket = connection._new_conn(self)
        self.noted = line.dup()
        lines.append(self.noted)
        return line

    def close(self: Any) -> None:
        if noted := self.__dict__.pop("noted", None):
            lines.remove(noted)
            noted.close()
        connection.close(self)

    noting = type(connection.__name__, (connection,), {"_new_conn": new_connection, "close": close})
    return type(pool.__name__, (pool,), {"ConnectionCls": noting})
