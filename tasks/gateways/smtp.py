"""An SMTP server to try out with: stores every message it accepts, raw, before it says so.

``store/<2 hex>/<n>.eml`` holds the bytes of message n, ``store/index.jsonl`` its envelope. Faults come from a JSON
file: ``{"delay_ms": 5, "reply": {"rcpt": "450 4.2.1 try later", "share": 0.1, "seed": 1}, "drop_after_dot": 0.01,
"without": ["PIPELINING"], "never_after_dot": ["anna@example.se"]}``; a delay lies half before and half after the
storing, a dropped message is stored every other time, an extension that is left out is not offered, and a mail to a
recipient of the last list is neither stored nor answered for.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from campaigns.errors import BudkavleError
from tasks.gateways.running import running
from tasks.gateways.smtp_security import Security, security_of
from tasks.gateways.smtp_session import NO_SECURITY, Faults, Session
from tasks.gateways.smtp_store import Store, accepted

__all__ = ["accepted", "running_gateway", "serve"]


def serve(port: int, store: Path, faults: Path | None = None, security: Security = NO_SECURITY) -> None:
    """Serve on 127.0.0.1 until killed; prints ``listening on 127.0.0.1:PORT``, a free port for port 0."""
    planted = Faults(**json.loads(faults.read_text())) if faults else Faults()
    asyncio.run(_serve(port, Store(store), planted, security))


async def _serve(port: int, store: Store, faults: Faults, security: Security) -> None:
    server = await asyncio.get_running_loop().create_server(
        lambda: Session(store, faults, security), "127.0.0.1", port, ssl=security.context if security.implicit else None
    )
    sys.stdout.write(f"listening on 127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@contextmanager
def running_gateway(
    store: Path, faults: Path | None = None, port: int = 0, options: Sequence[str] = ()
) -> Iterator[str]:
    """Run the gateway as a process of its own and yield its smtp:// URL; it is killed at the end of the block."""
    with running("tasks.gateways.smtp", store, faults, port=port, options=options) as address:
        yield f"smtp://{address}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tasks.gateways.smtp")
    parser.add_argument("--port", type=int, default=2525)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--faults", type=Path)
    parser.add_argument("--tls-cert", type=Path)
    parser.add_argument("--tls-key", type=Path)
    parser.add_argument("--tls-implicit", action="store_true")
    options = parser.parse_args()
    try:
        security = security_of(options.tls_cert, options.tls_key, implicit=options.tls_implicit)
        serve(options.port, options.store, options.faults, security)
    except BudkavleError as error:
        parser.error(str(error))
