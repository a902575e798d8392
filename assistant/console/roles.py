"""What each role may do: a right is asked for by a route, and granted to roles here and nowhere else."""

from typing import Literal, get_args

from klimapartner.storage.states import Role

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


def may(role: Role, right: Right) -> bool:
    """Whether a role has a right."""
    return right in GRANTS[role]
