import pytest

from campaigns.errors import InputError
from flows.settings import load_settings, workplace


@pytest.mark.parametrize(("name", "value"), [("FORGETTING", "0"), ("FORGETTING", "1.1"), ("WORKERS", "none-of-it")])
def test_a_setting_that_cannot_be_used_is_named_and_its_value_is_not(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"BUDKAVLE_{name}", value)
    with pytest.raises(InputError, match=f"BUDKAVLE_{name}") as refused:
        load_settings()
    assert "none-of-it" not in str(refused.value)


def test_forgetting_reaches_the_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUDKAVLE_SECRET_KEY", "a key for tests only")
    assert workplace(load_settings()).forgetting == 0.9
    monkeypatch.setenv("BUDKAVLE_FORGETTING", "1")
    assert workplace(load_settings()).forgetting == 1.0
