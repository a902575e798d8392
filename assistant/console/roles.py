"""What each role may do: a right is asked for by a route, and granted to roles here and nowhere else."""

from typing import Literal, get_args

from klimapartner.storage.states import EntryStatus, Role

Right = Literal["sign_in", "see", "edit", "lead", "admin"]
RIGHTS: tuple[Right, ...] = get_args(Right)

# see: register, messages, history. edit: correct, answer, assign. lead: decide, in bulk, export, call data, erase.
# admin: users and settings, and no message text. sign_in: what everybody may do with the own account.
GRANTS: dict[Role, frozenset[Right]] = {
    "reader": frozenset({"sign_in", "see"}),
    "editor": frozenset({"sign_in", "see", "edit"}),
    "lead": frozenset({"sign_in", "see", "edit", "lead"}),
    "administrator": frozenset({"sign_in", "admin"}),
}

_DECISIONS: frozenset[EntryStatus] = frozenset({"invited", "selected", "waiting_list", "declined"})


def may(role: Role, right: Right) -> bool:
    """Whether a role has a right."""
    return right in GRANTS[role]


def may_set(role: Role, status: EntryStatus) -> bool:
    """Whether a role may move an entry to a status: who takes part is the lead's decision."""
    return may(role, "lead" if status in _DECISIONS else "edit")
