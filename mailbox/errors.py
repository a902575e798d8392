"""What can go wrong between this program and a mail server, as one tree; each message names cause and next step."""

from typing import ClassVar


class MailboxError(Exception):
    """Something about a mailbox, a mail server or its login failed."""

    temporary: ClassVar[bool] = False  # True where trying the same again later can help


class ConnectionLost(MailboxError):
    """The connection to the server broke, timed out or was ended by the server.

    `uid` is the message that was being fetched, or None: a mail that breaks the connection every time can be counted.
    """

    temporary: ClassVar[bool] = True

    def __init__(self, message: str, *, uid: int | None = None) -> None:
        super().__init__(message)
        self.uid = uid


class ServerUnreachable(ConnectionLost):
    """No connection to the server came about: name unknown, port closed, or no answer."""


class InsecureConnection(MailboxError):
    """The settings or the server ask for an unencrypted connection beyond this machine, or the certificate is wrong."""


class LoginRefused(MailboxError):
    """The server did not accept user and password or token."""


class FolderMissing(MailboxError):
    """The folder does not exist and could not be made."""


class CommandRefused(MailboxError):
    """The server answered a command with NO or BAD."""

    temporary: ClassVar[bool] = True


class ProtocolFault(MailboxError):
    """The server's answer breaks the protocol and cannot be understood."""

    temporary: ClassVar[bool] = True


class TokenRefused(MailboxError):
    """The identity provider refused to issue an access token; its settings or the secret need a person."""


class TokenUnavailable(MailboxError):
    """The identity provider could not be reached or failed, so that there is no access token now."""

    temporary: ClassVar[bool] = True
