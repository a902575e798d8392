"""Machine or person, and whom to answer: a table of named rules over one message (RFC 3834; pigeonhole's vacation)."""

from dataclasses import dataclass

from klimapartner.mailbox import rules_headers, rules_sender, rules_text
from klimapartner.mailbox.facts import facts
from klimapartner.mailbox.identity import OwnIdentity
from klimapartner.mailbox.message import Address, Message
from klimapartner.mailbox.rules import Kind, Rule
from klimapartner.mailbox.rules_sender import reply_target

RULES: tuple[Rule, ...] = (*rules_headers.RULES, *rules_sender.RULES, *rules_text.RULES)

_ORDER: tuple[Kind, ...] = (
    "own",
    "bounce",
    "receipt",
    "auto_reply",
    "calendar",
    "list",
    "newsletter",
    "system",
    "spam",
    "person",
)
_WEAK = ("null_return_path", "bounce_address")


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that applies, with its reason for staff."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What triage says of a message.

    `automated`: a machine wrote it (no reply, no register entry). `reply_allowed`: no rule speaks against an answer to
    `reply_to`. `kind` is the most telling of the rules that hit.
    """

    automated: bool
    reply_allowed: bool
    reply_to: Address | None
    hits: tuple[Hit, ...]
    kind: Kind


def triage(message: Message, *, own: OwnIdentity) -> Verdict:
    """Every rule is tested; one hit is enough against an answer."""
    known = facts(message, own)
    hits = [rule for rule in RULES if rule.hits(known)]
    automated = any(rule.automated for rule in hits)
    target = reply_target(message, own)
    allowed = not hits and target is not None
    told = tuple(Hit(rule.name, rule.reason) for rule in hits)
    return Verdict(automated, allowed, target if allowed else None, told, _kind(hits))


def _kind(hits: list[Rule]) -> Kind:
    """The first kind in order; a null sender is that of a bounce only where nothing tells more."""
    telling = [rule for rule in hits if rule.name not in _WEAK and rule.kind != "person"] or hits
    kinds = {rule.kind for rule in telling}
    return next((kind for kind in _ORDER if kind in kinds), "person")
