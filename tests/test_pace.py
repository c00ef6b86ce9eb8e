from tasks.pace import Pace


def test_work_that_takes_longer_is_done_less_often() -> None:
    now = [0.0]
    pace = Pace(1.0, clock=lambda: now[0])
    assert not pace.is_due
    now[0] = 1.0
    assert pace.is_due
    with pace.measured():
        now[0] = 4.0
    now[0] = 63.9
    assert not pace.is_due
    now[0] = 64.0
    assert pace.is_due
