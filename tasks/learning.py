"""From a look's outcomes to evidence about channels, and from all evidence to the beliefs that stand."""

from typing import Any

import duckdb
import pandas

from tasks import looks, runs, store
from tasks.beliefs import Belief, Evidence, Observation, observations, priors, remembered
from tasks.channel_groups import Compared, read_groups
from tasks.contrasts import contrasts
from tasks.drawn_people import by_area, observe, read_people
from tasks.pooling import pool
from tasks.workplace import Workplace

LEAST_REMEMBERED = 1.0


def learn(
    connection: duckdb.DuckDBPyConnection,
    workplace: Workplace,
    run: runs.Run,
    look: int,
    evaluated: Compared | None = None,
) -> None:
    """Replace the run's rows of ``response_evidence`` and ``response_belief`` by what this look says.

    What a contact did is judged by what campaigns observed before this one left believed, so evaluating again, also at
    a later look, gives the same and never counts the same people twice. Only outcomes that are shares teach, and
    not where whole areas were drawn: what channel somebody got there was not drawn beside a control group.
    ``evaluated`` is what an evaluation of the look has just compared; without it everybody is gone through again.
    """
    store.replace_rows(connection, run.run, ["response_evidence", "response_belief"])
    told = _evidence(connection)
    compared = evaluated or _compare(connection, workplace, run, look)
    if compared is not None and _is_share(run) and not by_area(run):
        observed_on = compared.observed_on
        earlier = [one for one in told if (one.observed_on, one.run) < (observed_on, run.run)]
        before = pool(remembered(earlier, workplace.forgetting), priors())
        found = contrasts(compared.treated, compared.holdout, _direction(run))
        new = observations(run.run, observed_on, found, before)
        _insert(connection, "response_evidence", [_flat(one) for one in new])
        if new:
            _believe(connection, run.run, remembered([*told, *new], workplace.forgetting))
    store.keep_evidence(connection, workplace, run.run, ["response_evidence"])
    _keep_beliefs(connection, workplace, run.run, look)


def _evidence(connection: duckdb.DuckDBPyConnection) -> list[Observation]:
    rows = connection.execute(store.statement("lessons/evidence")).fetchall()
    return [
        Observation(run, observed_on, channel, segment, Evidence(trials, successes))
        for run, observed_on, channel, segment, trials, successes in rows
    ]


def _is_share(run: runs.Run) -> bool:
    return all(0 <= figure <= 1 for figure in (run.brief.objective.baseline, run.brief.objective.target))


def _compare(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run, look: int) -> Compared | None:
    window = looks.window(run, look)
    read_people(connection, workplace, run, all_are_told=window.all_are_told)
    observed_on = observe(connection, run, window, run.brief.objective.outcome)
    return None if observed_on is None else read_groups(connection, observed_on)


def _direction(run: runs.Run) -> int:
    """Return the direction in which the objective wants the outcome to move."""
    return -1 if run.brief.objective.target < run.brief.objective.baseline else 1


def _flat(one: Observation) -> dict[str, Any]:
    return {
        "run": one.run,
        "channel": one.channel,
        "segment": one.segment,
        "trials": one.evidence.trials,
        "successes": one.evidence.successes,
        "observed_on": one.observed_on,
    }


def _believe(connection: duckdb.DuckDBPyConnection, run: str, evidence: dict[tuple[str, str], Evidence]) -> None:
    """Write what is now believed of every channel in every segment of which something is still remembered."""
    weight: dict[str, float] = {}
    for (_, segment), seen in evidence.items():
        weight[segment] = weight.get(segment, 0.0) + seen.trials
    kept = {cell: seen for cell, seen in evidence.items() if weight[cell[1]] >= LEAST_REMEMBERED}
    beliefs = pool(kept, priors()).by_cell
    rows = [_belief_row(run, *cell, belief) for cell, belief in sorted(beliefs.items())]
    _insert(connection, "response_belief", rows)


def _belief_row(run: str, channel: str, segment: str, belief: Belief) -> dict[str, Any]:
    shape = {"alpha": belief.alpha, "beta": belief.beta}
    return {"channel": channel, "segment": segment, **shape, "source": "evaluation", "run": run}


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        moment = ", now() AS updated_at" if table == "response_belief" else ""
        connection.register("fresh", pandas.DataFrame(rows))
        connection.execute(f'INSERT INTO "{table}" BY NAME SELECT *{moment} FROM fresh')
        connection.unregister("fresh")


def _keep_beliefs(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str, look: int) -> None:
    """Write the run's beliefs to a file from which a lost database is rebuilt; it takes the place of earlier looks'."""
    folder = workplace.beliefs
    store.keep_rows(connection, "SELECT * FROM response_belief WHERE run = ?", [run], folder / f"{run}-{look}.parquet")
    for earlier in range(1, look):
        (folder / f"{run}-{earlier}.parquet").unlink(missing_ok=True)
