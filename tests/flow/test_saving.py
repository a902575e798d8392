"""The restore drill: an office with mail and answers is saved, brought back elsewhere, and simply goes on."""

import json
import secrets
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy
from post_office import Post, letter
from postgres_server import new_database

from klimapartner.assistant.erasing import erase
from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.poll import Polled
from klimapartner.assistant.saving import Amount, amount_of, bring_back, move, save, unpack_files
from klimapartner.assistant.tombstone_journal import replay_if_restored
from klimapartner.storage.engine import open_database
from klimapartner.storage.snapshot import TableSum, snapshot

INTEREST = "Die Stadt Herzogenaurach bekundet Interesse an einer Klimapartnerschaft mit Kaya in Burkina Faso."
MAILS = [
    letter(INTEREST, Message_ID="<1@town.example>"),
    letter("Bis wann läuft die Frist?", sender="Ida <ida@other.example>", Message_ID="<2@other.example>"),
]


def sums(url: str) -> dict[str, TableSum]:
    database = open_database(url)
    with snapshot(database) as moment:
        found = dict(moment.sums())
    database.close()
    return found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of another new, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/other.db"
    return new_database(request.getfixturevalue("postgres_server"), f"other_{secrets.token_hex(4)}")


def elsewhere(post: Post, url: str) -> Post:
    """The same office on another database."""
    return replace(post, url=url)


@pytest.mark.dovecot
def test_the_drill(post: Post, other_url: str, tmp_path: Path) -> None:
    post.deliver(*MAILS)
    assert post.work()[0] == Polled(new=2)
    path, manifest = save(post.settings, tmp_path, post.clock)
    restored = elsewhere(post, other_url)
    assert amount_of(bring_back(restored.settings, path)) == amount_of(manifest)
    assert sums(other_url) == dict(manifest.sums) == sums(post.url)
    answered = len(post.answers)
    assert (restored.work()[0], len(post.answers)) == (Polled(), answered)
    post.deliver(letter("Und wo finde ich das Formular?", sender="Uwe <uwe@third.example>"))
    assert (restored.work()[0], len(post.answers)) == (Polled(new=1), answered + 1)


@pytest.mark.dovecot
def test_moving_to_another_database(post: Post, other_url: str) -> None:
    post.deliver(*MAILS)
    post.work()
    before = sums(post.url)
    assert move(post.settings, other_url) == Amount(len(before), sum(found.rows for found in before.values()))
    answered = len(post.answers)
    assert sums(other_url) == before
    assert (elsewhere(post, other_url).work()[0], len(post.answers)) == (Polled(), answered)
    with pytest.raises(UsageError):
        move(post.settings, other_url)
    assert sums(post.url) == before


@pytest.mark.dovecot
def test_who_was_erased_after_the_backup_does_not_come_back_with_it(post: Post, other_url: str, tmp_path: Path) -> None:
    post.more |= {"erasure": {"journal": tmp_path / "journal"}}
    post.deliver(*MAILS)
    post.work()
    path, _ = save(post.settings, tmp_path, post.clock)
    with post.workplace() as work:
        erase(work, "ida@other.example", who="erika")
    restored = elsewhere(post, other_url)
    bring_back(restored.settings, path)
    assert _holds(other_url, "ida@other.example")
    with restored.workplace() as work:
        assert replay_if_restored(work)
    assert (_holds(other_url, "ida@other.example"), _holds(other_url, "kim.muster@herzogenaurach.example")) == (
        False,
        True,
    )


def _holds(url: str, address: str) -> bool:
    """Whether any table has the address, also within the bytes of a mail."""
    database = open_database(url)
    with snapshot(database) as moment:
        rows = [json.loads(line) for shape in moment.tables for line in moment.lines(shape)]
        mails = [row[0] for row in moment.session.execute(sqlalchemy.text("SELECT raw FROM messages"))]
    database.close()
    return address in json.dumps(rows) or any(address.encode() in bytes(mail) for mail in mails)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Post]:
    """An office that nobody writes to, with secrets everywhere and a call and templates of its own."""
    from klimapartner.mailbox.fakes.smtp_sink import SmtpSink
    from klimapartner.mailbox.server import PasswordLogin

    for name in ("calls/mine/call.toml", "templates/de/frame.txt.j2"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "key").write_text("hush-erasure", encoding="utf-8")
    more = {
        "call_folders": [tmp_path / "calls"], "answers": {"templates": tmp_path / "templates"},
        "telegram": {"mode": "faq", "token": {"value": "hush-telegram"}},
        "staff_bot": {"token": {"value": "hush-staff"}, "chats": [1]},
        "erasure": {"key": {"file": tmp_path / "key"}},
        "console": {"oidc": {"client_secret": {"value": "hush-oidc"}}},
    }  # fmt: skip
    with SmtpSink() as sink:
        yield Post(sink.server, PasswordLogin("office", "hush-imap"), sink, f"sqlite:///{tmp_path}/office.db", more)


def test_a_backup_holds_settings_calls_and_templates_but_no_secret(office: Post, tmp_path: Path) -> None:
    with office.workplace():
        pass
    path, _ = save(office.settings, tmp_path, office.clock)
    assert unpack_files(path, tmp_path / "out") == [
        tmp_path / "out" / name for name in ("settings.json", "calls/0/mine/call.toml", "templates/de/frame.txt.j2")
    ]
    kept = json.loads((tmp_path / "out" / "settings.json").read_text(encoding="utf-8"))
    assert kept["mailboxes"]["box"]["imap"]["auth"]["secret"]["value"] == "**********"
    with zipfile.ZipFile(path) as archive:
        assert [name for name in archive.namelist() if b"hush-" in archive.read(name)] == []


def test_the_password_of_the_database_is_not_saved(office: Post) -> None:
    from klimapartner.assistant.saving import without_secrets

    office.url = "postgresql://office:hush-database@db.example:5432/office"
    assert without_secrets(office.settings)["database"] == "postgresql://office:**********@db.example:5432/office"


def test_nothing_that_exists_is_overwritten(office: Post, tmp_path: Path) -> None:
    with office.workplace():
        pass
    path, _ = save(office.settings, tmp_path / "b.zip", office.clock)
    with pytest.raises(UsageError, match="wird nicht überschrieben"):
        save(office.settings, path, office.clock)
    unpack_files(path, tmp_path / "out")
    with pytest.raises(UsageError, match="gibt es schon"):
        unpack_files(path, tmp_path / "out")
