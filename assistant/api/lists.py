"""What else can be read: partner offers, registrations for events, the outbox, the call."""

from typing import Annotated

from fastapi import APIRouter, Query

from klimapartner.assistant.api.caller import Caller, Reads, ReadsOutbox, ReadsPeople
from klimapartner.assistant.api.models import (
    CallOut,
    MailList,
    MailOut,
    OfferList,
    OfferOut,
    OutboxQuery,
    ParticipantList,
    ParticipantOut,
    StepOut,
)
from klimapartner.assistant.api.problems import documented
from klimapartner.storage.offers import Offer
from klimapartner.storage.offers import list_offers as stored_offers
from klimapartner.storage.outbox import OutboxMail
from klimapartner.storage.outbox_list import outbox_page
from klimapartner.storage.participants import list_participants as stored_participants

router = APIRouter()
_READ = documented(401, 403, 429, 503)


@router.get("/offers", tags=["offers"], responses=_READ)
def list_offers(caller: Reads) -> OfferList:
    """Municipalities of the Global South that look for a German partner."""
    with caller.work.database.reading() as session:
        offers = stored_offers(session)
    if caller.sees_people:
        with caller.work.database.session() as session:
            caller.note(session, "offer", action="listed")
    return OfferList(items=[_offer(one, caller) for one in offers])


@router.get("/participants", tags=["participants"], responses=_READ)
def list_participants(caller: ReadsPeople) -> ParticipantList:
    """Who registered for events of the call."""
    call = caller.work.chat_office.call.id
    with caller.work.database.session() as session:
        caller.note(session, "participant", action="listed")
        people = stored_participants(session, call)
    return ParticipantList(items=[
        ParticipantOut(
            id=one.id, call=one.call, event=one.event, name=one.name, email=one.email, municipality=one.body,
            created_at=one.created_at,
        )
        for one in people
    ])  # fmt: skip


@router.get("/outbox", tags=["outbox"], responses=_READ | documented(422))
def list_outbox(caller: ReadsOutbox, query: Annotated[OutboxQuery, Query()]) -> MailList:
    """Mails on their way and sent, without their texts."""
    first = (query.page - 1) * query.per_page
    with caller.work.database.reading() as session:
        mails, total = outbox_page(session, state=query.state, text="", limit=query.per_page, offset=first)
    if caller.sees_people:
        with caller.work.database.session() as session:
            caller.note(session, "outbox", action="listed")
    return MailList(items=[_mail(one, caller) for one in mails], total=total, page=query.page)


@router.get("/call", tags=["call"], responses=_READ)
def read_call(caller: Reads) -> CallOut:
    """The call with its dates."""
    call = caller.work.chat_office.call
    steps = [
        StepOut(
            id=one.id, title=dict(one.title), on=one.on, begins=one.from_, ends=one.to, until=one.until,
            month=one.month, part=one.part,
        )
        for one in call.step
    ]  # fmt: skip
    return CallOut(
        id=call.id, phase=call.phase, name=dict(call.name), regions=list(call.regions), as_of=call.as_of,
        deadline=call.deadline, steps=steps,
    )  # fmt: skip


def _offer(offer: Offer, caller: Caller) -> OfferOut:
    contact = {"name": offer.contact_name, "email": offer.contact_email, "phone": offer.contact_phone}
    return OfferOut(
        id=offer.id, call=offer.call, name=offer.name, country=offer.country, topics=list(offer.topics),
        reference=offer.reference, status=offer.status, created_at=offer.created_at,
        contact=contact if caller.sees_people else None,
    )  # fmt: skip


def _mail(mail: OutboxMail, caller: Caller) -> MailOut:
    personal = {"to": mail.to_addr, "subject": mail.subject, "last_error": mail.last_error}
    return MailOut(
        id=mail.id, kind=mail.kind, state=mail.state, language=mail.language, entry_id=mail.entry_id,
        attempts=mail.attempts, created_at=mail.created_at, sent_at=mail.sent_at,
        **(personal if caller.sees_people else {}),
    )  # fmt: skip
