"""The register of gates: each is one function under the id that its row has in ``campaigns/programme.yaml``."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tasks.gates.subject import GateSubject

Threshold = Mapping[str, float]


@dataclass(frozen=True)
class Fault:
    """One fault in one text: what is wrong, what to do, at which file and line.

    ``sentence`` is the sentence, heading or link that the fault stands in; empty where it stands in none.
    ``kind`` is empty where the gate's own kind holds; a gate that grows stricter with the fault names another.
    """

    message: str
    remedy: str
    place: tuple[str, int]
    kind: str = ""
    sentence: str = ""


Gate = Callable[[GateSubject, Threshold], Iterator[Fault]]
GATES: dict[str, Gate] = {}


def gate(name: str) -> Callable[[Gate], Gate]:
    """Register a function as the gate of this id."""

    def register(function: Gate) -> Gate:
        if name in GATES:
            raise ValueError(f"two gates are called {name}")
        GATES[name] = function
        return function

    return register
