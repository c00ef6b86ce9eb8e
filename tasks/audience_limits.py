"""How long an audience query may run and how much memory it may take: by the size of the registers that it reads.

A small city's query is killed before five seconds have passed by the clock, its process's start included. An honest one
over 1,500,000 rows of two registers takes a tenth of what it may (docs/performance.md).
"""

from dataclasses import dataclass

SECONDS = 3.5
SECONDS_PER_100_000_ROWS = 2.0
MEGABYTES = 512
MEGABYTES_PER_100_000_ROWS = 192
MOST_MEGABYTES = 4096
MEGABYTES_OF_THE_PROCESS = 1024  # address space that Python, DuckDB, Arrow and their threads reserve, mostly unused
THREADS = 4


@dataclass(frozen=True)
class Limits:
    """Seconds by the clock from start to end, MB for DuckDB's tables and MB of address space for the whole process."""

    seconds: float
    megabytes: int
    address_space: int


def limits_for(rows: int) -> Limits:
    """Return the limits of a query over registers of so many rows in all."""
    share = rows / 100_000
    megabytes = min(MOST_MEGABYTES, round(MEGABYTES + MEGABYTES_PER_100_000_ROWS * share))
    return Limits(SECONDS + SECONDS_PER_100_000_ROWS * share, megabytes, megabytes + MEGABYTES_OF_THE_PROCESS)
