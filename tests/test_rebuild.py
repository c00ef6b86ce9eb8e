"""The database lost, and every fact back from the evidence."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from small_run import WAVE, faults, make_run, received, sending_to

from campaigns.errors import InputError, StoreDamaged
from tasks import control, decisions, publishing, rebuild, runs, shards, store
from tasks.gateways.smtp import running_gateway
from tasks.orders import ORDERS, SUPPRESSIONS
from tasks.workplace import Workplace


@pytest.fixture
def published(published_once: tuple[Workplace, str]) -> tuple[Workplace, str]:
    """The run as it was, at its own place."""
    workplace, _ = published_once
    shutil.rmtree(workplace.home)
    shutil.copytree(workplace.home.parent / "published", workplace.home, symlinks=True)
    return published_once


@pytest.fixture(scope="module")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workplace, str]]:
    """A run with every kind of fact: messages of each fate, suppressions, an approval given late, a belief."""
    folder = tmp_path_factory.mktemp("rebuild")
    workplace = Workplace(home=folder / "home", key=b"a key for tests only")
    run = make_run(workplace, 60, letters=6)
    with store.writing(workplace) as connection:
        keep_register(connection, workplace)
        connection.execute(
            "INSERT INTO approval BY NAME SELECT ? AS run, 'd' AS digest, 'manager' AS role, 'x' AS code_sha256, "
            "'test_person' AS approver, '2026-01-01 00:00:00+00'::TIMESTAMPTZ AS requested_at, "
            "[]::VARCHAR[] AS reviewed",
            [run],
        )
        connection.execute("INSERT INTO look VALUES (?, 1, TIMESTAMPTZ '2027-01-01 00:00:00+00', 'due', NULL)", [run])
        connection.execute("INSERT INTO response_belief VALUES ('email', 'all', 1, 9, 'prior', NULL, now())")
        (workplace.home / "beliefs").mkdir()
        store.keep_rows(connection, "SELECT * FROM response_belief", [], workplace.home / "beliefs" / "one.parquet")
        connection.execute(
            "INSERT INTO response_evidence VALUES (?, 'email', 'one', 120.5, -2.25, DATE '2027-01-31')", [run]
        )
        connection.execute(
            "INSERT INTO audience_profile VALUES (?, 'external', 'language', 'sv', 60, 1, NULL, 0.5, 0.1)", [run]
        )
        connection.execute(
            "INSERT INTO audience_overlap BY NAME SELECT ? AS run, 'other-1' AS other_run, 20 AS persons", [run]
        )
        connection.execute(
            "INSERT INTO feedback BY NAME SELECT ? AS run, 1 AS number, DATE '2027-06-01' AS told_on, 'Ni sa. Vi gör.' "
            "AS text",
            [run],
        )
        connection.execute("INSERT INTO hidden_figure VALUES (?, 'external', 'channel', 'letter')", [run])
        connection.execute("INSERT INTO evaluation_history VALUES (?, 1, now(), '{}')", [run])
        kept = ["approval", "look", "audience_profile", "audience_overlap", "response_evidence", "feedback"]
        store.keep_evidence(connection, workplace, run, [*kept, "hidden_figure", "evaluation_history"])
    control.suppress(workplace, email="test3@example.se", actor="test")
    asked = {"digest": "d", "asked": [{"role": "manager", "approver": "test_person"}]}
    decisions.record(workplace, "approval_requested", actor="test", run=run, detail=asked)
    detail = {"digest": "d", "role": "manager", "approver": "test_person", "reviewed": ["h_gate"]}
    detail["confirmed"] = ["facts", "translation:en=test_reader"]
    decisions.record(workplace, "approval_granted", actor="test_person", run=run, detail=detail)
    with store.writing(workplace) as connection:
        rebuild.approval_rows.settle(connection, workplace, run)
    with running_gateway(folder / "sink", faults(folder, drop_after_dot=0.1)) as url:
        place = sending_to(workplace, url)
        for shard in shards.write_shards(place, run, WAVE):
            publishing.publish_shard(place, run, shard)
        (first, *_) = publishing.unknown(place, run)
        publishing.decide_unknown(place, run, first, "accepted", "test")
        control.pause(place, run, "test")
        publishing.merge_journals(place, run)
        for state in ("prepared", "approved", "publishing", "published"):
            runs.move(place, run, state)
        shutil.copytree(place.home, folder / "published", symlinks=True)
        yield place, run


def keep_register(connection: Any, workplace: Workplace) -> None:
    folder = workplace.register("population")
    folder.mkdir(parents=True)
    for table in ("person", "identity", "contact_point", "register_extract"):
        store.keep_rows(connection, f"SELECT * FROM {table}", [], folder / f"{table}.parquet")


def dump(workplace: Workplace) -> dict[str, list[str]]:
    """Every row of every table, in an order of its own."""
    with store.writing(workplace) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        return {
            name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"').fetchall()))
            for (name,) in tables
            if not name.startswith("schema_")
        }


def test_every_fact_is_back(published: tuple[Workplace, str]) -> None:
    workplace, run = published
    sink = workplace.home.parent / "sink"
    before, sent = dump(workplace), received(sink)
    empty = {name for name, rows in before.items() if not rows}
    assert empty <= {
        "plan", "plan_choice", "plan_price", "plan_floor", "plan_fairness", "plan_rule", "diversion", "variant_choice",
        "outcome", "effect", "lesson", "check_result", "register_extract", "audience_profile", "audience_overlap",
        "response_evidence", "plan_lesson", "evaluation", "effect_group", "effect_channel", "equity",
    }  # fmt: skip
    workplace.database.unlink()
    counts = rebuild.rebuild(workplace)
    after = dump(workplace)
    assert after == before
    assert counts == {name: len(rows) for name, rows in before.items()}
    control.resume(workplace, run, "test")
    for shard in shards.write_shards(workplace, run, WAVE):
        assert publishing.publish_shard(workplace, run, shard).counts == {}
    assert received(sink) == sent


def test_a_rebuild_from_evidence_without_the_message_rows_takes_them_from_the_shards(
    published: tuple[Workplace, str],
) -> None:
    workplace, run = published
    before = dump(workplace)
    (workplace.run_folder(run, "evidence") / "message.parquet").unlink()
    rebuild.rebuild(workplace)
    assert dump(workplace) == before


@pytest.mark.parametrize("damage", ["torn", "garbage"])
def test_an_unopenable_database_is_set_aside_and_rebuilt(published: tuple[Workplace, str], damage: str) -> None:
    workplace, _ = published
    before, content = dump(workplace), workplace.database.read_bytes()
    broken = bytes(len(content)) if damage == "garbage" else content[:4096] + bytes(8192) + content[12288:]
    workplace.database.write_bytes(broken)
    with pytest.raises(StoreDamaged), store.writing(workplace):
        pytest.fail("a damaged database was opened")
    rebuild.rebuild(workplace)
    assert dump(workplace) == before
    (aside,) = workplace.home.glob("budkavle.unopenable-*")
    assert aside.read_bytes() == broken


def test_a_database_that_is_replaced_is_kept(published: tuple[Workplace, str]) -> None:
    workplace, _ = published
    rebuild.rebuild(workplace)
    assert len(list(workplace.home.glob("budkavle.duckdb.replaced-*"))) == 1
    assert not list(workplace.home.glob("rebuilding.*"))


def test_damaged_evidence_replaces_nothing(published: tuple[Workplace, str]) -> None:
    workplace, run = published
    before = dump(workplace)
    (workplace.run_folder(run, "evidence") / "audience.parquet").write_bytes(b"torn")
    with pytest.raises(InputError, match=r"audience\.parquet"):
        rebuild.rebuild(workplace)
    assert dump(workplace) == before


def test_damaged_control_files_are_written_anew(published: tuple[Workplace, str]) -> None:
    workplace, run = published
    folder = workplace.run_folder(run, "control")
    (folder / ORDERS).write_bytes(b"damaged\n")
    (folder / SUPPRESSIONS).write_bytes(b"damaged\n")
    rebuild.rebuild(workplace)
    from tasks.orders import Control

    control_now = Control(folder, "email")
    assert control_now.refresh() == "paused"
    assert control_now.suppressed == {control.address_key(workplace, "test3@example.se")}
