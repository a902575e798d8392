"""Rules on the sender: ourselves, robots, nobody."""

import re

from klimapartner.mailbox.compose import read_verp
from klimapartner.mailbox.facts import Facts
from klimapartner.mailbox.identity import OwnIdentity
from klimapartner.mailbox.message import Address, Message
from klimapartner.mailbox.rules import Rule

_DELIVERED = ("Delivered-To", "X-Original-To", "X-Envelope-To", "Envelope-To", "X-Delivered-To")
_DAEMON = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|postmaster|postmaister|mail\.?delivery|bounces?|bounce[-+=].*|.*-bounces?|double-?bounce|mdaemon|"
    r"microsoftexchange[0-9a-f]{20,40}|mail-?system|maildelivery)(?:[+=].*)?$"
)
_ROBOT = re.compile(
    r"(?:listserv|majordomo|listmaster|mailman|sympa|.*-request|owner-.*|.*-owner|root|daemon|cron|nobody|www-data|wwwrun|apache|"
    r"jira|gitlab|github|confluence|redmine|bugzilla|jenkins|trello|asana|nagios|icinga|zabbix|monitoring|mailbot|autoresponder|autoreply|auto-?reply|auto-?antwort|robot|notifications?|alerts?)(?:[+=].*)?$"
)
_NO_REPLY = re.compile(
    r"(?:.*[._+-])?(?:no-?_?\.?reply|do-?_?not-?_?reply|dont-?reply|noreplies|reply-?not|nicht-?_?antworten|keine-?_?antwort|"
    r"ne-?_?pas-?_?repondre|pas-?de-?reponse|no-?_?respon(?:der|da)|nao-?_?respon(?:der|da))(?:[._+=-].*|\d*)$"
)
_USABLE = re.compile(r"[^\s<>()\[\],;:\x00-\x1f\x7f]{1,64}@[^\s<>()\[\],;:@\x00-\x1f\x7f]{1,253}")


def is_daemon(local: str) -> bool:
    """Whether a local part belongs to a mail system that reports (MAILER-DAEMON, postmaster, bounce addresses)."""
    return bool(_DAEMON.match(local))


def is_no_reply(local: str) -> bool:
    """Whether a local part says that nobody reads it."""
    return bool(_NO_REPLY.match(local))


def is_robot(local: str) -> bool:
    """Whether a local part belongs to a machine of any kind."""
    return is_daemon(local) or is_no_reply(local) or bool(_ROBOT.match(local))


def reply_target(message: Message, own: OwnIdentity) -> Address | None:
    """Whom to answer: the first usable Reply-To, else From; None where neither is an address of somebody else."""
    lists = " ".join(message.header_all("List-Post")).casefold()
    for address in (*message.reply_to, message.from_):
        local = address.addr.rpartition("@")[0].casefold()
        usable = _USABLE.fullmatch(address.addr) and not own.owns(address.addr) and not is_robot(local)
        if usable and address.addr.casefold() not in lists:
            return address
    return None


def _own_sender(facts: Facts) -> bool:
    return facts.own.owns(facts.message.from_.addr)


def _daemon(facts: Facts) -> bool:
    return is_daemon(facts.local)


def _robot(facts: Facts) -> bool:
    return bool(_ROBOT.match(facts.local))


def _no_reply(facts: Facts) -> bool:
    return is_no_reply(facts.local) and not _answered_elsewhere(facts)


def _answered_elsewhere(facts: Facts) -> bool:
    target = reply_target(facts.message, facts.own)
    return target is not None and target.addr != facts.message.from_.addr


def _nobody(facts: Facts) -> bool:
    return reply_target(facts.message, facts.own) is None


def _to_bounce_address(facts: Facts) -> bool:
    """Only servers and machines know the address that we give as envelope sender."""
    message = facts.message
    named = [address.addr for address in (*message.to, *message.cc)]
    named += [value.strip("<> ") for name in _DELIVERED for value in message.header_all(name)]
    return any(read_verp(address, own) is not None for own in facts.own.addresses for address in named)


RULES = (
    Rule(
        "bounce_address", "bounce", "an die Adresse für Unzustellbares gerichtet", _to_bounce_address, automated=False
    ),
    Rule("own_sender", "own", "von einer unserer eigenen Adressen", _own_sender, automated=False),
    Rule("daemon_sender", "bounce", "Absender ist ein Mailsystem", _daemon),
    Rule("robot_sender", "system", "Absender ist ein Programm", _robot),
    Rule("no_reply_sender", "system", "Absender nimmt keine Antworten an", _no_reply),
    Rule("no_reply_address", "person", "keine brauchbare Antwortadresse", _nobody, automated=False),
)
