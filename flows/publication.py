"""One sending's publishing: shards as mapped tasks, journals merged while they work, progress shown."""

from datetime import UTC, datetime, timedelta

from prefect.futures import PrefectFuture, wait

from campaigns.errors import GatewayUnavailable, NotYetTime, Refused, RunPaused
from campaigns.sending_hours import told
from campaigns.sendings import Sending
from flows.progress import Progress
from flows.schedule import schedule_wave
from tasks import first_slice, gateway_reason, publishing, runs, shards, stages, store
from tasks.local_time import on_one_line
from tasks.pace import Pace
from tasks.publishing import ShardResult
from tasks.sending_times import sending_opens
from tasks.workplace import Workplace

LATE_AFTER = timedelta(days=3)
LOOK_SECONDS = 0.2
MERGE_SECONDS = 1.0
SNAPSHOT_SECONDS = 60.0


def publish_sending(place: Workplace, run: str, sending: Sending, *, late: bool, last: bool) -> None:
    """Publish one wave to those who get it at one time, or what is left; raises Waiting where it must go on later.

    A wave may have no message, where others have told its audience enough; the run as a whole may not, which the checks
    after its ``last`` sending see.
    """
    if shards.is_finished(place, run, sending.name):
        return
    _require_its_time(place, run, sending, late)
    names = stages.write_shards(place, run, sending.name)
    if not names and not last:
        return
    runs.move(place, run, "publishing")
    results = _publish_first(place, run, sending.name)
    if all(result.outcome == "done" for result in results):
        results = _publish(place, run, names)
    stages.check_deliveries(place, run)
    require_finished(place, run, sending, results, gateway_reason.keep(place, run, results))


def _publish_first(place: Workplace, run: str, sending: str) -> list[ShardResult]:
    """Publish the first slice of each channel, all at once, before anything else of the sending."""
    slices = first_slice.first_slices(place, run, sending)
    return [future.result() for future in [stages.publish_first.submit(place, run, *each) for each in slices]]


def _publish(place: Workplace, run: str, names: list[str]) -> list[ShardResult]:
    """Publish shards, as many at once as there are workers; meanwhile merge the journals and refresh the snapshot."""
    waiting, running, results = list(names), set[PrefectFuture[ShardResult]](), list[ShardResult]()
    merging, snapshots = Pace(MERGE_SECONDS), Pace(SNAPSHOT_SECONDS)
    with Progress(place, run) as progress:
        while waiting or running:
            while waiting and len(running) < place.workers:
                running.add(stages.publish_shard.submit(place, run, waiting.pop(0)))
            ended = wait(list(running), timeout=LOOK_SECONDS).done
            running -= ended
            results += [future.result() for future in ended]
            if merging.is_due or not (waiting or running):
                with merging.measured():
                    progress.show(publishing.merge_journals(place, run))
            if snapshots.is_due:
                with snapshots.measured():
                    store.take_snapshot(place)
    return results


def _require_its_time(place: Workplace, run: str, sending: Sending, late: bool) -> None:
    now = datetime.now(UTC)
    if now < sending.start:
        if runs.state(place, run) == "approved":
            runs.move(place, run, "scheduled")
        schedule_wave(run, sending.name, sending.start)
        raise NotYetTime(
            f"wave {sending.name} starts {on_one_line(sending.start)}",
            where=run,
            remedy="run the same command again then.",
        )
    if now > sending.start + LATE_AFTER and not late and not shards.has_begun(place, run, sending.name):
        raise Refused(
            f"wave {sending.name} should have started {on_one_line(sending.start)}, more than three days ago",
            where=run,
            remedy="check that the message is still true; then run again with --late, or `budkavle stop` it.",
        )


def _closed(place: Workplace, run: str, sending: Sending) -> NotYetTime:
    """Return what says when the window opens that a sending waits for."""
    opens = sending_opens(runs.load(place, run).brief, datetime.now(UTC))
    when = f"it opens {told(opens)}" if opens else "no window of the brief ever opens"
    return NotYetTime(
        f"wave {sending.name} waits for its sending window: {when}",
        where=run,
        remedy="run the same command again then.",
    )


def require_finished(place: Workplace, run: str, sending: Sending, results: list[ShardResult], reason: str) -> None:
    """Raise what a sending waits for, where a shard of it is not done; ``reason``: what an unreachable gateway said."""
    if any(result.outcome == "gateway_unavailable" for result in results):
        raise GatewayUnavailable(
            f"the rest of wave {sending.name} is waiting: {reason or 'its gateway does not answer'}",
            where=run,
            remedy="mend the gateway (see `budkavle settings`), then run the same command again.",
        )
    unfinished = {result.outcome for result in results} - {"done"}
    if unfinished == {"outside_hours"}:
        raise _closed(place, run, sending)
    if unfinished == {"locked"}:
        raise RunPaused(
            f"wave {sending.name} waits: another `run` or `stop` of it is at work, here or on another machine",
            where=run,
            remedy="wait until it has ended, then run the same command again; nothing is sent twice.",
        )
    if unfinished:
        if not unfinished.isdisjoint(("paused", "gateway_failing", first_slice.FAILING)):
            runs.move(place, run, "paused")
        raise RunPaused(
            f"wave {sending.name} is not finished: {', '.join(sorted(unfinished))}",
            where=run,
            remedy="`budkavle status` shows what is left and why; `budkavle resume` and the same command go on.",
        )
