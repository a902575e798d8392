"""An IMAP server in this process (pymap, in memory) on a free loopback port: for the demo and for tests.

It is a real implementation of the protocol with IDLE, UIDPLUS and MOVE; its mailbox is gone when it stops.
"""

import asyncio
from argparse import Namespace
from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Login
from pymap.imap import IMAPServer
from pymap.user import UserMetadata
from pysasl.hashing import BuiltinHash

from klimapartner.mailbox.fakes.background import Background, port_of
from klimapartner.mailbox.imap import connect
from klimapartner.mailbox.server import PasswordLogin, Server

NO_LIMIT = 1 << 40  # bytes


class EmbeddedImap:
    """A context manager: `server` and `login` are what `imap.connect` takes; every folder starts empty."""

    def __init__(self, user: str = "demo", password: str = "demo") -> None:
        self.login = PasswordLogin(user, password)
        self.server = Server("127.0.0.1", 0, security="none")
        self._background = Background()

    def __enter__(self) -> Self:
        self._background.start()
        listener = self._background.listen(_serve(self.login))
        self.server = Server("127.0.0.1", port_of(listener), security="none")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._background.stop()

    def append(self, raw: bytes, received: datetime | None = None, *, folder: str = "INBOX") -> None:
        """Deliver one mail; `received` becomes INTERNALDATE."""
        self.deliver([(raw, received)], folder=folder)

    def deliver(self, mails: Iterable[tuple[bytes, datetime | None]], *, folder: str = "INBOX") -> None:
        """Deliver mails with their times of receipt, over one connection."""
        with connect(self.server, self.login) as session:
            for raw, received in mails:
                session.append(folder, raw, received)

    def messages(self, folder: str = "INBOX") -> list[bytes]:
        """What a folder holds, by UID."""
        with connect(self.server, self.login) as session:
            session.select(folder)
            return [message.raw for message in session.fetch(session.uids(), NO_LIMIT)]


class _LoopbackConfig(Config):
    @property
    def greeting(self) -> bytes:
        return b"Server ready"  # the library's own greeting asks the name server for this machine's name


async def _serve(login: PasswordLogin) -> asyncio.Server:
    hashing = BuiltinHash(rounds=1)  # a password on loopback is no secret
    config = _LoopbackConfig(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        demo_data=False,
        demo_user=login.user,
        demo_password=login.password,
        host="127.0.0.1",
        port=0,
        tls_enabled=False,
        hash_context=hashing,
        invalid_user_sleep=0.0,
    )
    config.apply_context()
    users = Login(config)
    digest = hashing.hash(config.password_prep(login.password))
    await users.demo_user_identity.set(UserMetadata(config, login.user, password=digest))
    callback: Any = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(users, config))
    return await asyncio.start_server(callback, "127.0.0.1", 0)
