"""What keeps a visitor from a page.

ConsoleError
├── SignedOut
├── Denied
└── Forged
"""

from klimapartner.assistant.errors import AssistantError


class ConsoleError(AssistantError):
    """A page is not shown or a form not taken."""


class SignedOut(ConsoleError):
    """Nobody is signed in, or the session is over."""


class Denied(ConsoleError):
    """The role of the user does not allow this."""


class Forged(ConsoleError):
    """A form did not come from a page of this session."""
