"""How long an audience query may run and how much memory it may take: by the size of the registers that it reads.

A small city's query is killed before it has used five seconds of the processor, its process's start included: time of
the processor, so that a busy machine refuses no query that a free one lets pass; a bound by the clock lies around it.
An honest one over 1,500,000 rows of two registers takes a tenth of what it may (docs/performance.md).
"""

from dataclasses import dataclass

SECONDS = 3.5
BY_THE_CLOCK = 8
"""How much longer than on a processor of its own a query may take, where others use the machine."""
SECONDS_PER_100_000_ROWS = 2.0
MEGABYTES = 512
MEGABYTES_PER_100_000_ROWS = 192
MOST_MEGABYTES = 4096
MEGABYTES_OF_THE_PROCESS = 1024  # address space that Python, DuckDB, Arrow and their threads reserve, mostly unused
THREADS = 4


@dataclass(frozen=True)
class Limits:
    """Seconds of the processor in all threads, MB for DuckDB's tables and MB of address space for the whole process."""

    seconds: float
    megabytes: int
    address_space: int


def limits_for(rows: int) -> Limits:
    """Return the limits of a query over registers of so many rows in all."""
    share = rows / 100_000
    megabytes = min(MOST_MEGABYTES, round(MEGABYTES + MEGABYTES_PER_100_000_ROWS * share))
    return Limits(SECONDS + SECONDS_PER_100_000_ROWS * share, megabytes, megabytes + MEGABYTES_OF_THE_PROCESS)
