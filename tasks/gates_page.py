"""docs/gates.md, printed from the rows of the programme: every gate, what it says and how to mend what it finds."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from campaigns.programme import Gate, Programme, load_programme

HEAD = """# Gates

Printed by `make docs` from `campaigns/programme.yaml`; a test fails when this page and the programme differ. Precision,
recall and the number of planted defects are those of `python benchmarks/gates.py --keep`, which plants the seeds of
`tests/defects/` one by one.

A gate is one rule of the communication programme that a brief or a text keeps. **B** blocks and nothing overrides it,
**W** warns until it is mended or the brief gives a reason under `overrides`, **H** is read and accepted by a named
person at the approval. `budkavle check CAMPAIGN` runs every gate over the brief and over every text in every channel
and language, and says file, line, sentence, what is wrong and how to mend it. In the preview the gates speak Swedish.
How to add one: [add-a-gate.md](add-a-gate.md).
"""
MEASURED = Path(__file__).parents[1] / "docs" / "gates.jsonl"
WHERE = {
    "brief": "the brief",
    "source": "texts and queries as written",
    "text": "every text",
    "asked": "every text, on request",
}
LIMITS = """
## What the gates do not see

- `contrast` reads the colours of style sheets and attributes, in the light and the dark scheme, on narrow and wide
  screens. Text over pictures and gradients, colours in variables, selectors other than types, classes, ids, attributes,
  descendants and children, and elements placed over others are left to `budkavle check --browser`.
- `language_part` tells Swedish, English, Finnish and Somali by their small words and Arabic by its script, from six
  words on. Shorter passages and other languages pass.
- `alt_text` cannot judge whether a description is a good one. `![](map.png)` has none; decoration is marked by an empty
  text under `alt` in the front matter: `alt: {map.png: ""}`.
- `link_answers` runs only with `budkavle check --links`. It asks over https alone, never a private, loopback,
  link-local or shared address, also not after a redirect or a second look-up of the name, uses no proxy, cookies or
  credentials, and ends after a minute. No page (404, 410) and no such name block; what is slow, refuses or fails warns.
- `browser` runs only with `budkavle check --browser`: axe in Chromium over every text, 1200 and 320 pixels wide, light
  and dark, with the network closed. It needs the development packages and Chromium.
- `recipient_knowledge` sees which columns a query uses, not whether they are used well.
- `employee_quoted` knows the usual verbs of saying in five languages; words without one pass.
- `press_contact` knows the usual words for press releases and invitations in Swedish, English, Finnish and Arabic.
"""


@dataclass(frozen=True)
class Figures:
    """How a gate did on planted faults: the shares, 0–1, of its findings that are right and of the faults it finds."""

    precision: float
    recall: float
    faults: int


def measured_figures() -> dict[str, Figures]:
    """Return the figures that `benchmarks/gates.py --keep` has kept, by gate; empty where nothing was measured."""
    lines = MEASURED.read_text(encoding="utf-8").splitlines() if MEASURED.is_file() else []
    rows = [json.loads(line) for line in lines]
    return {row["gate"]: Figures(row["precision"] or 0.0, row["recall"], row["defects"]) for row in rows}


def page(programme: Programme, figures: Mapping[str, Figures] | None = None) -> str:
    """Return the page as Markdown; ``figures`` by gate add how precise and complete each one was measured to be."""
    measured = figures or {}
    head = ["gate", "requirement", "kind", "where", "what it says", "how to mend"]
    head += ["precision", "recall", "planted"] if measured else []
    lines = [_row(head), "|".join(["", *("---" for _ in head), ""])]
    for gate in programme.gates:
        cells = [f"`{gate.id}`", gate.requirement, gate.kind, WHERE[gate.where], _says(gate), _mend(gate, programme)]
        lines.append(_row(cells + (_measured(measured.get(gate.id)) if measured else [])))
    return "\n".join([HEAD, "## Every gate", "", *lines, LIMITS, *_requirements(programme)]) + "\n"


def _says(gate: Gate) -> str:
    limits = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in gate.threshold.items())
    return f"{gate.says} ({limits})" if limits else gate.says


def _mend(gate: Gate, programme: Programme) -> str:
    return programme.how_to_mend.get(gate.id, "")


def _measured(found: Figures | None) -> list[str]:
    return [f"{found.precision:.2f}", f"{found.recall:.2f}", str(found.faults)] if found else ["", "", ""]


def _requirements(programme: Programme) -> list[str]:
    """Return a table of where each requirement is kept: by gates, and by what else Budkavle does."""
    lines = ["## Where each requirement is kept", "", _row(["requirement", "phrase", "gates", "kept also by"])]
    lines.append("|---|---|---|---|")
    keys: dict[str, list[str]] = {}
    for key, requirement in programme.brief_keys.items():
        keys.setdefault(requirement, []).append(key)
    for requirement, phrase in programme.requirements.items():
        gates = [f"`{gate.id}` ({gate.kind})" for gate in programme.gates if gate.requirement == requirement]
        form = [f"`brief` (B) for {', '.join(f'`{key}`' for key in keys[requirement])}"] if requirement in keys else []
        kept = programme.kept_elsewhere.get(requirement, "")
        lines.append(_row([requirement, phrase, ", ".join([*gates, *form]), kept]))
    return lines


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.stdout.write(page(load_programme(), measured_figures()))
