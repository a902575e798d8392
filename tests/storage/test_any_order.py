"""Whatever comes in whatever order: no entry twice, no mail sent twice, nothing lost that staff set."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from klimapartner.storage.conversations import open_conversation
from klimapartner.storage.engine import Database, open_database
from klimapartner.storage.errors import LeaseLost
from klimapartner.storage.leases import claim_messages, finish_message
from klimapartner.storage.messages import list_messages, store_message
from klimapartner.storage.outbox import (
    Draft,
    claim_due,
    enqueue,
    hold,
    list_outbox,
    mark_retry,
    mark_sending,
    mark_sent,
    release,
)
from klimapartner.storage.register import BodyRef, FieldValue, PartnerRef, staff_set, upsert_entry
from klimapartner.storage.search import list_entries
from klimapartner.storage.tables import HistoryRow

BODIES = [BodyRef("Köln", "05315000"), BodyRef("Bonn", "05314000"), BodyRef(None)]
PARTNERS = [PartnerRef(), PartnerRef("Kaya", "BF"), PartnerRef("Tema", "GH")]
LEASE = timedelta(minutes=1)
WORKERS = st.sampled_from(["a", "b"])


class Office(RuleBasedStateMachine):
    """Mails come in and again, two workers read and send, die and come back, staff hold, release and correct."""

    folder: "tempfile.TemporaryDirectory[str]"
    database: Database

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.database = open_database(f"sqlite:///{Path(self.folder.name)}/office.db")
        self.database.migrate()
        self.now = datetime(2022, 3, 1, tzinfo=UTC)
        self.reading: dict[str, list[int]] = {"a": [], "b": []}
        self.sending: dict[str, list[int]] = {"a": [], "b": []}
        self.delivered: list[int] = []
        self.contents: set[int] = set()
        self.by_staff: dict[int, str] = {}
        self.lines = 0

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            self.folder.cleanup()

    @rule(content=st.integers(0, 5), uid=st.integers(1, 9), uidvalidity=st.integers(1, 2))
    def a_mail_lies_in_the_box(self, content: int, uid: int, uidvalidity: int) -> None:
        place = uid + 10 * content
        with self.database.session() as session:
            store_message(
                session,
                mailbox="INBOX",
                uidvalidity=uidvalidity,
                uid=place,
                raw=b"%d" % content,
                message_id="<same@x>",
                received_at=self.now,
                now=self.now,
            )
        self.contents.add(content)

    @rule(worker=WORKERS)
    def a_worker_takes_messages(self, worker: str) -> None:
        with self.database.session() as session:
            taken = claim_messages(session, owner=worker, now=self.now, lease=LEASE, limit=2, max_attempts=99)
        self.reading[worker] += [message.id for message in taken]

    @precondition(lambda self: any(self.reading.values()))
    @rule(worker=WORKERS, body=st.sampled_from(BODIES), partner=st.sampled_from(PARTNERS), dies=st.booleans())
    def a_worker_handles_a_message(self, worker: str, body: BodyRef, partner: PartnerRef, dies: bool) -> None:
        if not self.reading[worker]:
            return
        number = self.reading[worker].pop()
        try:
            with self.database.session() as session:
                self._handle(session, worker, number, body, partner)
                if dies:
                    raise InterruptedError
        except (InterruptedError, LeaseLost):
            return

    def _handle(self, session: Any, worker: str, number: int, body: BodyRef, partner: PartnerRef) -> None:
        conversation = open_conversation(session, call="phase09", prefix="KP9", address="a@x", now=self.now)
        change = upsert_entry(
            session,
            call="phase09",
            body=body,
            partner=partner,
            fields={"region": FieldValue("africa")},
            message_id=number,
            reference=conversation.reference,
            received_at=self.now,
            actor=worker,
            now=self.now,
        )
        draft = Draft(
            kind="interest",
            conversation_id=conversation.id,
            message_id=number,
            entry_id=change.entry_id,
            to_addr="a@x",
            from_addr="office@x",
            subject="",
            body_text="",
            language="de",
            rfc_message_id=f"<{number}@office>",
        )
        enqueue(session, draft, now=self.now)
        finish_message(session, number, owner=worker, now=self.now)

    @rule(worker=WORKERS)
    def a_worker_takes_mails(self, worker: str) -> None:
        with self.database.session() as session:
            self.sending[worker] += [m.id for m in claim_due(session, owner=worker, now=self.now, lease=LEASE, limit=2)]

    @precondition(lambda self: any(self.sending.values()))
    @rule(worker=WORKERS, end=st.sampled_from(["sent", "busy", "dies before", "dies after"]))
    def a_worker_sends_a_mail(self, worker: str, end: str) -> None:
        if not self.sending[worker]:
            return
        number = self.sending[worker].pop()
        try:
            with self.database.session() as session:
                mark_sending(session, number, owner=worker, now=self.now, lease=LEASE)
        except LeaseLost:
            return
        if end in ("sent", "dies after"):
            self.delivered.append(number)
        with self.database.session() as session:
            if end == "sent":
                mark_sent(session, number, owner=worker, now=self.now)
            elif end == "busy":
                mark_retry(session, number, owner=worker, now=self.now, error="451", next_try_at=self.now)

    @rule(minutes=st.integers(1, 3))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * LEASE

    @rule(stop=st.booleans())
    def staff_hold_or_release(self, stop: bool) -> None:
        with self.database.session() as session:
            if stop:
                hold(session, None, reason="stop", who="maria", now=self.now)
            else:
                release(session, None, who="maria", now=self.now)

    @rule(value=st.sampled_from(["open", "latin_america"]), which=st.integers(0, 9))
    def staff_correct_an_entry(self, value: str, which: int) -> None:
        with self.database.session() as session:
            entries = list_entries(session)
            if entries:
                entry = entries[which % len(entries)]
                staff_set(
                    session,
                    entry_id=entry.id,
                    field="region",
                    value=value,
                    expected_version=entry.version,
                    actor="maria",
                    now=self.now,
                )
                self.by_staff[entry.id] = value

    @invariant()
    def no_entry_is_there_twice(self) -> None:
        with self.database.reading() as session:
            entries = list_entries(session)
        keys = [(entry.body_key, entry.partner_key) for entry in entries]
        assert len(keys) == len(set(keys))
        assert {entry.id: entry.value("region") for entry in entries if entry.id in self.by_staff} == self.by_staff

    @invariant()
    def every_content_is_stored_once(self) -> None:
        with self.database.reading() as session:
            assert len(list_messages(session)) == len(self.contents)

    @invariant()
    def no_mail_is_sent_twice_and_none_that_was_sent_waits(self) -> None:
        assert len(self.delivered) == len(set(self.delivered))
        with self.database.reading() as session:
            waiting = {mail.id for mail in list_outbox(session, states=("queued", "held"))}
        assert waiting.isdisjoint(self.delivered)

    @invariant()
    def every_done_message_has_its_entry_and_its_mail(self) -> None:
        with self.database.reading() as session:
            done = {message.id for message in list_messages(session, state="done")}
            mails = list_outbox(session)
        assert sorted(mail.message_id or 0 for mail in mails) == sorted(done)

    @invariant()
    def the_history_only_grows(self) -> None:
        with self.database.reading() as session:
            lines = session.scalars(select(func.count()).select_from(HistoryRow)).one()
        assert lines >= self.lines
        self.lines = lines


TestAnyOrder = Office.TestCase
TestAnyOrder.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
