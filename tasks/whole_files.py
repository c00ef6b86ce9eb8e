"""Writing a file so that it is there whole or not at all, also after a crash."""

import os
from pathlib import Path

from tasks.journal import sync_folder


def write_whole(path: Path, content: bytes) -> None:
    """Put a synced file in place of what was there."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    sync_folder(path.parent)
