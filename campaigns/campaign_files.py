"""Files of a campaign's folder: read only where they are its own, regular, inside it and no larger than one needs.

A link that leads out of the folder would put whatever it leads to into messages; a pipe or a device would never end.
Files whose names begin with a dot are an editor's, and nobody's text.
"""

import stat
from pathlib import Path

from campaigns.errors import Finding

TEXT, TEMPLATE, PICTURE = 100_000, 200_000, 1_000_000
"""The most bytes of a text, a part of one or a query, of a template, and of a picture."""


def why_refused(path: Path, most: int) -> tuple[str, str] | None:
    """Return why a file of the campaign's folder is not read, and what to do; None for one that is."""
    try:
        folder, real = path.parent.resolve(), path.resolve(strict=True)
        state = real.stat()
    except (OSError, RuntimeError, ValueError):
        return "leads to no file", "put the file there, or remove the link."
    if folder not in real.parents:
        return "leads out of the campaign's folder", "put the file itself into the campaign's folder."
    if not stat.S_ISREG(state.st_mode):
        return "is no file", "give the folder or the device another place: it stands where a file is read."
    if state.st_size > most:
        size = f"{most // 1000} kB" if most < 1_000_000 else f"{most // 1_000_000} MB"
        return f"is larger than {size}", "shorten it: nobody reads as much."
    return None


def is_read(path: Path, most: int = TEXT) -> bool:
    """Tell whether a file of the campaign's folder is there and is read."""
    return why_refused(path, most) is None


def markdown_files(folder: Path) -> list[Path]:
    """Return the Markdown files of a campaign in the order of their names, whether or not they may be read."""
    return sorted(path for path in folder.glob("*.md") if not path.name.startswith("."))


def part_files(folder: Path) -> list[Path]:
    """Return the Markdown files that texts may include, in the order of their names, whether or not they may be."""
    return [path for path in markdown_files(folder) if not path.name.startswith("text.")]


def refused(path: Path, most: int, gate: str = "text_file", requirement: str = "P5b") -> list[Finding]:
    """Return a finding for a file that is not read; none for one that is."""
    reason = why_refused(path, most)
    file = f"{path.parent.name}/{path.name}"
    return [] if reason is None else [Finding(gate, requirement, "B", file, 0, f"{path.name} {reason[0]}", reason[1])]
