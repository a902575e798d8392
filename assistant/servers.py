"""From settings to the servers and logins of the mailbox leaf."""

from klimapartner.assistant.clock import Clock
from klimapartner.assistant.settings import Auth, MailboxSettings
from klimapartner.assistant.settings import Server as ServerSettings
from klimapartner.mailbox.oauth import GOOGLE, MICROSOFT, TokenSource, google, microsoft
from klimapartner.mailbox.server import Login, PasswordLogin, Server, TokenLogin


def server_of(settings: ServerSettings) -> Server:
    """Address, transport security and time-out of a server."""
    return Server(settings.host, settings.port, security=settings.tls, timeout=settings.timeout)


def login_of(settings: ServerSettings, clock: Clock) -> Login | None:
    """How to log in; None where no user is set (a relay that knows us by our address)."""
    if not settings.user:
        return None
    if settings.auth.method == "password":
        return PasswordLogin(settings.user, settings.auth.secret.read())
    return TokenLogin(settings.user, _tokens(settings.auth, clock))


def imap_login(box: MailboxSettings, clock: Clock) -> Login:
    """The login of the mailbox itself."""
    return login_of(box.imap, clock) or PasswordLogin(box.address, box.imap.auth.secret.read())


def _tokens(auth: Auth, clock: Clock) -> TokenSource:
    if auth.method == "microsoft":
        base = auth.token_url or MICROSOFT
        return TokenSource(microsoft(auth.tenant, auth.client_id, auth.secret.read(), base=base), clock)
    url, refresh = auth.token_url or GOOGLE, auth.refresh_token.read()
    return TokenSource(google(auth.client_id, auth.secret.read(), refresh, url=url), clock)
