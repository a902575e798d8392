"""The errors of the assistant, in one tree. Each message is one sentence that names the cause and the next step.

AssistantError
├── SettingsError
├── CallError
├── NotReady
└── UsageError
"""


class AssistantError(Exception):
    """Something failed that the administrator or staff can put right."""


class SettingsError(AssistantError):
    """The settings are missing or wrong."""


class CallError(AssistantError):
    """The call's data is missing or wrong."""


class NotReady(AssistantError):
    """Something that must be set before mail is sent is not set yet."""


class UsageError(AssistantError):
    """The command was called with something that it cannot take."""
