"""A connection to an address that has been checked, so that a second look-up of the name cannot lead elsewhere."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

from tasks.web_addresses import Ip, numeric_address


class Pinned(HTTPAdapter):
    """Connects to one checked address, whatever the name would give now; the certificate must still be the name's."""

    def __init__(self, host: str, ip: Ip) -> None:
        self._host, self._ip = host, f"[{ip}]" if ip.version == 6 else str(ip)
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool: Any) -> None:
        """Ask for the certificate of the name although the connection goes to a number."""
        name = {} if numeric_address(self._host) else {"server_hostname": self._host, "assert_hostname": self._host}
        super().init_poolmanager(connections, maxsize, block, **pool, **name)

    def send(self, request: requests.PreparedRequest, *given: Any, **named: Any) -> requests.Response:
        """Send the request with the name in its headers and the number in its address."""
        parts = urlsplit(str(request.url))
        port = f":{parts.port}" if parts.port else ""
        request.headers["Host"] = parts.netloc
        request.url = urlunsplit(parts._replace(netloc=f"{self._ip}{port}"))
        return super().send(request, *given, **named)
