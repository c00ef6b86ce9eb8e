"""One in a hundred goes out first and is judged; the rest follows, or the run is paused and says why."""

from dataclasses import replace
from pathlib import Path

import pytest
from small_run import WAVE, faults, make_run, received, sending_to, statuses
from typer.testing import CliRunner

from campaigns.errors import Refused
from flows.cli import app
from tasks import control, journal, publishing, restoring, shards
from tasks.first_slice import FAILING, Slice, first_slices
from tasks.gateways.smtp import running_gateway
from tasks.shard_messages import read_shard
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

EMAIL = f"{WAVE}-email-0001"
FIRST = Slice(EMAIL, 20)


def planned(workplace: Workplace, emails: int, letters: int = 0) -> str:
    run = make_run(workplace, emails, letters)
    shards.write_shards(workplace, run, WAVE)
    return run


def first_ids(workplace: Workplace, run: str) -> list[str]:
    return [each.message_id for each in read_shard(workplace.run_folder(run, "shards"), EMAIL)[1][:20]]


@pytest.mark.parametrize(("emails", "expected"), [(199, []), (200, [FIRST]), (2500, [Slice(EMAIL, 25)])])
def test_a_large_wave_has_a_first_slice_of_each_channel_that_answers(
    workplace: Workplace, emails: int, expected: list[Slice]
) -> None:
    run = planned(workplace, emails, letters=300)
    assert first_slices(workplace, run, WAVE) == expected


def test_a_sound_first_slice_goes_out_alone_and_then_the_rest(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = planned(workplace, 200), tmp_path / "sink"
    with running_gateway(sink) as url:
        place = sending_to(workplace, url)
        results = [publishing.publish_first(place, run, FIRST).outcome for _ in range(2)]
        assert (results, sorted(received(sink))) == (["done", "done"], sorted(first_ids(workplace, run)))
        assert publishing.publish_shard(place, run, EMAIL).counts == {"accepted": 180}
    assert max(received(sink).values()) == 1


def test_a_failing_first_slice_pauses_the_run_until_somebody_has_looked(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, sink = planned(workplace, 200), tmp_path / "sink"
    with running_gateway(sink, faults(tmp_path, reply={"rcpt": "550 5.7.1 not from you", "share": 0.5})) as url:
        place = sending_to(workplace, url)
        assert publishing.publish_first(place, run, FIRST).outcome == FAILING
        assert publishing.publish_shard(place, run, EMAIL).outcome == "paused"
    assert sum(statuses(workplace, run, EMAIL).values()) == 20
    monkeypatch.setenv("BUDKAVLE_HOME", str(workplace.home))
    monkeypatch.setenv("BUDKAVLE_SECRET_KEY", workplace.key.decode())
    told = CliRunner().invoke(app, ["status", run]).output
    assert f"paused     {FAILING}, by publishing" in told
    control.resume(workplace, run, "test")
    assert "paused     " not in CliRunner().invoke(app, ["status", run]).output
    with running_gateway(sink) as url:
        place = sending_to(workplace, url)
        assert publishing.publish_first(place, run, FIRST).outcome == "done"
        assert publishing.publish_shard(place, run, EMAIL).counts == {"accepted": 180}


@pytest.mark.parametrize(("status", "code"), [("marked", ""), ("unknown", "restored")])
def test_a_first_slice_that_a_kill_or_a_restore_left_in_doubt_goes_on_and_is_judged_by_the_rest(
    workplace: Workplace, tmp_path: Path, status: str, code: str
) -> None:
    run, sink = planned(workplace, 200), tmp_path / "sink"
    folder = workplace.run_folder(run, "journals")
    folder.mkdir()
    left = journal.Journal(journal.next_segment(folder, EMAIL))
    left.append([journal.now(status, each, 1, code) for each in first_ids(workplace, run)[:6]])
    left.close()
    with running_gateway(sink) as url:
        outcome = publishing.publish_first(sending_to(workplace, url), run, FIRST).outcome
    assert (outcome, len(received(sink))) == ("done", 14)
    assert statuses(workplace, run, EMAIL) == {"unknown": 6, "accepted": 14}


def test_a_restore_is_accepted_by_command_and_what_may_have_been_sent_is_listed(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fenced = replace(workplace, fence=tmp_path / "fence")
    run, sink = planned(fenced, 30), tmp_path / "sink"
    with pytest.raises(Refused, match="nothing of run"):
        restoring.accept_restore(fenced, run, "test")
    with running_gateway(sink) as url:
        place = sending_to(fenced, url)
        publishing.publish_shard(place, run, EMAIL)
        for path in journal.segments(place.run_folder(run, "journals"), EMAIL):
            path.unlink()
        with pytest.raises(Refused, match="older than what was sent"):
            publishing.publish_shard(place, run, EMAIL)
        monkeypatch.setenv("BUDKAVLE_HOME", str(place.home))
        monkeypatch.setenv("BUDKAVLE_SECRET_KEY", place.key.decode())
        monkeypatch.setenv("BUDKAVLE_FENCE", str(place.fence))
        told = CliRunner().invoke(app, ["accept-restore", run])
        assert (told.exit_code, told.output.startswith("30 messages are unknown")) == (0, True)
        listed = CliRunner().invoke(app, ["unknown", run]).output.splitlines()
        decided = CliRunner().invoke(app, ["unknown", run, "--message", listed[0], "--decide", "accepted"])
        assert (len(listed), listed[-1]) == (21, "and 10 more; --json lists every one")
        assert decided.output.endswith("and 9 more; --json lists every one\n")
        assert publishing.publish_shard(place, run, EMAIL).counts == {}
    assert (len(received(sink)), max(received(sink).values())) == (30, 1)
