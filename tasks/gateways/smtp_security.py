"""Encryption and login of the SMTP server to try out with: TLS by STARTTLS or from the first byte, AUTH."""

import base64
import binascii
import hmac
import os
import ssl
from dataclasses import dataclass
from pathlib import Path

from campaigns.errors import InputError

USER, PASSWORD = "BUDKAVLE_GATEWAY_USER", "BUDKAVLE_GATEWAY_PASSWORD"


@dataclass(frozen=True)
class Security:
    """What a client must do before it may send; with a certificate, a password is taken over TLS only.

    ``implicit``: TLS from the first byte. ``starttls``: offered, unless it is left out to try out with.
    """

    context: ssl.SSLContext | None = None
    implicit: bool = False
    user: str = ""
    password: str = ""

    @property
    def starttls(self) -> bool:
        """Whether a connection begins without encryption and can change to it."""
        return self.context is not None and not self.implicit

    def extensions(self, encrypted: bool) -> list[str]:
        """Return what EHLO tells."""
        found = ["STARTTLS"] if self.starttls and not encrypted else []
        return found + (["AUTH PLAIN LOGIN"] if self.takes_password(encrypted) else [])

    def takes_password(self, encrypted: bool) -> bool:
        """Tell whether a login may be tried now."""
        return bool(self.user) and (encrypted or self.context is None)

    def knows(self, user: str, password: str) -> bool:
        """Tell whether these are the user and the password."""
        return hmac.compare_digest(f"{user}\0{password}".encode(), f"{self.user}\0{self.password}".encode())


def security_of(certificate: Path | None, key: Path | None, *, implicit: bool = False) -> Security:
    """Return the security of a certificate and its key, and of the user and password that the environment names.

    Raises InputError where they cannot be used.
    """
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(certificate, key)
        except OSError as error:
            raise InputError(
                f"the certificate or its key cannot be used ({type(error).__name__})", where=str(certificate)
            ) from None
    elif implicit:
        raise InputError("TLS from the first byte needs a certificate", remedy="give --tls-cert and --tls-key.")
    return Security(context, implicit, os.environ.get(USER, ""), os.environ.get(PASSWORD, ""))


class Login:
    """One attempt to log in, line by line."""

    def __init__(self, mechanism: str) -> None:
        self._mechanism, self._told = mechanism, list[str]()

    def question(self) -> bytes:
        """Return what to ask next."""
        if self._mechanism == "PLAIN":
            return b"334 \r\n"
        return b"334 " + base64.b64encode(b"Password:" if self._told else b"Username:") + b"\r\n"

    def answer(self, line: bytes) -> tuple[str, str] | None:
        """Take a line; return user and password once they are told. Raises ValueError for what cannot be read."""
        try:
            told = base64.b64decode(line, validate=True).decode()
        except binascii.Error:
            raise ValueError("not base64") from None
        if self._mechanism == "PLAIN":
            _, user, password = told.split("\0")
            return user, password
        self._told.append(told)
        return (self._told[0], self._told[1]) if len(self._told) == 2 else None
