"""The base of settings and call data: an unknown key is an error, and nothing changes once it is read."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A part of a file that people edit."""

    model_config = ConfigDict(extra="forbid", frozen=True)
