"""Orders to a run before and while it is sent, and questions to the snapshot."""

from pathlib import Path

import duckdb
import pytest

from campaigns.brief_loading import load_brief
from campaigns.errors import IllegalMove, InputError, StoreDamaged
from tasks import control, decisions, runs, store
from tasks.ledger import bring_up
from tasks.questions import ask
from tasks.rebuild import rebuild
from tasks.register_values import usable_email
from tasks.status import run_status
from tasks.steering import steer
from tasks.workplace import Workplace, pseudonym

MATAVFALL = Path(__file__).parents[1] / "campaigns" / "matavfall"


def a_run(workplace: Workplace, state: str) -> str:
    run = runs.begin(workplace, load_brief(MATAVFALL), MATAVFALL)
    with store.writing(workplace) as connection:
        connection.execute("UPDATE run SET state = ? WHERE run = ?", [state, run])
        store.keep_evidence(connection, workplace, run, ["run"])
    return run


@pytest.mark.parametrize("state", ["prepared", "approved", "scheduled"])
def test_a_run_not_sent_yet_can_be_paused_and_keeps_its_state(workplace: Workplace, state: str) -> None:
    run = a_run(workplace, state)
    assert steer(workplace, run, "pause", "account:test") == run
    assert runs.state(workplace, run) == state
    assert "pause" in (workplace.run_folder(run, "control") / "orders.log").read_text()
    assert f": budkavle resume {run}; then " in run_status(workplace, run)["next"]
    steer(workplace, run, "resume", "account:test")
    assert "resume" not in run_status(workplace, run)["next"]
    assert [each.action for each in decisions.read(workplace)] == ["run_paused", "run_resumed"]


def test_a_published_run_cannot_be_stopped_and_nothing_is_ordered(workplace: Workplace) -> None:
    run = a_run(workplace, "published")
    with pytest.raises(IllegalMove, match="published"):
        steer(workplace, run, "stop", "account:test")
    assert list(decisions.read(workplace)) == []


def test_a_stop_holds_although_the_sending_ended_before_it_saw_the_order(workplace: Workplace) -> None:
    run = a_run(workplace, "publishing")
    decisions.record(workplace, "run_stopped", actor="account:test", run=run, detail={"reason": "asked"})
    runs.move(workplace, run, "published")
    bring_up(workplace)
    assert runs.state(workplace, run) == "stopped"
    for state in ("published", "publishing"):
        with pytest.raises(IllegalMove, match="was stopped"):
            runs.move(workplace, run, state)
    with pytest.raises(IllegalMove, match="was stopped"):
        runs.require_not_stopped(workplace, run)
    rebuild(workplace)  # from evidence that says published
    assert runs.state(workplace, run) == "stopped"


def test_a_stop_is_kept_as_evidence(workplace: Workplace) -> None:
    run = a_run(workplace, "publishing")
    steer(workplace, run, "stop", "account:test")
    path = workplace.run_folder(run, "evidence") / "run.parquet"
    with duckdb.connect() as connection:
        assert connection.execute("SELECT state FROM read_parquet(?)", [str(path)]).fetchall() == [("stopped",)]


def test_a_missing_database_with_evidence_is_never_begun_empty(workplace: Workplace) -> None:
    a_run(workplace, "published")
    workplace.database.unlink()
    with pytest.raises(StoreDamaged, match="missing"), store.writing(workplace):
        pass
    assert not workplace.database.exists()


@pytest.mark.parametrize("sql", ["", "SELECT 1; SELECT 2", "SELCT 1", "FROM nosuch", "DELETE FROM run", "FROM 'x.csv'"])
def test_a_question_that_cannot_be_answered_is_refused_in_words(workplace: Workplace, sql: str) -> None:
    with pytest.raises(InputError) as refused:
        ask(workplace, sql)
    assert refused.value.remedy


@pytest.mark.parametrize("sql", ["DROP TABLE run", "COPY run TO 'x.csv'", "SET threads = 1", "DELETE FROM run"])
def test_a_command_is_no_question_and_the_refusal_says_what_it_is(workplace: Workplace, sql: str) -> None:
    with pytest.raises(InputError, match=rf"only questions are answered, and this is a {sql.split(maxsplit=1)[0]}"):
        ask(workplace, sql)


def test_a_question_is_answered_with_its_columns(workplace: Workplace) -> None:
    assert ask(workplace, "SELECT count(*) AS runs FROM run") == (["runs"], [(0,)])


@pytest.mark.parametrize("person_key", ["", "a\nb\tc", "0" * 31, "G" * 32])
def test_a_person_key_that_can_never_match_is_refused_and_never_written(workplace: Workplace, person_key: str) -> None:
    with pytest.raises(InputError, match="no person key"):
        control.suppress(workplace, person_key=person_key, actor="account:test")
    assert list(decisions.read(workplace)) == []


def test_an_opt_out_is_the_key_that_the_register_makes(workplace: Workplace) -> None:
    given = control.suppress(workplace, email=" Anna@EXÄMPLE.se ", actor="account:test")
    assert given == pseudonym(workplace.key, "email", usable_email("anna@exämple.se") or "")
    for address in ("", "notanaddress", "Anna <anna@example.se>"):
        with pytest.raises(InputError, match="no e-mail address"):
            control.suppress(workplace, email=address, actor="account:test")


@pytest.mark.parametrize("content", [b"email\n\xc5sa@example.se\n", b"email\nnot an address\n", b"", None])
def test_a_file_of_suppressions_that_cannot_be_used_suppresses_nobody(
    workplace: Workplace, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "optouts.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError):
        control.suppress_file(workplace, path, actor="account:test")
    assert list(decisions.read(workplace)) == []


def test_a_truncated_database_is_set_aside_and_its_rebuild_named(workplace: Workplace) -> None:
    run = a_run(workplace, "published")
    whole = workplace.database.read_bytes()
    workplace.database.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreDamaged, match="set aside"):
        runs.state(workplace, run)
    assert [path.stat().st_size for path in workplace.home.glob("*.unopenable-*")] == [len(whole) // 2]
