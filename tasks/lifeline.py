"""Child processes that end with the process that started them, whatever ended it.

``python -m tasks.lifeline PARENT COMMAND …`` runs any command that way.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PARENT_IS_GONE = 3


def end_with_parent(parent: int) -> None:
    """Ask the kernel for SIGKILL when the thread that started us ends, prctl(2); leave at once if it already has."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        raise SystemExit(PARENT_IS_GONE)


if __name__ == "__main__":
    end_with_parent(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
