"""What `budkavle health` tells of an installation, well and ill."""

from dataclasses import replace
from pathlib import Path

from small_run import WAVE, make_run, sending_to

from tasks import decisions, journal, publishing, shards
from tasks.gateways.smtp import running_gateway
from tasks.health import health, metrics
from tasks.workplace import Workplace


def test_a_sound_installation_is_healthy_and_counts_what_is_in_doubt(workplace: Workplace, tmp_path: Path) -> None:
    run = make_run(workplace, 12)
    shards.write_shards(workplace, run, WAVE)
    folder = workplace.run_folder(run, "journals")
    folder.mkdir()
    with running_gateway(tmp_path / "sink") as url:
        place = sending_to(workplace, url)
        publishing.publish_shard(place, run, f"{WAVE}-email-0001")
        left = journal.Journal(journal.next_segment(folder, f"{WAVE}-email-0001"))
        message = next(iter(journal.standings(folder, f"{WAVE}-email-0001")))
        left.append([journal.now("unknown", message, 1)])
        left.close()
        publishing.merge_journals(place, run)
        found = health(place)
    assert found["problems"] == []
    assert (found["healthy"], found["unknown_messages"], found["overdue_looks"]) == (True, 1, 0)
    told = metrics(found)
    assert "# TYPE budkavle_unknown_messages gauge\nbudkavle_unknown_messages 1\n" in told
    assert "example.se" not in told


def test_each_thing_that_is_broken_is_told_in_words_without_secrets(workplace: Workplace) -> None:
    run = make_run(workplace, 2)
    folder = workplace.run_folder(run, "journals")
    folder.mkdir()
    (folder / "x.e0001.journal").write_bytes(b"00000000\tnonsense\n")
    ill = health(replace(workplace, smtp_url="smtp://user:canary@127.0.0.1:1"))
    assert (ill["healthy"], ill["database"], ill["journals"], ill["gateways"]) == (False, True, False, False)
    assert len(ill["problems"]) == 2
    assert "canary" not in str(ill)
    decisions.record(workplace, "run_paused", actor="test", run=run, detail={})
    dead = health(replace(workplace, web_url="http://127.0.0.1:1/x#private=1", key=b"another key"))
    assert (dead["gateways"], dead["decision_log"]) == (False, False)
    with running_gateway(workplace.home / "sink") as url:
        unencrypted = health(replace(workplace, smtp_url=url.replace("//", "//user:canary@") + "?tls=required"))
    assert unencrypted["problems"][-1] == (
        "gateway 1 of BUDKAVLE_SMTP_URL: it takes no e-mail from us: offers no encryption or no login"
    )
    assert any("BUDKAVLE_WEB_URL: it takes no connection" in each for each in dead["problems"])
    assert any("BUDKAVLE_SECRET_KEY is not the key" in each for each in dead["problems"])
    workplace.database.write_bytes(b"not a database")
    assert health(workplace)["database"] is False
    assert "budkavle_healthy 0\n" in metrics(ill)
