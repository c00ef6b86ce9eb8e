"""Where one installation keeps its things, and the key that makes its pseudonyms."""

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Workplace:
    """What every stage needs to know of the installation; made from the settings at the edge, secrets never printed."""

    home: Path
    key: bytes = field(repr=False)
    language: str = "sv"
    smtp_url: str = field(default="smtp://127.0.0.1:2525", repr=False)
    sms_url: str = field(default="http://127.0.0.1:2526/sms", repr=False)
    letter_url: str = ""
    web_url: str = ""
    intranet_url: str = ""
    web_token: str = field(default="", repr=False)
    intranet_token: str = field(default="", repr=False)
    receipts_url: str = ""
    public_url: str = ""
    sender_address: str = "budkavle@example.se"
    fence: Path | None = None
    logotype: Path | None = None
    directory: Path | None = None
    preview_url: str = ""
    test_domains: str = ""
    workers: int = 4
    forgetting: float = 0.9
    has_prefect_server: bool = False

    @property
    def database(self) -> Path:
        """The database that one process at a time writes."""
        return self.home / "budkavle.duckdb"

    @property
    def snapshot(self) -> Path:
        """The copy that analysts and reports read."""
        return self.home / "snapshot.duckdb"

    @property
    def decisions(self) -> Path:
        """The decision log: approvals, suppressions, pauses, stops, audit."""
        return self.home / "decisions.log"

    @property
    def beliefs(self) -> Path:
        """The folder of response beliefs, the evidence for a rebuild."""
        return self.home / "beliefs"

    def register(self, kind: str) -> Path:
        """The folder that holds the accepted rows of one kind of register, the evidence for a rebuild."""
        return self.home / "register" / kind

    def run_folder(self, run: str, part: str = "") -> Path:
        """The folder of a run, or its part: evidence, shards, journals, control, preview or report."""
        return self.home / "runs" / run / part


def pseudonym(key: bytes, purpose: str, value: str) -> str:
    """Return the keyed pseudonym of a value: 32 hexadecimal characters of HMAC-SHA-256 (RFC 2104).

    The SQL macro ``keyed_hash(purpose, value)`` of every store connection gives the same.
    """
    return hmac.new(key, f"{purpose}:{value}".encode(), hashlib.sha256).hexdigest()[:32]
