"""A line to a gateway through requests, pinned to a checked address, that another thread can cut."""

from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_match_hostname import CertificateError

from tasks.pinned_connection import Pinned
from tasks.senders.http_line import Cuttable, SecureCuttable
from tasks.senders.http_place import Place
from tasks.senders.http_reply import MOST_BYTES, Reply, read_bounded
from tasks.senders.http_request import Data, refuse_breaks
from tasks.web_addresses import Ip


class _Adapter(Pinned):
    """Knows its newest connection, the one in use: a line makes one request at a time."""

    newest: Cuttable | None = None

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool: Any) -> None:
        """Let every connection be one that can be cut."""
        super().init_poolmanager(connections, maxsize, block, **pool)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._noting(HTTPConnectionPool, Cuttable),
            "https": self._noting(HTTPSConnectionPool, SecureCuttable),
        }

    def _noting(self, pool: type[Any], connection: type[Cuttable]) -> type[Any]:
        def connect(**given: Any) -> Cuttable:
            self.newest = connection(**given)
            return self.newest

        return type(pool.__name__, (pool,), {"ConnectionCls": staticmethod(connect)})


class RequestsLine:
    """One session of requests that keeps to the setting: nothing of the environment, no cookie, no redirect."""

    def __init__(self, place: Place, ip: Ip, headers: Mapping[str, str], *, to_connect: float) -> None:
        self._place, self._time = place, (min(to_connect, place.seconds), place.seconds)
        self._adapter, self._session = _Adapter(place.host, ip), requests.Session()
        self._session.trust_env = False  # the setting alone says where pages go and with which password
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.clear()
        self._session.headers.update(headers)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], data: Data, params: Mapping[str, str] | None,
        end: float,
    ) -> Reply:  # fmt: skip
        """Make one request and return its answer.

        Raises OSError, CertificateError or HTTPError of urllib3; ValueError for a header that holds a line break.
        """
        refuse_breaks(headers)
        try:
            with self._session.request(
                method, self._place.url + path, headers=headers, data=data, params=params, auth=self._place.login,
                timeout=self._time, verify=self._place.options.get("ca", True), allow_redirects=False, stream=True,
            ) as response:  # fmt: skip
                is_long = (response.raw.length_remaining or 0) > MOST_BYTES
                body = None if is_long else read_bounded(response.raw.read1, end)
                return Reply(response.status_code, response.headers, body)
        except requests.RequestException as error:
            raise _cause(error) from None

    def cut(self) -> None:
        """Hang up, whatever the other thread is waiting for."""
        if connection := self._adapter.newest:
            connection.cut()

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        self._session.close()


def _cause(error: requests.RequestException) -> Exception:
    """Return what went wrong below requests, which tells whether anything of the request has left."""
    reason = error.args[0] if error.args else None
    cause = getattr(reason, "reason", reason)
    known = cause if isinstance(cause, HTTPError | OSError) else error
    deeper = next((each for each in known.args if isinstance(each, OSError | CertificateError)), None)
    return deeper or known
