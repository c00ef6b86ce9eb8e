from pathlib import Path

import pytest

from tasks.workplace import Workplace


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(home=tmp_path / "home", key=b"a key for tests only")
