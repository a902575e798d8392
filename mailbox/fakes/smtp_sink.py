"""An SMTP server in this process (aiosmtpd) on a free loopback port that keeps what it gets: for the demo and tests."""

import asyncio
import base64
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from klimapartner.mailbox.fakes.background import Background, port_of
from klimapartner.mailbox.server import Server

Step = Literal["mail", "rcpt", "end"]  # the answers to MAIL FROM, to RCPT TO and to the end of the text


@dataclass(frozen=True, slots=True)
class Received:
    """A mail that the sink accepted, with its envelope; `options` are the parameters of MAIL FROM."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    step: Step
    reply: str = ""  # "": close the connection
    keep: bool = False


class SmtpSink:
    """A context manager: `server` is what `smtp.send` takes, `received` what came, in order.

    `passwords` and `tokens` (by user) switch AUTH PLAIN, LOGIN and XOAUTH2 on. `tls` is for STARTTLS.
    """

    def __init__(
        self,
        *,
        passwords: Mapping[str, str] | None = None,
        tokens: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        international: bool = True,
    ) -> None:
        self.server = Server("127.0.0.1", 0, security="none")
        self.received: list[Received] = []
        self._passwords = dict(passwords or {})
        self._tokens = dict(tokens or {})
        self._tls = tls
        self._international = international
        self._plans: list[_Plan] = []
        self._news = threading.Condition()
        self._background = Background()

    def __enter__(self) -> Self:
        self._background.start()
        listener = self._background.listen(self._listen())
        security: Literal["starttls", "none"] = "starttls" if self._tls else "none"
        self.server = Server("127.0.0.1", port_of(listener), security=security)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._background.stop()

    def answer(self, step: Step, code: int, text: str = "told to", *, times: int = 1) -> None:
        """Answer a step with a code, the next `times` times."""
        self._plans += [_Plan(step, f"{code} {text}")] * times

    def drop(self, step: Step, *, times: int = 1) -> None:
        """Close the connection instead of answering a step; the mail is not kept."""
        self._plans += [_Plan(step)] * times

    def swallow(self, *, times: int = 1) -> None:
        """Accept the text, keep the mail, and close the connection without saying so."""
        self._plans += [_Plan("end", keep=True)] * times

    def wait_for(self, count: int, seconds: float = 10.0) -> bool:
        """Wait until `count` mails have come; False where they do not come in time."""
        with self._news:
            return self._news.wait_for(lambda: len(self.received) >= count, seconds)

    async def _listen(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(self._protocol, "127.0.0.1", 0)

    def _protocol(self) -> SMTP:
        return SMTP(
            _Handler(self),
            hostname="localhost",
            enable_SMTPUTF8=self._international,
            decode_data=False,
            tls_context=self._tls,
            require_starttls=self._tls is not None,
            auth_require_tls=False,
            authenticator=self._check_password,
        )

    def _check_password(self, *arguments: Any) -> AuthResult:
        data = arguments[-1]
        known = isinstance(data, LoginPassword) and self._passwords.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=known, handled=False)

    @property
    def needs_login(self) -> bool:
        return bool(self._passwords or self._tokens)

    def check_token(self, first: str) -> bool:
        """Whether an initial response of XOAUTH2 names a user and that user's token."""
        return any(first == f"user={user}\x01auth=Bearer {token}\x01\x01" for user, token in self._tokens.items())

    def planned(self, step: Step) -> _Plan | None:
        """What was ordered for this step, None where it goes its usual way."""
        plan = next((plan for plan in self._plans if plan.step == step), None)
        if plan is not None:
            self._plans.remove(plan)
        return plan

    def keep(self, mail: Received) -> None:
        with self._news:
            self.received.append(mail)
            self._news.notify_all()


class _Handler:
    """The hooks that aiosmtpd calls, by their fixed names."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        plan = self._sink.planned("mail")
        if plan is not None:
            return _carry_out(plan, server)
        if self._sink.needs_login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        plan = self._sink.planned("rcpt")
        if plan is not None:
            return _carry_out(plan, server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        plan = self._sink.planned("end")
        if plan is None or plan.keep:
            self._sink.keep(_received(envelope))
        return "250 OK" if plan is None else _carry_out(plan, server)

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:
        first = base64.b64decode(arguments[1]).decode() if len(arguments) > 1 else ""
        if self._sink.check_token(first):
            return AuthResult(success=True)
        await server.challenge_auth('{"status":"401"}')
        return AuthResult(success=False, handled=False)


def _carry_out(plan: _Plan, server: SMTP) -> str:
    if not plan.reply and isinstance(server.transport, asyncio.Transport):
        server.transport.abort()
    return plan.reply or "421 closing"


def _received(envelope: Envelope) -> Received:
    content = envelope.content if isinstance(envelope.content, bytes) else b""
    options = tuple(str(option) for option in envelope.mail_options)
    sender = "" if envelope.mail_from in (None, "<>") else str(envelope.mail_from)
    return Received(sender, tuple(envelope.rcpt_tos), content, options)
