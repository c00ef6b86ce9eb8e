"""Where shard tasks run: threads of this process, each waiting for a worker process, or a Dask cluster.

The task is the same, and safe to run again and twice at once: :mod:`tasks.lease` says who sends a shard.
"""

import ipaddress
from typing import Any, cast
from urllib.parse import urlsplit

from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from campaigns.errors import InputError
from flows.settings import Settings

Runner = TaskRunner[PrefectFuture[Any]]
MOST_AT_ONCE = 64


def task_runner(settings: Settings) -> Runner:
    """Return Prefect's runner for the shards of a wave; raises InputError for a scheduler that anybody could order."""
    if settings.task_runner != "dask":
        return cast(Runner, ThreadPoolTaskRunner(max_workers=MOST_AT_ONCE))
    from prefect_dask.task_runners import DaskTaskRunner  # a second, which the other way need not take

    if settings.dask_address:
        _require_secure(settings.dask_address)
        return cast(Runner, DaskTaskRunner(address=settings.dask_address))
    # Whoever reaches a scheduler runs programs as its owner, also on loopback: so it has certificates of its own.
    local = {"n_workers": settings.workers, "threads_per_worker": 1, "processes": True, "security": True}
    return cast(Runner, DaskTaskRunner(cluster_kwargs={**local, "protocol": "tls://", "dashboard_address": None}))


def _require_secure(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "tls" or (parts.scheme == "tcp" and _is_loopback(parts.hostname or "")):
        return
    raise InputError(
        "shard tasks carry the key and the gateways' passwords, so the scheduler must be reached with TLS",
        where="BUDKAVLE_DASK_ADDRESS",
        remedy="start the cluster with certificates and write tls://host:port (docs/operations.md).",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
