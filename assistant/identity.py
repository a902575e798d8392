"""Who we are: the addresses and names that must never be taken for a sender's."""

from dataclasses import dataclass

from klimapartner.assistant.call import Call
from klimapartner.assistant.settings import MailboxSettings, Settings
from klimapartner.intents.reading import Office
from klimapartner.mailbox.identity import OwnIdentity


@dataclass(frozen=True, slots=True)
class Identity:
    """Our addresses for the rules on machines, for the splitting of quotes, and for the reader."""

    own: OwnIdentity
    marks: tuple[str, ...]
    office: Office


def identity_of(settings: Settings, call: Call) -> Identity:
    """Our identity by the settings and the call's contacts."""
    boxes = tuple(settings.mailboxes.values())
    addresses = tuple(dict.fromkeys((*settings.own_addresses, *(contact.mail.lower() for contact in call.contact))))
    names = (*dict.fromkeys(box.display_name for box in boxes), *(contact.organisation for contact in call.contact))
    return Identity(
        own=OwnIdentity(addresses=tuple(settings.own_addresses), message_id_domains=_own_domains(boxes)),
        marks=(*addresses, *names, *_own_sentences(call)),
        office=_office(call, addresses, names),
    )


def message_id_domain(box: MailboxSettings) -> str:
    """The right-hand side of our Message-IDs: told from the domain's other mail by its first label."""
    return f"klimapartner.{box.address.rpartition('@')[2].lower()}"


def _own_sentences(call: Call) -> tuple[str, ...]:
    """The call's own words: where somebody passes them on, they are not the sender's."""
    lists = (texts for group in (call.offers, call.expectations, call.goals) for texts in group.values())
    titles = (title for step in call.step for title in step.title.values())
    return (*(sentence for texts in lists for sentence in texts), *titles)


def _own_domains(boxes: tuple[MailboxSettings, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(message_id_domain(box) for box in boxes))


def _office(call: Call, addresses: tuple[str, ...], names: tuple[str, ...]) -> Office:
    people = [person for contact in call.contact for person in contact.people]
    words = [word for contact in call.contact for word in contact.address.split()]
    return Office(
        addresses=addresses,
        domains=tuple(dict.fromkeys(address.rpartition("@")[2] for address in addresses)),
        postcodes=tuple(word for word in words if len(word) == 5 and word.isdigit()),
        phones=tuple(person.phone for person in people),
        people=tuple(person.name for person in people),
        names=names,
        towns=tuple(dict.fromkeys(contact.address.split()[-1] for contact in call.contact if contact.address)),
    )
