"""The stages as Prefect tasks: thin shells that hand over a run's id and check what must be true after each stage.

The only module of tasks that imports Prefect. Retries belong to the journal, not to Prefect, so no task has any;
nothing is cached by Prefect either: a run's own state says what has been done.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from campaigns.period import Period
from tasks import (
    approval,
    audience_page,
    audience_stage,
    channels,
    closing,
    digest,
    evaluation,
    evaluation_history,
    findings,
    follow_up_mail,
    lessons,
    looks,
    messages,
    overdue_page,
    previews,
    published_figures,
    publishing,
    quality,
    reminders,
    report_summary,
    reports,
    review,
    runs,
    shards,
    store,
)
from tasks import follow_up as programme
from tasks.first_slice import Slice
from tasks.workplace import Workplace


@task(cache_policy=NO_CACHE)
def begin_run(workplace: Workplace, folder: Path) -> str:
    """Read the brief and create the run; returns its id."""
    return runs.begin(workplace, review.require_sound_brief(workplace, folder, datetime.now(UTC)), folder)


@task(cache_policy=NO_CACHE)
def select_audience(workplace: Workplace, run: str) -> None:
    """Select the audience, draw the holdout, describe and check both."""
    audience_stage.select_audience(workplace, run)


@task(cache_policy=NO_CACHE)
def plan_channels(workplace: Workplace, run: str) -> None:
    """Choose channels and check the plan."""
    channels.plan_channels(workplace, run, messages.part_texts(workplace, run))
    published_figures.protect(workplace, run)
    quality.verify(workplace, "plan", run)


@task(cache_policy=NO_CACHE)
def build_variants(workplace: Workplace, run: str) -> None:
    """Render every distinct text and check the variants."""
    messages.build_variants(workplace, run)
    quality.verify(workplace, "variants", run)


@task(cache_policy=NO_CACHE)
def review_messages(workplace: Workplace, run: str) -> None:
    """Put every variant through the gates, seal the digest and write the preview."""
    found = review.review(workplace, run)
    digest.seal(workplace, run, [each.id for each in findings.readings(found)])
    runs.move(workplace, run, "prepared")
    store.take_snapshot(workplace)
    audience_page.write_audience_page(workplace, run)
    previews.write_preview(workplace, run)


@task(cache_policy=NO_CACHE)
def request_approvals(workplace: Workplace, run: str) -> None:
    """Mail each needed approver a one-time code."""
    approval.request(workplace, run)
    store.take_snapshot(workplace)


@task(cache_policy=NO_CACHE)
def require_approval(workplace: Workplace, run: str) -> None:
    """Refuse unless every needed approval holds for exactly today's content."""
    approval.require_approval(workplace, run)


@task(cache_policy=NO_CACHE)
def write_shards(workplace: Workplace, run: str, wave: str) -> list[str]:
    """Write a wave's assignments once, as immutable shards; returns their names."""
    return shards.write_shards(workplace, run, wave)


@task(cache_policy=NO_CACHE, task_run_name="publish {shard}")
def publish_shard(workplace: Workplace, run: str, shard: str) -> publishing.ShardResult:
    """Send one shard in a worker process of its own."""
    return publishing.publish_shard(workplace, run, shard)


@task(cache_policy=NO_CACHE, task_run_name="publish the first of {shard}")
def publish_first(workplace: Workplace, run: str, shard: str, messages: int) -> publishing.ShardResult:
    """Send the first slice of a channel and judge it before the rest."""
    return publishing.publish_first(workplace, run, Slice(shard, messages))


@task(cache_policy=NO_CACHE)
def check_deliveries(workplace: Workplace, run: str) -> None:
    """Merge the journals and prove that every planned message is accounted for."""
    publishing.merge_journals(workplace, run)
    quality.verify(workplace, "delivery", run)
    store.take_snapshot(workplace)


@task(cache_policy=NO_CACHE)
def plan_looks(workplace: Workplace, run: str) -> None:
    """Write the looks to come into the due-list."""
    looks.plan_looks(workplace, run)


@task(cache_policy=NO_CACHE)
def end_publishing(workplace: Workplace, run: str) -> None:
    """Move a run on once everything is sent: to its evaluation where a look came before the control group's message."""
    runs.move(workplace, run, "published")
    if looks.any_is_evaluated(workplace, run):
        runs.move(workplace, run, "evaluating")
        closing.close_where_done(workplace, run)


@task(cache_policy=NO_CACHE)
def estimate_effect(workplace: Workplace, run: str, look: int) -> dict[str, object]:
    """Check the outcomes, estimate the effect and draw the lessons; close the run where nothing is left to do."""
    evaluation.require_outcomes(workplace, run)
    runs.begin_evaluating(workplace, run)
    quality.verify(workplace, "outcomes", run)
    estimate = evaluation.evaluate(workplace, run, look)
    evaluation_history.keep(workplace, run, look)
    lessons.draw_lessons(workplace, run, look)
    closing.close_where_done(workplace, run)
    return estimate


@task(cache_policy=NO_CACHE)
def write_report(workplace: Workplace, run: str, look: int) -> Path:
    """Write the report that a communicator reads, and mail its summary to manager and communicator."""
    store.take_snapshot(workplace)
    path = reports.write_report(workplace, run, look)
    report_summary.mail_summary(workplace, run, look)
    return path


@task(cache_policy=NO_CACHE)
def mark_overdue(workplace: Workplace, run: str) -> Path | None:
    """Write the report again, so that it shows in red what the run is late with, or a page that says that none is."""
    store.take_snapshot(workplace)
    return overdue_page.write_again(workplace, run, at_first=True)


@task(cache_policy=NO_CACHE, task_run_name="follow up {period.name}")
def follow_up(workplace: Workplace, period: Period, language: str, out: Path | None) -> dict[str, Any]:
    """Write the programme's follow-up over a period; returns what ``--json`` prints."""
    return programme.follow_up(workplace, period, language, out).as_dict()


@task(cache_policy=NO_CACHE)
def mail_follow_up(workplace: Workplace, found: dict[str, Any]) -> list[str]:
    """Mail the summary to those who answer for the programme; returns their ids in the directory."""
    return follow_up_mail.mail_summary(workplace, found)


@task(cache_policy=NO_CACHE)
def remind(workplace: Workplace) -> list[str]:
    """Mail reminders of what campaigns are late with; returns the runs."""
    return reminders.remind(workplace, datetime.now(UTC))
