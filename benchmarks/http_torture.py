"""Send text messages to a gateway that fails in every way while workers are killed: one JSON line, exit 1 if wrong.

    python benchmarks/http_torture.py --messages 2000 --kills 20 --seed 1

Faults fall on requests at random: 429 with and without Retry-After, 5xx before and after the message was taken,
silence and hang-ups before and after it, half, garbled, huge and dripping answers, redirects. Each message that the
gateway took is told three times by a receipt. What is printed is counted again from the gateway's own store and log:
``lost`` (no account has them), ``duplicated`` (handed over again although a request had come whole),
``falsely_accepted`` (settled as accepted, not in the store), ``missed`` (in the store and neither accepted nor in
doubt): all must be 0. ``unknown`` is how many are in doubt before receipts are read; after, those that the gateway
never got may be, and ``of_these_taken`` tells that none of them did.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from http_torture_scene import WRONG, torture


def main(arguments: Sequence[str]) -> int:
    """Torture once and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="budkavle-torture-", ignore_cleanup_errors=True) as folder:
        found = torture(Path(folder), given.messages, given.kills, given.seed)
    sys.stdout.write(json.dumps(found) + "\n")
    return int(any(found[name] for name in WRONG))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
