"""One entry a body and partner, and nothing that a person set is lost."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from klimapartner.storage.engine import Database
from klimapartner.storage.errors import Conflict, StorageError
from klimapartner.storage.history import list_history
from klimapartner.storage.messages import messages_of_entry, store_message
from klimapartner.storage.register import (
    BodyRef,
    EntryChange,
    FieldChange,
    FieldValue,
    PartnerRef,
    assign,
    correct_entry,
    merge_entries,
    set_flag,
    set_status,
    staff_identify,
    staff_set,
    withdraw,
)

KOELN = BodyRef("Köln", "05315000")
KAYA = PartnerRef("Kaya", "BF")


def _values(**fields: Any) -> dict[str, FieldValue]:
    return {name.replace("__", "."): FieldValue(value) for name, value in fields.items()}


def _set(database: Database, change: EntryChange, field: str, value: Any, now: datetime) -> EntryChange:
    with database.session() as session:
        return staff_set(
            session,
            entry_id=change.entry_id,
            field=field,
            value=value,
            expected_version=change.version,
            actor="maria",
            now=now,
        )


@pytest.mark.parametrize(
    ("first", "second", "entries"),
    [
        ((KOELN, PartnerRef()), (KOELN, PartnerRef()), 1),
        ((KOELN, KAYA), (KOELN, PartnerRef("KAYA")), 1),
        ((KOELN, PartnerRef()), (KOELN, KAYA), 1),
        ((KOELN, KAYA), (KOELN, PartnerRef()), 1),
        ((KOELN, KAYA), (KOELN, PartnerRef("", "BF")), 1),
        ((KOELN, KAYA), (KOELN, PartnerRef("Tema", "GH")), 2),
        ((KOELN, PartnerRef()), (BodyRef("Bonn", "05314000"), PartnerRef()), 2),
        ((BodyRef("Berlin", "11000000"), KAYA), (BodyRef("Berlin", "11000000", "Bezirk Mitte"), KAYA), 2),
        ((BodyRef("Samtgemeinde Örtze"), KAYA), (BodyRef("samtgemeinde oertze"), KAYA), 1),
        ((BodyRef("Landkreis Vechta"), KAYA), (BodyRef("Vechta"), KAYA), 2),
        ((BodyRef(None), PartnerRef()), (BodyRef(None), PartnerRef()), 2),
    ],
)
def test_what_is_the_same_entry(
    shop: Any, first: tuple[BodyRef, PartnerRef], second: tuple[BodyRef, PartnerRef], entries: int
) -> None:
    shop.enter(*first)
    change = shop.enter(*second)
    assert (change.created, len(shop.entries())) == (entries == 2, entries)


def test_a_partner_named_later_joins_the_entry(shop: Any) -> None:
    first = shop.enter(KOELN, fields=_values(topics=["energy"]))
    later = shop.enter(KOELN, KAYA, fields=_values(topics=["water"]))
    entry = shop.entry(first.entry_id)
    assert (later.entry_id, entry.partner_name, entry.partner_country) == (first.entry_id, "Kaya", "BF")
    assert entry.value("topics") == ["energy", "water"]


def test_a_message_without_partner_does_not_blur_the_one_on_record(shop: Any) -> None:
    first = shop.enter(KOELN, KAYA, fields=_values(partner="Kaya (Burkina Faso)"))
    shop.enter(KOELN, PartnerRef("", "BF"), fields=_values(partner="Burkina Faso"))
    entry = shop.entry(first.entry_id)
    assert (entry.partner_name, entry.value("partner")) == ("Kaya", "Kaya (Burkina Faso)")


def test_with_several_partners_on_record_a_message_without_one_is_uncertain(shop: Any) -> None:
    shop.enter(KOELN, KAYA)
    shop.enter(KOELN, PartnerRef("Tema", "GH"))
    assert shop.entry(shop.enter(KOELN).entry_id).uncertain is True


def test_the_conversation_says_which_of_several_entries_is_meant(shop: Any) -> None:
    shop.enter(KOELN, KAYA)
    tema = shop.enter(KOELN, PartnerRef("Tema", "GH"))
    assert shop.enter(KOELN, entry_id=tema.entry_id).entry_id == tema.entry_id
    assert shop.enter(BodyRef(None), entry_id=tema.entry_id).entry_id == tema.entry_id


def test_an_unknown_body_that_is_named_later_keeps_its_entry(shop: Any) -> None:
    unknown = shop.enter(BodyRef(None))
    named = shop.enter(KOELN, KAYA, entry_id=unknown.entry_id)
    entry = shop.entry(unknown.entry_id)
    assert (named.entry_id, entry.ags, entry.body_key, entry.partner_name) == (
        unknown.entry_id,
        "05315000",
        "05315000",
        "Kaya",
    )


def test_an_unknown_body_that_turns_out_to_have_an_entry_is_merged(shop: Any) -> None:
    koeln = shop.enter(KOELN)
    unknown = shop.enter(BodyRef(None), fields=_values(contact__name="Anna Berg"))
    named = shop.enter(KOELN, entry_id=unknown.entry_id)
    assert [entry.id for entry in shop.entries()] == [koeln.entry_id] == [named.entry_id]
    assert shop.entry(koeln.entry_id).value("contact.name") == "Anna Berg"


def test_a_better_reading_of_the_same_message_names_the_body_of_its_entry(shop: Any) -> None:
    number = shop.mail()
    unknown = shop.enter(BodyRef(None), message_id=number)
    named = shop.enter(KOELN, message_id=number)
    assert [(entry.id, entry.ags) for entry in shop.entries()] == [(unknown.entry_id, "05315000")]
    assert (named.entry_id, named.created) == (unknown.entry_id, False)


def test_another_body_in_the_same_conversation_is_another_entry_with_a_number_of_its_own(shop: Any) -> None:
    koeln = shop.enter(KOELN)
    bonn = shop.enter(BodyRef("Bonn", "05314000"), entry_id=koeln.entry_id)
    assert (koeln.reference, bonn.reference) == ("KP9-7F3K2M", "KP9-7F3K2M-2")


def test_an_entry_knows_its_messages(database: Database, shop: Any) -> None:
    first, second, _ = shop.mails(3)
    shop.enter(KOELN, message_id=second)
    change = shop.enter(KOELN, KAYA, message_id=first)
    with database.reading() as session:
        assert [message.id for message in messages_of_entry(session, change.entry_id)] == [first, second]


def test_values_carry_their_source(shop: Any) -> None:
    evidence = [{"start": 3, "end": 7, "reason": "Ortsname"}]
    change = shop.enter(KOELN, fields={"municipality": FieldValue("Köln", "machine", 0.9, evidence)})
    stored = shop.entry(change.entry_id).fields["municipality"]
    assert (stored.value, stored.provenance, stored.confidence, stored.evidence) == ("Köln", "machine", 0.9, evidence)


@pytest.mark.parametrize("nothing", [None, "", []])
def test_nothing_overwrites_nothing(shop: Any, nothing: Any) -> None:
    change = shop.enter(KOELN, fields=_values(world_region="africa"))
    again = shop.enter(KOELN, fields=_values(world_region=nothing))
    assert (again.changed, again.kept) == ((), ())
    assert shop.entry(change.entry_id).value("world_region") == "africa"


def test_the_same_message_twice_changes_nothing(shop: Any) -> None:
    first = shop.enter(KOELN, KAYA, fields=_values(topics=["water"]))
    second = shop.enter(KOELN, KAYA, fields=_values(topics=["water"]))
    assert (second.changed, second.version) == ((), first.version)


@pytest.mark.parametrize(
    ("earlier", "later", "value"),
    [
        ("machine", "machine", "new"),
        ("machine", "sender", "new"),
        ("machine", "staff", "new"),
        ("sender", "machine", "old"),
        ("sender", "sender", "new"),
        ("staff", "machine", "old"),
        ("staff", "sender", "old"),
        ("staff", "staff", "new"),
    ],
)
def test_who_outranks_whom(shop: Any, earlier: Any, later: Any, value: str) -> None:
    shop.enter(KOELN, fields={"remarks": FieldValue("old", earlier)})
    change = shop.enter(KOELN, fields={"remarks": FieldValue("new", later)})
    assert shop.entry(change.entry_id).value("remarks") == value
    proposed = () if value == "new" else (FieldChange("remarks", "old", "new"),)
    assert change.kept == proposed


def test_what_staff_emptied_stays_empty(database: Database, shop: Any, now: datetime) -> None:
    change = shop.enter(KOELN, fields=_values(world="africa"))
    _set(database, change, "world", None, now)
    again = shop.enter(KOELN, fields=_values(world="africa"))
    assert again.kept == (FieldChange("world", None, "africa"),)
    assert shop.entry(change.entry_id).value("world") is None


def test_a_correction_of_the_sender_replaces_what_the_machine_read(
    database: Database, shop: Any, now: datetime
) -> None:
    change = shop.enter(KOELN, KAYA, fields=_values(contact__phone="0221 1"))
    with database.session() as session:
        corrected = correct_entry(
            session,
            entry_id=change.entry_id,
            fields=_values(contact__phone="0221 2"),
            partner=PartnerRef("Tema", "GH"),
            message_id=_correction(session, now),
            actor="intake",
            now=now,
        )
    entry = shop.entry(change.entry_id)
    assert (entry.partner_name, entry.partner_country, entry.value("contact.phone")) == ("Tema", "GH", "0221 2")
    assert entry.fields["contact.phone"].provenance == "sender"
    assert [item.field for item in corrected.changed] == ["entry.partner", "contact.phone"]


def _correction(session: Any, now: datetime) -> int:
    message, _ = store_message(
        session,
        mailbox="INBOX",
        uidvalidity=1,
        uid=1,
        raw=b"correction",
        message_id="<c@x>",
        received_at=now,
        now=now,
    )
    return message.id


def test_a_correction_to_a_body_that_has_an_entry_is_a_proposal(database: Database, shop: Any, now: datetime) -> None:
    shop.enter(BodyRef("Bonn", "05314000"))
    koeln = shop.enter(KOELN)
    with database.session() as session:
        change = correct_entry(
            session,
            entry_id=koeln.entry_id,
            fields={},
            body=BodyRef("Bonn", "05314000"),
            message_id=None,
            actor="intake",
            now=now,
        )
    assert [item.field for item in change.kept] == ["entry.body"]
    assert shop.entry(koeln.entry_id).ags == "05315000"


def test_staff_see_that_someone_else_was_faster(database: Database, shop: Any, now: datetime) -> None:
    change = shop.enter(KOELN)
    _set(database, change, "remarks", "first", now)
    with pytest.raises(Conflict):
        _set(database, change, "remarks", "second", now)
    assert shop.entry(change.entry_id).value("remarks") == "first"


def test_staff_identify_a_body_and_no_mail_undoes_it(database: Database, shop: Any, now: datetime) -> None:
    change = shop.enter(BodyRef("Neustadt"))
    with database.session() as session:
        staff_identify(
            session,
            entry_id=change.entry_id,
            body=BodyRef("Neustadt in Sachsen", "14628270"),
            expected_version=change.version,
            actor="maria",
            now=now,
        )
    with database.session() as session:
        kept = correct_entry(
            session, entry_id=change.entry_id, fields={}, body=KOELN, message_id=None, actor="intake", now=now
        ).kept
    assert ([item.field for item in kept], shop.entry(change.entry_id).ags) == (["entry.body"], "14628270")


def test_staff_cannot_identify_two_entries_as_one(database: Database, shop: Any, now: datetime) -> None:
    shop.enter(KOELN)
    other = shop.enter(BodyRef(None))
    with pytest.raises(Conflict), database.session() as session:
        staff_identify(
            session, entry_id=other.entry_id, body=KOELN, expected_version=other.version, actor="maria", now=now
        )


def test_merging_keeps_what_only_the_other_entry_has(database: Database, shop: Any, now: datetime) -> None:
    keep = shop.enter(KOELN, fields=_values(region="africa", topics=["water"]))
    drop = shop.enter(BodyRef("Koeln-Stadt"), KAYA, fields=_values(region="open", topics=["energy"], remarks="eilig"))
    with database.session() as session:
        change = merge_entries(session, keep=keep.entry_id, drop=drop.entry_id, actor="maria", now=now)
    [entry] = shop.entries()
    assert {name: field.value for name, field in entry.fields.items()} == {
        "region": "africa",
        "topics": ["water", "energy"],
        "remarks": "eilig",
    }
    assert (entry.partner_name, change.kept) == ("Kaya", (FieldChange("region", "africa", "open"),))


def test_a_withdrawal_is_noted_once(database: Database, shop: Any, now: datetime) -> None:
    change = shop.enter(KOELN)
    with database.session() as session:
        first = withdraw(session, entry_id=change.entry_id, message_id=None, actor="intake", now=now)
        second = withdraw(session, entry_id=change.entry_id, message_id=None, actor="intake", now=now)
    assert first.changed == (FieldChange("status", "new", "withdrawn"),)
    assert (second.changed, second.status) == ((), "withdrawn")


def test_flags_stand_beside_the_status(database: Database, shop: Any, now: datetime) -> None:
    change = shop.enter(KOELN, late=True)
    with database.session() as session:
        set_status(session, entry_id=change.entry_id, status="in_review", actor="maria", now=now)
        set_flag(session, entry_id=change.entry_id, flag="undeliverable", value=True, actor="intake", now=now)
        assign(session, entry_id=change.entry_id, to="maria", actor="maria", now=now)
    entry = shop.entry(change.entry_id)
    assert (entry.status, entry.late, entry.undeliverable, entry.uncertain, entry.assigned_to) == (
        "in_review",
        True,
        True,
        False,
        "maria",
    )


def test_a_late_second_mail_does_not_make_an_entry_late(shop: Any) -> None:
    change = shop.enter(KOELN)
    shop.enter(KOELN, late=True)
    assert shop.entry(change.entry_id).late is False


def test_an_unknown_status_is_refused(database: Database, shop: Any, now: datetime) -> None:
    change = shop.enter(KOELN)
    with pytest.raises(StorageError), database.session() as session:
        set_status(session, entry_id=change.entry_id, status="lost", actor="maria", now=now)  # type: ignore[arg-type]


def test_the_history_tells_who_from_what_to_what(database: Database, shop: Any, now: datetime) -> None:
    change = shop.enter(KOELN, fields=_values(region="africa"))
    after = _set(database, change, "region", "open", now)
    shop.enter(KOELN, fields=_values(region="africa"))
    with database.reading() as session:
        lines = list_history(session, "entry", after.entry_id)
    assert [(line.who, line.action, line.field, line.old, line.new) for line in lines] == [
        ("intake", "changed", "entry", None, "KP9-7F3K2M"),
        ("intake", "changed", "region", None, "africa"),
        ("maria", "changed", "region", "africa", "open"),
        ("intake", "proposed", "region", "open", "africa"),
    ]


def test_threads_that_enter_the_same_body_make_one_entry(shop: Any, race: Callable[..., list[Any]]) -> None:
    partners = [PartnerRef(), KAYA]
    results = race(lambda number: shop.enter(KOELN, partners[number % 2], fields=_values(topics=[str(number)])), 8)
    assert len({result.entry_id for result in results}) == 1
    assert sum(result.created for result in results) == 1
    assert sorted(shop.entry(results[0].entry_id).value("topics")) == [str(number) for number in range(8)]


def test_threads_that_enter_two_bodies_in_opposite_order_do_not_block_each_other(
    database: Database, shop: Any, race: Callable[..., list[Any]]
) -> None:
    bodies = [KOELN, BodyRef("Bonn", "05314000")]
    ids = shop.mails(4)

    def work(number: int) -> None:
        with database.session() as session:
            for body in bodies[:: 1 if number % 2 else -1]:
                shop.enter_in(session, body, message_id=ids[number])

    race(work, 4)
    assert len(shop.entries()) == 2
