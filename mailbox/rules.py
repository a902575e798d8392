"""The form of a rule of triage."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from klimapartner.mailbox.facts import Facts

Kind = Literal["person", "bounce", "auto_reply", "list", "newsletter", "receipt", "calendar", "system", "own", "spam"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason not to answer: `hits` tests it, `reason` is for staff, `automated` says whether a machine wrote it."""

    name: str
    kind: Kind
    reason: str
    hits: Callable[[Facts], bool]
    automated: bool = True
