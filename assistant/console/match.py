"""Municipalities without a partner beside offers of the Global South: proposals with reasons, accepted or not."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.visit import Edit, See
from klimapartner.assistant.console.words import text
from klimapartner.assistant.letters.introduction import introduce
from klimapartner.assistant.matching import Proposal, looks_for_partner, proposals
from klimapartner.storage.errors import NotFound
from klimapartner.storage.matches import Match, decide_match, list_matches
from klimapartner.storage.offers import Offer, list_offers
from klimapartner.storage.search import Entry, EntryFilter, get_entry, list_entries

router = APIRouter(prefix="/match")
Number = Annotated[int, Form()]


@router.get("")
def matching(visit: See) -> HTMLResponse:
    """Who looks for whom."""
    call = visit.work.chat_office.call.id
    with visit.work.database.session() as session:
        visit.note(session, "listed", "offer")
        entries = list_entries(session, EntryFilter(call=call))
        offers, done = list_offers(session, call), list_matches(session)
    decided = {(match.entry_id, match.offer_id) for match in done if match.state != "proposed"}
    paired = {match.entry_id for match in done if match.state == "accepted"}
    looking = [entry for entry in entries if looks_for_partner(entry) and entry.id not in paired]
    return page(
        visit, "match.html.j2", rows=[(entry, _open(entry, offers, decided)) for entry in looking], offers=offers,
        accepted=_accepted(done, entries, offers), label=lambda group, value: label(group, value, visit.language),
    )  # fmt: skip


@router.post("/accept")
def accept(visit: Edit, entry: Number, offer: Number) -> Response:
    """Take a pair: a held proposal to both sides."""
    office = visit.work.chat_office
    with visit.work.database.session() as session:
        found, wanted = get_entry(session, entry), _offer(list_offers(session), offer)
        _, new = decide_match(session, entry_id=entry, offer_id=offer, state="accepted", who=visit.who, now=visit.now())
        mails = introduce(session, office, found, wanted, who=visit.who, now=visit.now()) if new else []
    visit.say(text("match.accepted", visit.language, n=len(mails)))
    return go("/match")


@router.post("/reject")
def reject(visit: Edit, entry: Number, offer: Number) -> Response:
    """Do not propose this pair again."""
    with visit.work.database.session() as session:
        decide_match(session, entry_id=entry, offer_id=offer, state="rejected", who=visit.who, now=visit.now())
    visit.say(text("match.rejected", visit.language))
    return go("/match")


def _open(entry: Entry, offers: list[Offer], decided: set[tuple[int, int]]) -> list[Proposal]:
    return proposals(entry, [offer for offer in offers if (entry.id, offer.id) not in decided])


def _accepted(done: list[Match], entries: list[Entry], offers: list[Offer]) -> list[tuple[Match, Entry, Offer]]:
    by_entry, by_offer = {entry.id: entry for entry in entries}, {offer.id: offer for offer in offers}
    pairs = (match for match in done if match.state == "accepted")
    there = (match for match in pairs if match.entry_id in by_entry and match.offer_id in by_offer)
    return [(match, by_entry[match.entry_id], by_offer[match.offer_id]) for match in there]


def _offer(offers: list[Offer], offer_id: int) -> Offer:
    found = next((offer for offer in offers if offer.id == offer_id), None)
    if found is None:
        raise NotFound("There is no such offer.")
    return found
