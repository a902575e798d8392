"""Starts Debian's Dovecot for tests: on free ports, in a folder of its own, with TLS, passwords and OAuth 2."""

import contextlib
import grp
import http.server
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from klimapartner.mailbox.oauth import Token, TokenSource
from klimapartner.mailbox.server import PasswordLogin, Server, TokenLogin

TEMPLATE = Path(__file__).with_name("dovecot.conf")
MISSING = "needs dovecot-imapd: apt-get install dovecot-imapd"
PATIENCE = 20.0  # seconds for a server to start or stop


class NotStarted(Exception):
    """The server ended instead of listening, as it does when somebody else has the port."""


class TokenOffice:
    """The HTTP endpoint at which Dovecot asks whom a token belongs to."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}
        office = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                owner = office.owners.get(query.get("access_token", [""])[0])
                body = json.dumps({"email": owner} if owner else {"error": "invalid_token"}).encode()
                self.send_response(200 if owner else 401)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@dataclass
class Dovecot:
    """A running Dovecot; any user logs in with the password `pass` and has a mailbox of their own."""

    server: Server
    tls_server: Server
    starttls_server: Server
    office: TokenOffice
    run: Path
    asked: list[str] = field(default_factory=list)

    def login(self, user: str) -> PasswordLogin:
        return PasswordLogin(user, "pass")

    def token_login(self, user: str, *, good_from: int = 1) -> TokenLogin:
        """A login whose tokens are accepted from the nth that it asks for."""
        made = 0

        def request() -> Token:
            nonlocal made
            made += 1
            value = secrets.token_hex(8)
            if made >= good_from:
                self.office.owners[value] = user
            return Token(value, timedelta(hours=1))

        return TokenLogin(user, TokenSource(request, lambda: datetime.now(UTC)))

    def log(self) -> str:
        return (self.run / "log").read_text(errors="replace")


@contextlib.contextmanager
def running(extra: str = "") -> Iterator[Dovecot]:
    """Dovecot with additional settings; skips where it is not installed."""
    binary = shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if binary is None or not Path("/usr/lib/dovecot/imap").exists():
        pytest.skip(MISSING)
    run = Path(tempfile.mkdtemp(prefix="klimapartner-dovecot-"))
    office = TokenOffice()
    try:
        _prepare(run, office.port)
        process, server = _start(binary, run, extra)
        try:
            yield _dovecot(server, office, run)
        finally:
            process.terminate()
            process.wait(PATIENCE)
    finally:
        office.close()
        shutil.rmtree(run, ignore_errors=True)


def _dovecot(ports: tuple[int, int], office: TokenOffice, run: Path) -> Dovecot:
    certificate = run / "cert.pem"
    return Dovecot(
        server=Server("127.0.0.1", ports[0], security="none", timeout=10),
        tls_server=Server("localhost", ports[1], timeout=10, ca_file=certificate),
        starttls_server=Server("localhost", ports[0], security="starttls", timeout=10, ca_file=certificate),
        office=office,
        run=run,
    )


def _prepare(run: Path, office_port: int) -> None:
    run.chmod(0o755)
    for name in ("mail", "home"):
        (run / name).mkdir()
        if os.getuid() == 0:  # Dovecot refuses root as the owner of mail
            shutil.chown(run / name, "nobody", "nogroup")
    make_certificate(run)
    (run / "oauth2.conf").write_text(
        f"tokeninfo_url = http://127.0.0.1:{office_port}/?access_token=\nusername_attribute = email\n"
    )


def make_certificate(folder: Path) -> None:
    """A self-signed certificate of localhost: cert.pem, which is its own authority, and key.pem."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)


def _start(binary: str, run: Path, extra: str) -> tuple[subprocess.Popen[bytes], tuple[int, int]]:
    for _ in range(5):
        with contextlib.suppress(NotStarted):
            return _try_start(binary, run, extra)
    raise NotStarted((run / "log").read_text(errors="replace")[-2000:])


def _try_start(binary: str, run: Path, extra: str) -> tuple[subprocess.Popen[bytes], tuple[int, int]]:
    ports = (free_port(), free_port())
    greeting = f"ready {secrets.token_hex(8)}"
    (run / "dovecot.conf").write_text(_settings(run, ports, greeting, extra))
    process = subprocess.Popen([binary, "-F", "-c", str(run / "dovecot.conf")], stderr=subprocess.DEVNULL)
    try:
        _wait_for(process, ports[0], greeting)
    except BaseException:
        process.terminate()
        process.wait(PATIENCE)
        raise
    return process, ports


def _settings(run: Path, ports: tuple[int, int], greeting: str, extra: str) -> str:
    me = pwd.getpwuid(os.getuid()).pw_name
    my_group = grp.getgrgid(os.getgid()).gr_name
    root = os.getuid() == 0
    values = {
        "RUN": str(run),
        "GREETING": greeting,
        "PORT": str(ports[0]),
        "TLS_PORT": str(ports[1]),
        "LOGIN_USER": "dovenull" if root else me,
        "INTERNAL_USER": "dovecot" if root else me,
        "INTERNAL_GROUP": "dovecot" if root else my_group,
        "MAIL_USER": "nobody" if root else me,
        "MAIL_GROUP": "nogroup" if root else my_group,
        "EXTRA": extra,
    }
    text = TEMPLATE.read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _wait_for(process: subprocess.Popen[bytes], port: int, greeting: str) -> None:
    """Wait until this very server answers: its greeting tells it from anybody else's on the same port."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.settimeout(1)
            if greeting.encode() in connection.recv(4096):
                return
        time.sleep(0.05)
    raise NotStarted


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """One Dovecot for all tests: take a user name of your own."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def dovecot_without_move() -> Iterator[Dovecot]:
    """A Dovecot that offers UIDPLUS and no MOVE."""
    with running("imap_capability = IMAP4rev1 LITERAL+ IDLE NAMESPACE UIDPLUS") as server:
        yield server


@pytest.fixture(scope="session")
def dovecot_bare() -> Iterator[Dovecot]:
    """A Dovecot that offers neither MOVE nor UIDPLUS nor IDLE."""
    with running("imap_capability = IMAP4rev1 LITERAL+") as server:
        yield server


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """A user name that no other test has."""
    return f"{request.node.originalname.lower()}-{secrets.token_hex(4)}"
