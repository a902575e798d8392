"""What leaves for a webhook: signed, over TLS, to a pinned public address, again after failures, never further."""

import asyncio
import base64
import hashlib
import hmac
import http.server
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from chat_desk import Hands, chat_settings
from dovecot_server import make_certificate

from klimapartner.assistant.webhooks.errors import RefusedAddress
from klimapartner.assistant.webhooks.sending import MOST_ATTEMPTS, deliver_due
from klimapartner.assistant.webhooks.target import find_target, is_allowed
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.deliveries import list_deliveries
from klimapartner.storage.webhooks import Webhook, add_webhook, get_webhook, send_test


@dataclass
class Receiver:
    """Somebody's server: what came in, and what it answers (the last status again and again)."""

    port: int
    trust: ssl.SSLContext
    statuses: list[int] = field(default_factory=lambda: [204])
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    make_certificate(tmp_path)
    found: list[Receiver] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found[0].got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            statuses = found[0].statuses
            self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
            self.send_header("Location", f"https://localhost:{found[0].port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    server.socket = ours.wrap_socket(server.socket, server_side=True)
    found.append(Receiver(server.server_address[1], ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found[0]
    server.shutdown()
    server.server_close()


@dataclass
class Sender:
    """An office with one webhook to the receiver and a test on its way to it."""

    work: Workplace
    hands: Hands
    hook: Webhook
    receiver: Receiver

    def send(self) -> tuple[str, str, int]:
        """Send what is due; state, error and attempts of the delivery."""
        asyncio.run(deliver_due(self.work, trust=self.receiver.trust))
        with self.work.database.reading() as session:
            return next((one.state, one.error, one.attempts) for one in list_deliveries(session))


@pytest.fixture
def sender(receiver: Receiver, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Sender]:
    hands, private = Hands(), getattr(request, "param", ["localhost"])
    settings = chat_settings(f"sqlite:///{tmp_path}/hooks.db", api={"private_hosts": private})
    with open_workplace(settings, lambda: hands.now) as work:
        with work.database.session() as session:
            url = f"https://localhost:{receiver.port}/in?a=1"
            hook = add_webhook(session, url=url, events=["entry.created"], who="admin", now=hands.now)
            send_test(session, hook.id, now=hands.now)
        yield Sender(work, hands, hook, receiver)


def test_a_delivery_is_signed_and_holds_ids_only(sender: Sender) -> None:
    assert sender.send() == ("sent", "", 1)
    [(path, headers, body)] = sender.receiver.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(sender.hook.secret.removeprefix("whsec_"))
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert (path, headers["webhook-signature"]) == ("/in?a=1", wanted)
    assert headers["webhook-timestamp"] == str(int(sender.hands.now.timestamp()))
    assert headers["host"] == f"localhost:{sender.receiver.port}"
    assert json.loads(body) == {
        "type": "test", "timestamp": sender.hands.now.isoformat(), "data": {"subject": "webhook", "id": 1},
    }  # fmt: skip


def test_a_failure_is_tried_again_with_growing_pauses_and_given_up_at_last(sender: Sender) -> None:
    sender.receiver.statuses = [500]
    assert sender.send() == ("queued", "Antwort 500", 1)
    sender.hands.now += timedelta(minutes=1)
    assert sender.send() == ("queued", "Antwort 500", 1)
    for attempt in range(2, MOST_ATTEMPTS):
        sender.hands.now += timedelta(hours=6)
        assert sender.send() == ("queued", "Antwort 500", attempt)
    sender.hands.now += timedelta(hours=6)
    assert sender.send() == ("failed", "Antwort 500", MOST_ATTEMPTS)
    sender.hands.now += timedelta(hours=6)
    assert (sender.send()[2], len(sender.receiver.got)) == (MOST_ATTEMPTS, MOST_ATTEMPTS)


def test_a_second_try_is_the_same_message(sender: Sender) -> None:
    sender.receiver.statuses = [503, 200]
    sender.send()
    sender.hands.now += timedelta(hours=1)
    assert sender.send() == ("sent", "", 2)
    first, second = sender.receiver.got
    assert (first[1]["webhook-id"], first[2]) == (second[1]["webhook-id"], second[2])
    assert first[1]["webhook-signature"] != second[1]["webhook-signature"]


def test_redirects_are_not_followed(sender: Sender) -> None:
    sender.receiver.statuses = [307]
    assert sender.send() == ("queued", "Antwort 307", 1)
    assert [path for path, _, _ in sender.receiver.got] == ["/in?a=1"]


def test_an_address_that_is_gone_is_told_nothing_more(sender: Sender) -> None:
    sender.receiver.statuses = [410]
    assert sender.send() == ("failed", "Antwort 410", 1)
    with sender.work.database.reading() as session:
        assert get_webhook(session, sender.hook.id).active is False


@pytest.mark.parametrize("sender", [[]], indirect=True)
def test_the_own_network_is_not_reached_unless_named(sender: Sender) -> None:
    state, error, _ = sender.send()
    assert (state, error.partition(";")[0], sender.receiver.got) == (
        "queued", "Der Host liegt nicht im öffentlichen Netz", [],
    )  # fmt: skip


def test_a_certificate_of_somebody_else_is_refused(sender: Sender) -> None:
    sender.receiver.trust = ssl.create_default_context()
    assert sender.send() == ("queued", "Nicht erreicht (ConnectError)", 1)
    assert sender.receiver.got == []


def test_the_name_is_resolved_once_and_that_address_is_called(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = socket.getaddrinfo, []

    def resolve(host: Any, *rest: Any, **more: Any) -> Any:
        asked.append(str(host))
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert (sender.send()[0], asked.count("localhost")) == ("sent", 1)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "::127.0.0.1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert is_allowed(ip_address(address), private=False) is False


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("8.8.8.8", True), ("2a00:1450:4001:800::200e", True), ("10.0.0.1", True), ("127.0.0.1", True), ("::1", True),
        ("fc00::1", True), ("169.254.169.254", False), ("224.0.0.1", False), ("fe80::1", False), ("0.0.0.0", False),
        ("64:ff9b::a9fe:a9fe", False), ("::ffff:169.254.169.254", False),
    ],
)  # fmt: skip
def test_addresses_for_named_hosts(address: str, allowed: bool) -> None:
    assert is_allowed(ip_address(address), private=True) is allowed


@pytest.mark.parametrize(
    "url",
    ["http://localhost/", "https://127.0.0.1/", "https://localhost@evil.example/", "https://[::1]/", "ftp://a.example/",
     "https://2130706433/", "https://0x7f.1/", "https://no.such.host.invalid/"],
)  # fmt: skip
async def test_urls_that_are_refused(url: str) -> None:
    with pytest.raises(RefusedAddress):
        await find_target(url, [])
