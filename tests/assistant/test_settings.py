"""The settings: environment over file, secrets in files, unknown keys are errors."""

from pathlib import Path

import pytest

from klimapartner.assistant.commands.init import _AUTH, settings_text
from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.settings import Secret, load_settings

BOX = """
[mailboxes.skew]
address = "office@agency.example"
[mailboxes.skew.imap]
host = "imap.agency.example"
port = 993
user = "office@agency.example"
auth = { secret = { file = "secret/imap" } }
[mailboxes.skew.smtp]
host = "smtp.agency.example"
port = 587
tls = "starttls"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "klimapartner.toml"
    file.write_text('answer_since = 2022-02-01T00:00:00+01:00\n[controller]\nname = "Agency"\n' + BOX, encoding="utf-8")
    return file


def test_the_environment_overrides_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLIMAPARTNER_MAILBOXES__SKEW__IMAP__HOST", "imap.elsewhere.example")
    monkeypatch.setenv("KLIMAPARTNER_ANSWERS__HOLD_ALL", "true")
    settings = load_settings(path)
    assert settings.mailboxes["skew"].imap.host == "imap.elsewhere.example"
    assert settings.answers.hold_all is True


def test_paths_are_relative_to_the_file(path: Path) -> None:
    (path.parent / "secret").mkdir()
    (path.parent / "secret" / "imap").write_text("s3cret\nsecond line\n", encoding="utf-8")
    settings = load_settings(path)
    assert settings.mailboxes["skew"].imap.auth.secret.read() == "s3cret"


def test_a_missing_secret_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nicht lesbar"):
        Secret(file=tmp_path / "nothing").read()


def test_what_is_missing_before_anything_is_sent(path: Path) -> None:
    assert load_settings(path).missing_to_send() == ["controller.privacy_text.de"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("answer_sinze = 1", "answer_sinze: diese Einstellung gibt es nicht"),
        ("[limits]\nper_day = 1", "limits.per_day: diese Einstellung gibt es nicht"),
        ("now = 2022-03-01T09:00:00", "now braucht eine Zeitzone"),
        ("[limits]\naddress_per_day = 0", "limits.address_per_day"),
        ("broken = ", "kein gültiges TOML"),
    ],
)
def test_a_wrong_key_is_an_error_that_names_it(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "klimapartner.toml"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert message in str(caught.value)


def test_a_password_never_leaves_in_the_clear(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace('tls = "starttls"', 'tls = "none"'), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"unverschlüsselt an smtp\.agency\.example"):
        load_settings(path)


def test_files_are_found_from_any_folder_also_those_in_a_list(path: Path) -> None:
    keys = '[{ file = "geheim/alt" }, { file = "/run/older" }]'
    with path.open("a", encoding="utf-8") as file:
        file.write(f"[console]\nformer_second_factor_keys = {keys}\n")
    found = [key.file for key in load_settings(path).console.former_second_factor_keys]
    assert found == [path.parent / "geheim" / "alt", Path("/run/older")]


def test_the_example_is_what_init_writes() -> None:
    example = Path(__file__).parent.parent.parent / "klimapartner.example.toml"
    settings = load_settings(example)
    assert settings.answer_since is not None
    written = settings_text(
        auth=_AUTH["password"],
        now=settings.answer_since,
        address="climatepartnerships@agency.example",
        user="climatepartnerships@agency.example",
        controller="Agency",
        administrator="administrator@agency.example",
        imap_host="imap.agency.example",
        smtp_host="smtp.agency.example",
    )
    assert example.read_text(encoding="utf-8") == written


@pytest.mark.parametrize("auth", list(_AUTH))
def test_what_init_writes_can_be_read(tmp_path: Path, auth: str) -> None:
    file = tmp_path / "klimapartner.toml"
    names = ("address", "user", "controller", "administrator", "imap_host", "smtp_host")
    file.write_text(settings_text(auth=_AUTH[auth], **dict.fromkeys(names, 'a "quoted" value')), encoding="utf-8")
    settings = load_settings(file)
    assert settings.mailboxes["skew"].imap.auth.method == auth
    assert settings.missing_to_send() == ["controller.privacy_text.de"]
