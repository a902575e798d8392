"""The settings of the REST API and of the webhooks."""

from pydantic import Field

from klimapartner.assistant.strict import Strict


class ApiSettings(Strict):
    """What other programs of the office may use; it opens nothing without a token."""

    enabled: bool = True
    requests_per_minute: int = Field(120, gt=0, description="of one token")
    private_hosts: list[str] = Field([], description="hosts of webhooks that may lie in the office's own network")
