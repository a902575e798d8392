"""What becomes of a message by SMTP, against a real server in this process and a line that breaks."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dovecot_server import make_certificate
from hypothesis import given
from hypothesis import strategies as st

from klimapartner.mailbox.errors import ConnectionLost, InsecureConnection, LoginRefused, ServerUnreachable
from klimapartner.mailbox.fakes.proxy import CuttingProxy
from klimapartner.mailbox.fakes.smtp_sink import Received, SmtpSink, Step
from klimapartner.mailbox.oauth import Token, TokenSource
from klimapartner.mailbox.server import Login, PasswordLogin, Server, TokenLogin
from klimapartner.mailbox.smtp import Outcome, check, send, smtp_address

RAW = b"From: a@example.org\r\nSubject: Hallo\r\n\r\n.Punkt\r\n..\r\nEnde\r\n"
SENDER = "bounce+17@example.org"
TO = "b@example.org"


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as server:
        yield server


async def outcome(sink: SmtpSink, login: Login | None = None, *, sender: str = SENDER, to: str = TO) -> Outcome:
    return await send(sink.server, login, sender, to, RAW)


async def test_a_message_arrives_unchanged(sink: SmtpSink) -> None:
    assert await outcome(sink) == Outcome("sent", 250, "OK")
    assert sink.received == [Received(SENDER, (TO,), RAW)]


async def test_what_raises_before_the_end_of_the_text_keeps_the_mail_back(sink: SmtpSink) -> None:
    with pytest.raises(LookupError):
        await send(sink.server, None, SENDER, TO, RAW, before_end=lambda: {}["no"])
    assert await outcome(sink) == Outcome("sent", 250, "OK")
    assert len(sink.received) == 1


async def test_line_ends_become_crlf(sink: SmtpSink) -> None:
    await send(sink.server, None, SENDER, TO, b"Subject: x\n\neins\rzwei\n\r\ndrei")
    assert sink.received[0].raw == b"Subject: x\r\n\r\neins\r\nzwei\r\n\r\ndrei\r\n"


async def test_the_null_sender(sink: SmtpSink) -> None:
    await outcome(sink, sender="")
    assert sink.received[0].sender == ""


@pytest.mark.parametrize("step", ["mail", "rcpt", "end"])
@pytest.mark.parametrize(("code", "status"), [(451, "retry"), (421, "retry"), (550, "failed"), (552, "failed")])
async def test_the_servers_word_counts(sink: SmtpSink, step: Step, code: int, status: str) -> None:
    sink.answer(step, code, "so ist es")
    assert await outcome(sink) == Outcome(status, code, "so ist es")  # type: ignore[arg-type]
    assert sink.received == []


@pytest.mark.parametrize(("step", "status"), [("mail", "retry"), ("rcpt", "retry"), ("end", "uncertain")])
async def test_a_line_that_breaks_before_and_after_the_end_of_the_text(sink: SmtpSink, step: Step, status: str) -> None:
    sink.drop(step)
    broken = await outcome(sink)
    assert (broken.status, broken.code) == (status, 0)


async def test_an_accepted_message_whose_answer_was_lost_is_uncertain(sink: SmtpSink) -> None:
    sink.swallow()
    assert (await outcome(sink)).status == "uncertain"
    assert len(sink.received) == 1


async def test_a_line_cut_before_the_text_may_be_sent_again(sink: SmtpSink) -> None:
    with CuttingProxy(sink.server) as proxy:
        proxy.cut_at(b"354 ")
        assert (await send(proxy.server, None, SENDER, TO, RAW)).status == "retry"
    assert sink.received == []


async def test_a_line_that_stands_still_after_the_text_is_uncertain(sink: SmtpSink) -> None:
    server = Server("127.0.0.1", sink.server.port, security="none", timeout=5, limit=0.2)
    with CuttingProxy(server) as proxy:
        proxy.hold_at(b"354 End data")
        assert (await send(proxy.server, None, SENDER, TO, RAW)).status == "uncertain"


async def test_a_text_that_does_not_leave_in_time_may_be_sent_again(sink: SmtpSink) -> None:
    server = Server("127.0.0.1", sink.server.port, security="none", timeout=5, limit=0.2)
    with CuttingProxy(server) as proxy:
        proxy.hold_at(b"354 End data")
        assert (await send(proxy.server, None, SENDER, TO, RAW * 200_000)).status == "retry"
    assert sink.received == []


async def test_a_line_cut_at_the_goodbye_has_sent(sink: SmtpSink) -> None:
    with CuttingProxy(sink.server) as proxy:
        proxy.cut_at(b"250 OK\r\n250 OK\r\n354 End data with <CR><LF>.<CR><LF>\r\n250 OK\r\n")
        assert (await send(proxy.server, None, SENDER, TO, RAW)).status == "sent"
    assert (proxy.cuts, len(sink.received)) == (1, 1)


async def test_an_unreachable_server() -> None:
    with SmtpSink() as sink:
        server = sink.server
    assert (await send(server, None, SENDER, TO, RAW)).status == "retry"
    with pytest.raises(ServerUnreachable):
        await check(server, None)


ADDRESSES = [
    ("b@example.org", "b@example.org"),
    ("b@straße.example", "b@xn--strae-oqa.example"),
    ("b+x@München.example", "b+x@xn--mnchen-3ya.example"),
    ("jörg@example.org", "jörg@example.org"),
]


@pytest.mark.parametrize(("address", "envelope"), ADDRESSES)
def test_addresses_for_the_envelope(address: str, envelope: str) -> None:
    assert smtp_address(address) == envelope


BAD = [
    "",
    "b",
    "@example.org",
    "b@",
    "b c@example.org",
    "b@example.org,c@example.org",
    "<b@example.org>",
    "b@a\r\nDATA",
]


@pytest.mark.parametrize("address", [*BAD, "a@b <c@example.org>", "b@\u2028example.org", "b@ä..example"])
async def test_what_is_no_single_address_fails_without_reaching_the_server(sink: SmtpSink, address: str) -> None:
    assert (await outcome(sink, to=address)).status == "failed"
    assert sink.received == []


@given(st.text())
def test_no_address_breaks_out_of_its_command(address: str) -> None:
    try:
        envelope = smtp_address(f"{address}@example.org"), smtp_address(f"b@{address}.example.org")
    except ValueError:
        return
    assert not any(char in "<> \r\n\0" or not char.isprintable() for char in "".join(envelope))


async def test_an_international_local_part_needs_smtputf8(sink: SmtpSink) -> None:
    await outcome(sink, to="jörg@straße.example")
    assert sink.received == [Received(SENDER, ("jörg@xn--strae-oqa.example",), RAW, ("SMTPUTF8",))]
    with SmtpSink(international=False) as old:
        text = "Die Adresse enthält Zeichen, die dieser Mailserver nicht annimmt (kein SMTPUTF8)."
        assert await outcome(old, to="jörg@straße.example") == Outcome("failed", 0, text)
        assert (await outcome(old, to="b@straße.example")).status == "sent"


def tokens(*values: str) -> TokenSource:
    left = list(values)
    return TokenSource(lambda: Token(left.pop(0), timedelta(hours=1)), lambda: datetime(2022, 3, 1, tzinfo=UTC))


@pytest.fixture
def guarded() -> Iterator[SmtpSink]:
    with SmtpSink(passwords={"amt": "gehäim"}, tokens={"amt": "gutes"}) as server:
        yield server


async def test_login_by_password_and_token(guarded: SmtpSink) -> None:
    assert (await outcome(guarded, PasswordLogin("amt", "gehäim"))).status == "sent"
    assert (await outcome(guarded, TokenLogin("amt", tokens("gutes")))).status == "sent"
    assert (await outcome(guarded, TokenLogin("amt", tokens("altes", "gutes")))).status == "sent"


@pytest.mark.parametrize("login", [PasswordLogin("amt", "falsches"), TokenLogin("amt", tokens("falsches", "falsches"))])
async def test_a_refused_login_leaves_the_mail_for_later_and_shows_no_secret(guarded: SmtpSink, login: Login) -> None:
    refused = await outcome(guarded, login)
    assert (refused.status, "falsches" in refused.text) == ("retry", False)
    assert refused.text.startswith(f"{guarded.server} lehnt die Anmeldung von amt ab")


async def test_a_missing_login_is_a_fault_of_the_settings(guarded: SmtpSink) -> None:
    assert await outcome(guarded) == Outcome("retry", 530, "5.7.0 Authentication required")


async def test_the_check_of_a_login(guarded: SmtpSink) -> None:
    report = await check(guarded.server, PasswordLogin("amt", "gehäim"))
    assert (report.encrypted, "smtputf8" in report.extensions) == (False, True)
    with pytest.raises(LoginRefused):
        await check(guarded.server, PasswordLogin("amt", "falsch"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    make_certificate(folder)
    return folder


async def test_starttls_with_a_known_and_an_unknown_certificate(certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with SmtpSink(tls=context) as sink:
        known = Server("localhost", sink.server.port, security="starttls", ca_file=certificate / "cert.pem")
        assert (await check(known, None)).encrypted
        assert (await send(known, None, SENDER, TO, RAW)).status == "sent"
        with pytest.raises(InsecureConnection, match="Zertifikat"):
            await send(Server("localhost", sink.server.port, security="starttls"), None, SENDER, TO, RAW)


async def test_a_server_without_starttls_gets_no_password(sink: SmtpSink) -> None:
    with pytest.raises(InsecureConnection, match="STARTTLS"):
        await check(Server("127.0.0.1", sink.server.port, security="starttls"), PasswordLogin("amt", "geheim"))


async def test_no_plain_line_beyond_this_machine() -> None:
    with pytest.raises(InsecureConnection, match="unverschlüsselt"):
        await send(Server("mail.example.org", 25, security="none"), None, SENDER, TO, RAW)


async def test_a_server_that_speaks_no_smtp(sink: SmtpSink) -> None:
    with CuttingProxy(sink.server) as proxy:
        proxy.cut_after(3)
        with pytest.raises(ConnectionLost):
            await check(proxy.server, None)
