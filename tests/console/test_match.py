"""Matching on the page: a pair is accepted once, with a held letter to both sides."""

from console_desk import Console, said, texts

from klimapartner.storage.matches import list_matches
from klimapartner.storage.offers import add_offer, list_offers
from klimapartner.storage.outbox import list_outbox


def test_an_accepted_pair_gets_a_held_letter_each_and_no_contact_of_the_other(any_console: Console) -> None:
    entry = any_console.entry("Husum")
    with any_console.session() as session:
        offer, _ = add_offer(
            session, call=entry.call, name="Mwanza", country="TZ", message_id=1, contact_name="Asha Juma",
            contact_email="asha@mwanza.example", topics=["water"], now=any_console.hands.now,
        )  # fmt: skip
    editor = any_console.staff()
    assert "Mwanza, Tansania" in texts(editor.get("/match"), ".pair__offer strong")
    page = editor.post("/match/accept", entry=entry.id, offer=offer.id)
    editor.post("/match/accept", entry=entry.id, offer=offer.id)
    assert said(page) == ["Das Paar ist angenommen; 2 Briefe warten im Postausgang."]
    with any_console.session() as session:
        letters = [mail for mail in list_outbox(session) if mail.kind == "letter"]
        assert [o.status for o in list_offers(session) if o.id == offer.id] == ["matched"]
    assert {(mail.to_addr, mail.state) for mail in letters} == {
        (str(entry.value("contact.email")), "held"), ("asha@mwanza.example", "held"),
    }  # fmt: skip
    ours, theirs = sorted(letters, key=lambda mail: mail.to_addr == "asha@mwanza.example")
    assert ("Mwanza (Tansania)" in ours.body_text, "asha" in ours.body_text.lower()) == (True, False)
    assert ("Husum" in theirs.body_text, str(entry.value("contact.email")) in theirs.body_text) == (True, False)


def test_a_rejected_pair_is_not_proposed_again(console: Console) -> None:
    entry = console.entry("Husum")
    with console.session() as session:
        offer, _ = add_offer(session, call=entry.call, name="Mwanza", country="TZ", message_id=1, now=console.hands.now)
    editor = console.staff()
    before = texts(editor.get("/match"), ".pair__offer strong").count("Mwanza, Tansania")
    page = editor.post("/match/reject", entry=entry.id, offer=offer.id)
    assert texts(page, ".pair__offer strong").count("Mwanza, Tansania") == before - 1
    with console.session() as session:
        assert [(m.entry_id, m.offer_id, m.state) for m in list_matches(session)] == [(entry.id, offer.id, "rejected")]
