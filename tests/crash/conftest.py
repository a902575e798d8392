"""Days to be disturbed, and one that is not."""

import pytest
from crash_day import MAILS, AnotherDay, result_of
from crash_office import CrashOffice, Ended, Result, new_name
from dovecot_server import Dovecot
from post_office import Post
from postgres_server import new_database

from klimapartner.assistant.dispatch import open_gate
from klimapartner.assistant.workplace import open_workplace
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink


@pytest.fixture(scope="session")
def another_day(
    dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AnotherDay:
    """A mailbox with the mails of the day, an empty database of that kind, and the outbox released."""

    def open_post(kind: str, sink: SmtpSink, server: Dovecot = dovecot) -> Post:
        name = new_name()
        url = f"sqlite:///{tmp_path_factory.mktemp(name)}/klimapartner.db"
        if kind == "postgresql":
            url = new_database(request.getfixturevalue("postgres_server"), name)
        post = Post(server.server, server.login(name), sink, url, box={"done_folder": "Erledigt"})
        post.deliver(*MAILS)
        with open_workplace(post.settings, post.clock) as work, work.database.session() as session:
            open_gate(session, now=work.clock())
        return post

    return open_post


@pytest.fixture(scope="session")
def undisturbed(another_day: AnotherDay, crash_office: CrashOffice) -> tuple[Ended, Result]:
    """The points that are reached, and what there is afterwards, where nothing happens."""
    with SmtpSink() as sink:
        post = another_day("sqlite", sink)
        ended = crash_office.run("day", post.settings)
        assert ended.code == 0
        return ended, result_of(post)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def post(kind: str, another_day: AnotherDay, sink: SmtpSink) -> Post:
    return another_day(kind, sink)
