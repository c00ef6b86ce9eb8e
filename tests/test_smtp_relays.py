"""Relays over real sockets: encryption, login, several connections, late and silent ones, failover and return."""

import datetime
import ipaddress
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from small_run import faults

from campaigns.errors import GatewayUnavailable, InputError
from tasks.gateways.smtp import accepted, running_gateway
from tasks.gateways.smtp_security import PASSWORD, USER
from tasks.senders.email import EmailSender
from tasks.senders.protocol import Message, Outcome, Setting
from tasks.senders.smtp_dialogue import LOST
from tasks.senders.smtp_relays import SECONDS_BEFORE_RETURN, Line, Relays, relay_of

CONTENT = b"Subject: prov\r\n\r\nhej\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that nobody else vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a relay for tests")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "relay.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "relay.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    return folder / "relay.pem", folder / "relay.key"


def sender_to(url: str, content: bytes = CONTENT) -> EmailSender:
    return EmailSender(Setting("run", "shard", Path(), lambda _: content, url, sender_address="budkavle@example.se"))


def messages(how_many: int) -> list[Message]:
    return [Message(f"m{number}", "v", (), f"test{number}@example.se", "sv", {}) for number in range(how_many)]


def send(sender: EmailSender, waiting: list[Message], seconds: float = 30.0) -> dict[str, Outcome]:
    """Send as the delivery does, as many at a time as there is room for."""
    told: dict[str, Outcome] = {}
    left, waiting = len(waiting), list(waiting)
    sender.open()
    while len(told) < left:
        batch, waiting = waiting[: sender.room], waiting[sender.room :]
        sender.prepare(batch)
        sender.hand_over(batch)
        settled = sender.collect(seconds, 0.0)
        assert settled, "nothing was settled in time"
        told |= {message.message_id: outcome for message, outcome in settled}
    sender.close()
    return told


def statuses(told: dict[str, Outcome]) -> Counter[str]:
    return Counter(outcome.status for outcome in told.values())


