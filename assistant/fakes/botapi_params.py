"""The parameters of a call, however they came: query string, form, JSON or multipart.

Source: Bot API, sections "Making requests" and "Sending files".
"""

import json
from dataclasses import dataclass, field
from typing import Any

from klimapartner.assistant.fakes.botapi_checks import bad_request
from klimapartner.assistant.fakes.botapi_values import Document, Json


@dataclass(slots=True)
class Params:
    """Values by name, as they came, and uploaded files by the name of their part."""

    values: Json = field(default_factory=dict)
    files: dict[str, Document] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The value as text; empty where it is missing."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: int) -> int:
        """The value as a whole number; `default` where it is missing.

        Raises:
            Refused: it is no number.
        """
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise bad_request(f'field "{name}" must be a Number') from None

    def truth(self, name: str) -> bool:
        """Whether the value is true, in any of the ways in which clients write it."""
        return self.text(name).lower() in ("true", "1", "yes")

    def structure(self, name: str) -> Any:
        """The value as decoded JSON; None where it is missing.

        Raises:
            Refused: it is no JSON.
        """
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def file(self, name: str) -> Document | None:
        """The uploaded file: in a part of this name, or where `attach://` points to."""
        return self.files.get(self.text(name).removeprefix("attach://") or name) or self.files.get(name)

    def plain(self) -> Json:
        """All values with their JSON decoded, files by their names: for the journal."""
        return {name: _decoded(value) for name, value in self.values.items()} | {
            name: file.name for name, file in self.files.items()
        }


def _decoded(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
