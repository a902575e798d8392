"""A secret in the settings: in a file of its own, or in the environment."""

from pathlib import Path

from pydantic import SecretStr

from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.strict import Strict


class Secret(Strict):
    """A password or key: in a file (first line), or in the environment."""

    value: SecretStr | None = None
    file: Path | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is a secret to be read."""
        return self.value is not None or self.file is not None

    def read(self) -> str:
        """The secret itself.

        Raises:
            SettingsError: neither is set, or the file cannot be read.
        """
        if self.value is not None:
            return self.value.get_secret_value()
        if self.file is None:
            raise SettingsError(
                "Ein Geheimnis fehlt; bitte als `secret = { file = … }` oder durch die Umgebung angeben."
            )
        try:
            return self.file.read_text(encoding="utf-8").splitlines()[0].strip()
        except (OSError, IndexError) as error:
            raise SettingsError(
                f"Die Datei {self.file} ist nicht lesbar; sie soll das Geheimnis in der ersten Zeile enthalten."
            ) from error
