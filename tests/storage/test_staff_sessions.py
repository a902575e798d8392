"""Signing in: sessions that end, lock-out after wrong tries, codes that count once."""

from datetime import datetime, timedelta

from klimapartner.storage.engine import Database
from klimapartner.storage.sessions import (
    complete_session,
    end_session,
    end_sessions,
    find_session,
    open_session,
    set_flash,
    take_flash,
)
from klimapartner.storage.users import (
    MOST_TRIES,
    User,
    add_user,
    change_user,
    invite_user,
    link_subject,
    use_totp_step,
    verify,
)

IDLE, DAY = timedelta(hours=1), timedelta(hours=12)
RIGHT = "correct horse battery"


def _maria(database: Database, now: datetime) -> User:
    with database.session() as session:
        add_user(session, name="root", mail="r@x.example", role="administrator", password=RIGHT, now=now)
        return add_user(session, name="maria", mail="m@x.example", role="editor", password=RIGHT, now=now)


def _token(database: Database, user: User, now: datetime, *, complete: bool = True) -> str:
    with database.session() as session:
        return open_session(session, user.id, agent="Firefox", complete=complete, now=now, valid=DAY)


def _opens(database: Database, token: str, now: datetime) -> str | None:
    with database.reading() as session:
        found = find_session(session, token, idle=IDLE, now=now)
        return None if found is None else found.user.name


def test_a_token_opens_its_session_until_it_idles_or_ends(database: Database, now: datetime) -> None:
    token = _token(database, _maria(database, now), now)
    assert _opens(database, token, now + IDLE / 2) == "maria"
    assert _opens(database, "other", now) is None
    assert _opens(database, "", now) is None
    assert _opens(database, token, now + IDLE) is None


def test_ended_sessions_and_inactive_users_are_out(database: Database, now: datetime) -> None:
    maria = _maria(database, now)
    tokens = [_token(database, maria, now) for _ in range(3)]
    with database.session() as session:
        found = find_session(session, tokens[0], idle=IDLE, now=now)
        assert found
        end_session(session, found.id, user_id=maria.id + 1)
    assert [_opens(database, token, now) for token in tokens] == ["maria"] * 3
    with database.session() as session:
        end_sessions(session, maria.id, but=found.id)
    assert [_opens(database, token, now) for token in tokens] == ["maria", None, None]
    with database.session() as session:
        change_user(session, maria.id, mail="m@x.example", role="editor", active=False, who="root", now=now)
    assert _opens(database, tokens[0], now) is None


def test_the_second_factor_changes_the_token(database: Database, now: datetime) -> None:
    first = _token(database, _maria(database, now), now, complete=False)
    with database.session() as session:
        found = find_session(session, first, idle=IDLE, now=now)
        assert found
        assert found.complete is False
        second = complete_session(session, found.id)
    assert (_opens(database, first, now), _opens(database, second, now)) == (None, "maria")


def test_ten_wrong_passwords_lock_for_a_quarter_of_an_hour(database: Database, now: datetime) -> None:
    _maria(database, now)

    def tried(password: str, at: datetime) -> bool:
        with database.session() as session:
            return verify(session, "maria", password, now=at) is not None

    assert [tried("wrong", now) for _ in range(MOST_TRIES - 1)] == [False] * (MOST_TRIES - 1)
    assert tried(RIGHT, now) is True
    assert [tried("wrong", now) for _ in range(MOST_TRIES)] == [False] * MOST_TRIES
    assert tried(RIGHT, now + timedelta(minutes=14)) is False
    assert tried(RIGHT, now + timedelta(minutes=15)) is True


def test_a_code_counts_once(database: Database, now: datetime) -> None:
    maria = _maria(database, now)
    with database.session() as session:
        assert [use_totp_step(session, maria.id, step) for step in (7, 7, 6, 8)] == [True, False, False, True]


def test_an_invited_user_has_no_password_that_is_right(database: Database, now: datetime) -> None:
    with database.session() as session:
        invited = invite_user(session, name="neu", mail="n@x.example", role="reader", who="root", now=now)
        assert invited.invited is True
        assert [verify(session, "neu", password, now=now) for password in ("", "nobody", RIGHT)] == [None] * 3


def test_a_subject_is_tied_to_the_only_user_with_the_address_and_stays(database: Database, now: datetime) -> None:
    maria = _maria(database, now)
    with database.session() as session:
        linked = link_subject(session, "M@x.example", "abc", now=now)
        assert linked
        assert linked.id == maria.id
        assert link_subject(session, "m@x.example", "other", now=now) is None
        assert link_subject(session, "", "abc", now=now) is None


def test_a_notice_is_said_once(database: Database, now: datetime) -> None:
    token = _token(database, _maria(database, now), now)
    with database.session() as session:
        found = find_session(session, token, idle=IDLE, now=now)
        assert found
        set_flash(session, found.id, {"kind": "success", "text": "Gespeichert."})
        said = [take_flash(session, found.id) for _ in range(2)]
    assert said == [{"kind": "success", "text": "Gespeichert."}, None]
