"""Checks at the stage boundaries: the only importer of ``expectations`` and of Great Expectations.

A suite sees a narrow frame of pseudonyms. Great Expectations decides, with results that hold no values
(``BOOLEAN_ONLY``); SQL counts the failing rows of the same frame; both go to ``check_result``.
"""

import contextlib
import json
import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb

from campaigns.channels import load_channels
from campaigns.errors import BudkavleError, CheckFailed
from campaigns.programme import load_programme
from expectations import SUITES, Claim, Suite
from tasks import store
from tasks.local_time import CITY, today
from tasks.workplace import Workplace

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class CheckResult:
    """One claim's result; ``rows_checked`` is None where the claim is of the whole."""

    claim: Claim
    success: bool
    rows_checked: int | None
    rows_failed: int


def verify(workplace: Workplace, stage: str, run: str) -> list[CheckResult]:
    """Check everything that must be true after a stage; ``run`` is ``register:KIND`` for a register.

    Replaces the stage's rows of ``check_result``. Raises CheckFailed that names every critical claim that fails.
    """
    suite = SUITES[stage]
    frame = frame_of(workplace, suite, run)
    counts = _count_failures(suite, frame)
    verdicts = _validate(suite, frame)
    if differing := [claim.name for claim in suite.claims if verdicts[claim.name] != (counts[claim.name] == 0)]:
        raise BudkavleError(
            f"Great Expectations and the SQL count disagree on: {', '.join(differing)}",
            where=f"expectations/{stage}.py",
            remedy="this is a fault of Budkavle's own and nothing was let through; report it with this message.",
        )
    results = [
        CheckResult(claim, verdicts[claim.name], None if claim.whole else frame.num_rows, counts[claim.name])
        for claim in suite.claims
    ]
    _keep(workplace, suite, run, results)
    if failed := [result for result in results if not result.success and result.claim.kind == "critical"]:
        raise _check_failed(stage, run, failed)
    return results


def frame_of(workplace: Workplace, suite: Suite, run: str) -> "pa.Table":
    """Return the suite's frame; the database is closed again before anything is checked."""
    query = store.statement(suite.frame)
    known = {
        "run": run,
        "kind": run.partition(":")[2],
        "extract_days": load_programme().extract_days,
        "today": today(),
        "channels": json.dumps(
            [{"name": each.name, "address_kind": each.address_kind} for each in load_channels().values()]
        ),
    }
    named = {name: value for name, value in known.items() if f"${name}" in query}
    with store.writing(workplace) as connection:
        table: pa.Table | None = connection.sql(query, params=named).to_arrow_table()
    assert table is not None
    return table


def _count_failures(suite: Suite, frame: "pa.Table") -> dict[str, int]:
    with duckdb.connect() as counter:
        counter.register("frame", frame)
        row = counter.execute("SELECT " + ", ".join(claim.failing for claim in suite.claims) + " FROM frame").fetchone()
    assert row is not None
    return {claim.name: int(count) for claim, count in zip(suite.claims, row, strict=True)}


def _validate(suite: Suite, frame: "pa.Table") -> dict[str, bool]:
    """Run the suite in an ephemeral context and return each claim's verdict by its name."""
    with _quiet():
        import great_expectations as gx
        from great_expectations import expectations as library
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        asset = context.data_sources.add_pandas("frames").add_dataframe_asset(suite.stage)
        batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame.to_pandas()})
        claims = [
            getattr(library, claim.expectation)(**claim.arguments, meta={"claim": claim.name}) for claim in suite.claims
        ]
        defined = gx.ExpectationSuite(name=suite.name, expectations=claims)
        outcome = batch.validate(defined, result_format="BOOLEAN_ONLY")
    results: Sequence[Any] = outcome.results
    return {result.expectation_config.meta["claim"]: _verdict(suite, result) for result in results}


def _verdict(suite: Suite, result: Any) -> bool:
    if result.exception_info.get("raised_exception", True):
        raise BudkavleError(
            f"Great Expectations could not check {result.expectation_config.meta['claim']}",
            where=f"expectations/{suite.stage}.py",
            remedy="this is a fault of Budkavle's own and nothing was let through; report it with this message.",
        )
    return bool(result.success)


def load_library() -> None:
    """Import Great Expectations, which takes seconds, while there is nothing else to do."""
    with _quiet():
        import great_expectations  # noqa: F401


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Great Expectations logs and warns away from the terminal and from Prefect: it may quote values."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logger = logging.getLogger("great_expectations")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _keep(workplace: Workplace, suite: Suite, run: str, results: Sequence[CheckResult]) -> None:
    now = datetime.now(CITY)
    rows = [
        (
            *(run, suite.stage, suite.name, result.claim.name, result.claim.requirement, result.claim.kind),
            *(result.success, result.rows_checked, result.rows_failed, result.claim.message, "", now),
        )
        for result in results
    ]
    with store.writing(workplace) as connection:
        connection.execute(
            "DELETE FROM check_result WHERE run = ? AND stage = ? AND suite = ?", [run, suite.stage, suite.name]
        )
        connection.executemany("INSERT INTO check_result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)", rows)
        _keep_evidence(connection, workplace, run)


def _keep_evidence(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str) -> None:
    register, _, kind = run.partition(":")
    if not kind:
        store.keep_evidence(connection, workplace, run, ["check_result"])
        return
    folder = workplace.register(kind)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    query = "SELECT * FROM check_result WHERE run = ?"
    store.keep_rows(connection, query, [f"{register}:{kind}"], folder / "check_result.parquet")


def _check_failed(stage: str, run: str, failed: Sequence[CheckResult]) -> CheckFailed:
    lines = []
    for result in failed:
        requirement = f" ({result.claim.requirement})" if result.claim.requirement else ""
        of = f", {result.rows_failed} of {result.rows_checked} rows" if result.rows_checked is not None else ""
        lines.append(f"{result.claim.name}{requirement}{of}: {result.claim.message}")
    count = f"{len(failed)} critical check{'s' if len(failed) > 1 else ''} failed after the stage {stage}"
    return CheckFailed(
        "\n    ".join([f"{count}:", *lines]),
        where=run,
        remedy="mend what each line names, then run the same command again; nothing has gone further.",
    )
