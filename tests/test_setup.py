"""Set-up says what it is at while it works."""

import os
import shutil
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
PYTHON = """#!/bin/sh
# A Python that is there but installs nothing: it makes an environment whose programs do nothing.
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p .venv/bin
    printf '#!/bin/sh\n' > .venv/bin/python
    cp .venv/bin/python .venv/bin/uv
    chmod +x .venv/bin/python .venv/bin/uv
fi
"""


def test_set_up_prints_a_line_before_each_step(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(REPOSITORY / ".ci" / "setup", tmp_path / ".ci" / "setup")
    shutil.copy(REPOSITORY / "requirements.txt", tmp_path)
    (tmp_path / "python").write_text(PYTHON, encoding="utf-8")
    (tmp_path / "python").chmod(0o755)
    done = subprocess.run(
        [str(tmp_path / ".ci" / "setup")], env={**os.environ, "PYTHON": str(tmp_path / "python")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["making", "installing", "downloading", "installing"]
    assert all(line.endswith(" …") for line in lines)
    assert (tmp_path / ".venv" / ".ready").exists()
