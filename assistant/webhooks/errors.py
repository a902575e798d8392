"""Why a webhook is not called."""

from klimapartner.assistant.errors import AssistantError


class RefusedAddress(AssistantError):
    """The address of a webhook must not be called."""
