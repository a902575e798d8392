"""kill -9 at every step of an erasure, start again, and nothing of the person is left: mailbox, database, its file."""

from pathlib import Path
from typing import Any

import pytest
from crash_day import KIM, MAILS, AnotherDay, killed_and_started_again, result_of
from crash_office import CrashOffice, Result, changes
from crash_points import ERASURE, points
from post_office import Post

from klimapartner.assistant.tombstone_journal import journal_path
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink

pytestmark = pytest.mark.dovecot


def left_of(post: Post) -> Result:
    return result_of(post) | {"journal": len(journal(post).splitlines())}


def journal(post: Post) -> str:
    path = journal_path(post.settings)
    assert path is not None
    return path.read_text()


@pytest.fixture
def a_day_later(kind: str, another_day: AnotherDay, sink: SmtpSink, crash_office: CrashOffice, tmp_path: Path) -> Post:
    """All mails of the day are answered and moved."""
    post = another_day(kind, sink)
    post.more["erasure"] = {"journal": str(tmp_path / "erased")}
    del post.settings
    assert crash_office.run("day", post.settings).code == 0
    return post


@pytest.fixture(scope="session")
def erased(another_day: AnotherDay, crash_office: CrashOffice, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """What there is after an erasure that nothing disturbed."""
    with SmtpSink() as sink:
        post = another_day("sqlite", sink)
        post.more["erasure"] = {"journal": str(tmp_path_factory.mktemp("erasure") / "erased")}
        del post.settings
        for job in ("day", "erasure"):
            assert crash_office.run(job, post.settings).code == 0
        return left_of(post)


def test_an_erasure_takes_the_persons_mails_and_leaves_the_others(erased: Result) -> None:
    assert [len(erased["mailbox"][folder]) for folder in ("INBOX", "Erledigt")] == [0, len(MAILS) - 4]
    assert erased["journal"] > 0


@pytest.mark.parametrize("point", points(*ERASURE))
def test_killed_during_an_erasure_nothing_of_the_person_is_left(
    crash_office: CrashOffice, erased: Result, a_day_later: Post, point: str
) -> None:
    killed_and_started_again(crash_office, a_day_later, point, job="erasure")
    found: Any = left_of(a_day_later)
    assert changes({name: erased[name] for name in found if name != "journal"}, found) == {}
    assert found["journal"] == erased["journal"]
    if a_day_later.url.startswith("sqlite"):
        files = Path(a_day_later.url.removeprefix("sqlite:///")).parent.glob("klimapartner.db*")
        assert [path.name for path in files if KIM.encode() in path.read_bytes()] == []