@contextmanager
def silent_relay(greeting: bytes = b"") -> Iterator[str]:
    """Take connections, greet with this, and say nothing ever after."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return
                kept[-1].sendall(greeting)

        threading.Thread(target=take, daemon=True).start()
        yield f"smtp://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        for connection in kept:
            connection.close()


@pytest.mark.parametrize("way", ["starttls", "implicit"])
def test_a_required_encryption_is_used_and_its_certificate_verified(
    tmp_path: Path, certificate: tuple[Path, Path], way: str
) -> None:
    pem, key = certificate
    options = ["--tls-cert", str(pem), "--tls-key", str(key), *(["--tls-implicit"] if way == "implicit" else [])]
    with running_gateway(tmp_path, options=options) as plain:
        url = plain.replace("smtp:", "smtps:") if way == "implicit" else plain
        assert statuses(send(sender_to(f"{url}?tls=required&ca={pem}"), messages(60))) == {"accepted": 60}
        assert len(accepted(tmp_path)) == 60
        with pytest.raises(GatewayUnavailable, match="certificate is not trusted"):
            sender_to(f"{url}?tls=required").open()
        if way == "starttls":
            with pytest.raises(GatewayUnavailable, match="certificate is not trusted"):
                sender_to(f"{url.replace('127.0.0.1', 'localhost')}?tls=required&ca={pem}").open()


def test_large_mails_pass_an_encrypted_connection_in_pieces(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    pem, key = certificate
    content = b"Subject: stor\r\n\r\n" + b"x" * 70 + b"\r\n" * 200_000
    with running_gateway(tmp_path, options=["--tls-cert", str(pem), "--tls-key", str(key)]) as url:
        assert statuses(send(sender_to(f"{url}?tls=required&ca={pem}", content), messages(20))) == {"accepted": 20}
    assert {(tmp_path / entry["file"]).read_bytes() for entry in accepted(tmp_path)} == {content}


def test_without_the_required_encryption_nothing_is_sent(tmp_path: Path) -> None:
    with running_gateway(tmp_path) as url, pytest.raises(GatewayUnavailable, match="offers no encryption"):
        sender_to(f"{url}?tls=required").open()


def test_a_password_goes_over_encryption_only(
    tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, key = certificate
    monkeypatch.setenv(USER, "budkavle")
    monkeypatch.setenv(PASSWORD, "hemligt+%")
    with running_gateway(tmp_path, options=["--tls-cert", str(pem), "--tls-key", str(key)]) as url:
        known = url.replace("//", "//budkavle:hemligt%2B%25@") + f"?tls=required&ca={pem}"
        assert statuses(send(sender_to(known), messages(3))) == {"accepted": 3}
        with pytest.raises(GatewayUnavailable, match=r"does not accept user and password \(535\)") as refused:
            sender_to(known.replace("hemligt", "gissat")).open()
        assert "gissat" not in str(refused.value)
        assert set(statuses(send(sender_to(f"{url}?tls=required&ca={pem}"), messages(3)))) == {"rejected"}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("smtp://u:secret@relay.example?tls=no", "unencrypted"),
        ("smtp://u:secret@127.0.0.1:25", "unencrypted"),
        ("smtps://u:secret%C3%A5@relay.example", "other than ASCII"),
        ("http://relay.example", "not smtp://host:port"),
        ("smtp://relay.example?tls=maybe", "none of required"),
        ("smtp://relay.example?timeout=long", "not a number"),
        ("smtp://relay.example?tsl=required", "no option tsl"),
        ("smtp://relay.example?tls", "none of required"),
        ("smtp://relay.example#tls=required", "not behind #"),
        ("smtp://relay.example?secret.1", "no option of this name"),
        ("smtp://relay.example:99999", "not smtp://host:port"),
    ],
)
def test_an_address_of_a_relay_that_cannot_be_used_is_refused_without_its_password(url: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        relay_of(url)
    assert "secret" not in str(refused.value)


def test_a_password_in_the_clear_must_be_allowed_and_stays_on_the_machine() -> None:
    assert relay_of("smtp://u:secret@127.0.0.1?auth=unencrypted").tls == "no"
    with pytest.raises(InputError):
        relay_of("smtp://u:secret@relay.example?auth=unencrypted&tls=no")
    assert "secret" not in repr(relay_of("smtps://u:secret@relay.example"))


@pytest.mark.parametrize("connections", [1, 8])
def test_a_relay_without_pipelining_takes_everything_in_turns(tmp_path: Path, connections: int) -> None:
    planted = faults(tmp_path, without=["PIPELINING"], reply={"rcpt": "550 5.1.1 nobody", "share": 0.3, "seed": 2})
    with running_gateway(tmp_path / "sink", planted) as url:
        told = send(sender_to(f"{url}?connections={connections}"), messages(60))
    assert set(statuses(told)) == {"accepted", "rejected"}
    assert len(accepted(tmp_path / "sink")) == statuses(told)["accepted"]


def test_several_connections_are_used_at_once_and_no_more_than_allowed(tmp_path: Path) -> None:
    with running_gateway(tmp_path / "sink", faults(tmp_path, delay_ms=40)) as url:
        assert statuses(send(sender_to(f"{url}?connections=3"), messages(48))) == {"accepted": 48}
    assert {entry["connection"] for entry in accepted(tmp_path / "sink")} == {1, 2, 3}


def test_a_message_that_is_never_answered_for_stops_no_other(tmp_path: Path) -> None:
    with running_gateway(tmp_path / "sink", faults(tmp_path, never_after_dot=["test0@example.se"])) as url:
        sender = sender_to(f"{url}?timeout=3&connections=4")
        told: list[tuple[Message, Outcome]] = []
        sender.open()
        waiting = messages(64)
        while waiting or len(told) < 64:
            batch, waiting = waiting[: sender.room], waiting[sender.room :]
            sender.prepare(batch)
            sender.hand_over(batch)
            settled = sender.collect(10, 0.0)
            told += settled
        sender.close()
    assert {message.message_id for message, _ in told[-2:]} == {"m0", "m1"}, "only the next on its connection waited"
    late = {message.message_id: outcome for message, outcome in told if outcome.status != "accepted"}
    assert late == {"m0": Outcome("unknown", "timeout", "", True)}


def test_what_is_prepared_and_not_handed_over_is_never_sent(tmp_path: Path) -> None:
    with running_gateway(tmp_path / "sink") as url:
        sender, (marked, ahead) = sender_to(f"{url}?connections=2"), (messages(40)[:8], messages(40)[8:])
        sender.open()
        sender.prepare(marked)
        sender.hand_over(marked)
        sender.prepare(ahead)
        told = [outcome for _, outcome in collected(sender, 8)]
        assert sender.collect(0.3, 0.0) == []
        sender.call_off()
        sender.prepare(ahead[:4])
        sender.hand_over(ahead[:4])
        told += [outcome for _, outcome in collected(sender, 4)]
        sender.close()
    assert [outcome.status for outcome in told] == ["accepted"] * 12
    arrived = [entry["rcpt_to"][0] for entry in accepted(tmp_path / "sink")]
    assert sorted(arrived) == sorted(message.address for message in (*marked, *ahead[:4]))


def test_what_a_relay_refuses_ahead_of_the_mark_is_told_after_it(tmp_path: Path) -> None:
    with running_gateway(tmp_path / "sink", faults(tmp_path, reply={"rcpt": "550 5.1.1 nobody"})) as url:
        sender, (marked, ahead) = sender_to(f"{url}?connections=1"), (messages(4)[:2], messages(4)[2:])
        sender.open()
        sender.prepare(marked)
        sender.hand_over(marked)
        sender.prepare(ahead)
        first = collected(sender, 2)
        assert sender.collect(0.3, 0.0) == []
        sender.hand_over(ahead)
        second = sender.collect(0.3, 0.0)
        sender.close()
    assert [[message for message, _ in told] for told in (first, second)] == [marked, ahead]
    assert {outcome for _, outcome in (*first, *second)} == {Outcome("rejected", "550")}


def test_a_relay_that_hangs_up_on_what_is_ahead_leaves_nothing_in_doubt(tmp_path: Path) -> None:
    port = free_port()
    with running_gateway(tmp_path / "sink", port=port) as url:
        sender = sender_to(f"{url}?connections=1")
        sender.open()
        sender.prepare(messages(2))
        assert sender.collect(0.3, 0.0) == []
    with running_gateway(tmp_path / "sink", port=port):
        sender.hand_over(messages(2))
        assert [outcome.status for _, outcome in collected(sender, 2)] == ["accepted"] * 2
        sender.close()
    assert len(accepted(tmp_path / "sink")) == 2


def test_what_a_connection_returns_as_it_is_called_off_is_not_announced_again(tmp_path: Path) -> None:
    with running_gateway(tmp_path / "sink") as url:
        sender = sender_to(f"{url}?connections=1")
        sender.open()
        sender.prepare(messages(2))
        assert sender.collect(0.1, 0.0) == []
        sender._pool._connections[0].dialogue.end(LOST)  # as where the last bytes could not be sent
        sender.call_off()
        sender.prepare(messages(4)[2:])
        sender.hand_over(messages(4)[2:])
        assert [outcome.status for _, outcome in collected(sender, 2)] == ["accepted"] * 2
        sender.close()
    assert {entry["rcpt_to"][0] for entry in accepted(tmp_path / "sink")} == {"test2@example.se", "test3@example.se"}


def collected(sender: EmailSender, how_many: int) -> list[tuple[Message, Outcome]]:
    told: list[tuple[Message, Outcome]] = []
    while len(told) < how_many:
        settled = sender.collect(10, 0.0)
        assert settled, "nothing was told of a letter for ten seconds"
        told += settled
    return told


def test_a_relay_that_falls_silent_is_given_up_in_time() -> None:
    with silent_relay(b"220 hello\r\n") as url, pytest.raises(GatewayUnavailable, match="took the connection"):
        sender_to(f"{url}?timeout=0.3").open()


def test_a_relay_that_disappears_leaves_what_was_under_way_in_doubt_and_the_rest_unsent(tmp_path: Path) -> None:
    sink = tmp_path / "sink"
    with running_gateway(sink, faults(tmp_path, delay_ms=10_000)) as url:
        sender = sender_to(f"{url}?connections=1")
        sender.open()
        sender.prepare(messages(4))
        sender.hand_over(messages(4))
        assert sender.collect(0.5, 0.0) == []
    told = {message.message_id: outcome for message, outcome in sender.collect(5, 0.0)}
    while len(told) < 4:
        told |= {message.message_id: outcome for message, outcome in sender.collect(5, 0.0)}
    sender.close()
    assert told["m0"] == Outcome("unknown", "connection_lost", "", True)
    assert {told[f"m{number}"] for number in (1, 2, 3)} == {Outcome("deferred", "no_connection", "", True)}
    assert accepted(sink) == []


def test_the_relay_that_works_is_kept_and_the_first_tried_again_only_after_a_while(tmp_path: Path) -> None:
    with running_gateway(tmp_path / "second") as second:
        first_port = free_port()
        now = [0.0]
        relays = Relays(f"smtp://127.0.0.1:{first_port},{second}", "example.se", clock=lambda: now[0])
        assert port_of(relays) == int(second.rpartition(":")[2])
        with running_gateway(tmp_path / "first", port=first_port):
            now[0] = SECONDS_BEFORE_RETURN - 1
            assert port_of(relays) == int(second.rpartition(":")[2])
            now[0] = SECONDS_BEFORE_RETURN
            assert port_of(relays) == first_port
        assert port_of(relays) == int(second.rpartition(":")[2])
        assert not relays.may_return


def test_a_relay_that_answers_with_faults_alone_is_left_for_the_next(tmp_path: Path) -> None:
    ill = faults(tmp_path, reply={"mail": "451 4.3.0 trouble"})
    with running_gateway(tmp_path / "ill", ill) as first, running_gateway(tmp_path / "well") as second:
        told = send(sender_to(f"{first}?connections=2,{second}"), messages(200))
    assert accepted(tmp_path / "ill") == []
    assert len(accepted(tmp_path / "well")) == statuses(told)["accepted"] > 150
    assert set(statuses(told)) == {"accepted", "deferred"}


def test_giving_up_a_relay_waits_for_no_connection_to_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, running_gateway(tmp_path / "well") as well:
        relays = Relays(f"smtp://127.0.0.1:{silent.getsockname()[1]}?timeout=3,{well}", "example.se")
        lines: list[Line] = []
        opening = threading.Thread(target=lambda: lines.append(relays.connect()))
        opening.start()
        kept, _ = silent.accept()
        began = time.monotonic()
        assert relays.give_up(relays.current)
        assert time.monotonic() - began < 2
        opening.join()
        assert (lines[0].relay, relays.current) == (relay_of(well), relay_of(well))
        lines[0].server.close()
        kept.close()


def test_what_has_been_answered_is_heard_before_the_clock_is_looked_at(tmp_path: Path) -> None:
    with running_gateway(tmp_path / "sink", faults(tmp_path, delay_ms=40)) as url:
        sender = sender_to(f"{url}?timeout=0.4&connections=2")
        sender.open()
        sender.prepare(messages(2))
        sender.hand_over(messages(2))
        assert sender.collect(0.0, 0.0) == []
        sender.collect(0.02, 0.0)
        wait = time.monotonic() + 0.6
        while time.monotonic() < wait:  # the worker stands still, the relay does not
            pass
        assert {outcome.status for _, outcome in collected(sender, 2)} == {"accepted"}
        sender.close()


def port_of(relays: Relays) -> int:
    line = relays.connect()
    line.server.close()
    return line.relay.port


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
