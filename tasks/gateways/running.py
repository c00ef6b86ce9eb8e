"""A gateway as a process of its own, for as long as a block lasts."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(
    module: str, store: Path, faults: Path | None, *, port: int = 0, options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[str]:  # fmt: skip
    """Run a gateway's module and yield its host:port; it is killed at the end. Raises OSError if it cannot start."""
    command = [sys.executable, "-m", module, "--port", str(port), "--store", str(store), *options]
    command += ["--faults", str(faults)] if faults else []
    given = {**os.environ, **(environment or {})}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=given)
    try:
        assert process.stdout is not None
        answer = process.stdout.readline()
        if not answer:
            raise OSError(f"{module} could not start; is the port taken?")
        yield answer.split()[-1]
    finally:
        process.kill()
        process.communicate()
