"""Municipalities without a partner beside offers of the Global South: proposals with reasons, accepted or not."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.register_filter import page_of, pages
from klimapartner.assistant.console.visit import Edit, See
from klimapartner.assistant.console.words import text
from klimapartner.assistant.letters.introduction import introduce
from klimapartner.assistant.matching import Proposal, looks_for_partner, proposals
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import NotFound
from klimapartner.storage.matches import Match, decide_match, list_matches
from klimapartner.storage.offers import Offer, list_offers
from klimapartner.storage.register_list import list_lines
from klimapartner.storage.search import Entry, find_entry, get_entry

router = APIRouter(prefix="/match")
Number = Annotated[int, Form()]


@router.get("")
def matching(visit: See, page_number: int = 1) -> HTMLResponse:
    """Who looks for whom, a page at a time."""
    call = visit.work.chat_office.call.id
    with visit.work.database.session() as session:
        visit.note(session, "listed", "offer")
        offers, done = list_offers(session, call), list_matches(session)
        paired = {match.entry_id for match in done if match.state == "accepted"}
        looking = [
            line.id for line in list_lines(session, call=call) if looks_for_partner(line) and line.id not in paired
        ]
        number = min(max(page_number, 1), pages(len(looking)))
        entries = [get_entry(session, one) for one in page_of(looking, number)]
        accepted = _accepted(session, done, offers)
    decided = {(match.entry_id, match.offer_id) for match in done if match.state != "proposed"}
    return page(
        visit, "match.html.j2", rows=[(entry, _open(entry, offers, decided)) for entry in entries], offers=offers,
        accepted=accepted, number_=number, pages=pages(len(looking)), count=len(looking),
        label=lambda group, value: label(group, value, visit.language),
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


def _accepted(session: Session, done: list[Match], offers: list[Offer]) -> list[tuple[Match, Entry, Offer]]:
    by_offer = {offer.id: offer for offer in offers}
    pairs = [match for match in done if match.state == "accepted" and match.offer_id in by_offer]
    found = [(match, find_entry(session, match.entry_id), by_offer[match.offer_id]) for match in pairs]
    return [(match, entry, offer) for match, entry, offer in found if entry is not None]


def _offer(offers: list[Offer], offer_id: int) -> Offer:
    found = next((offer for offer in offers if offer.id == offer_id), None)
    if found is None:
        raise NotFound("There is no such offer.")
    return found
