"""Header values of real mails: text, ids, times."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from klimapartner.mailbox.headers import decode_header, message_ids, parse_date, received_time


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Interessenbekundung", "Interessenbekundung"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?ISO-8859-1?Q?Gr=FC=DFe_aus_K=F6ln?=", "Grüße aus Köln"),
        ("=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        ("=?utf-8?q?Gr=C3?= =?utf-8?q?=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?q?Gr=C3?=\r\n =?utf-8?q?=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?B?R3LDvA==?= =?utf-8?Q?=C3=9Fe?=", "Grüße"),
        ("=?utf-8?q?Gru=C3=9F?= aus =?utf-8?q?K=C3=B6ln?=", "Gruß aus Köln"),
        ("=?utf-8*de?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?q?mit Leerzeichen?=", "mit Leerzeichen"),
        ("=?x-unknown?q?Gr=FC=DFe?=", "Grüße"),
        ("=?gibt-es-nicht?q?Gr=FC=DFe?=", "Grüße"),
        ("=?iso-8859-1?q?=84Zitat=93_5_=80?=", "„Zitat“ 5 €"),
        ("=?utf-8?q?offen", "=?utf-8?q?offen"),
        ("=?utf-8?q?a=0D=0ABcc:_x=40y?=", "a Bcc: x@y"),
        ("gefaltet\r\n ueber zwei Zeilen", "gefaltet ueber zwei Zeilen"),
        ("a\x00b\x07c", "abc"),
        ("Gr\udcc3\udcbc\udcc3\udc9fe", "Grüße"),
        ("Gr\udcfc\udcdfe", "Grüße"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("", ""),
    ],
)
def test_text_of_a_header(raw: str, text: str) -> None:
    assert decode_header(raw) == text


@pytest.mark.parametrize(
    ("raw", "ids"),
    [
        ("<a@b>", ("<a@b>",)),
        ("<a@b> <c@d>\r\n <a@b>", ("<a@b>", "<c@d>")),
        ("<a@b><c@d>", ("<a@b>", "<c@d>")),
        ("<[abc@def]>", ("<[abc@def]>",)),
        ("ohne@klammern", ("<ohne@klammern>",)),
        ('Your message of "Mon" <a@b>', ("<a@b>",)),
        ("Unsinn", ()),
        ("", ()),
    ],
)
def test_message_ids(raw: str, ids: tuple[str, ...]) -> None:
    assert message_ids(raw) == ids


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("Thu, 10 Mar 2022 10:00:00 +0100", datetime(2022, 3, 10, 10, tzinfo=timezone(timedelta(hours=1)))),
        ("10 Mar 22 10:00 GMT", datetime(2022, 3, 10, 10, tzinfo=UTC)),
        ("Thu, 10 Mar 2022 10:00:00 -0000", datetime(2022, 3, 10, 10, tzinfo=UTC)),
        ("Thu, 10 Mar 2022 10:00:00", datetime(2022, 3, 10, 10, tzinfo=UTC)),
        ("2022-03-10T10:00:00+00:00", datetime(2022, 3, 10, 10, tzinfo=UTC)),
        ("Thu, 10 Mar 2022 10:00:60 +0000", datetime(2022, 3, 10, 10, 0, 59, tzinfo=UTC)),
        ("Thu, 10 Mar 2022 10:00:00 +9999", datetime(2022, 3, 10, 10, tzinfo=UTC)),
        ("Thu, 10 Mar 9999999999 10:00:00 +0100", None),
        ("Thu, 99 Mar 2022 10:00:00 +0100", None),
        ("Thu, 10 Mar 1890 10:00:00 +0100", None),
        ("gestern", None),
        ("", None),
    ],
)
def test_date(raw: str, moment: datetime | None) -> None:
    assert parse_date(raw) == moment


def test_received_is_the_topmost_with_a_time() -> None:
    values = (
        "from a by b; kaputt",
        "from c by d; Thu, 10 Mar 2022 11:00:00 +0000",
        "from e by f; Thu, 10 Mar 2022 09:00:00 +0000",
    )
    assert received_time(values) == datetime(2022, 3, 10, 11, tzinfo=UTC)
    assert received_time(()) is None
