"""The fake Bot API server reads markup as the real one does, with the same words and byte offsets in its complaints."""

import pytest

from klimapartner.assistant.fakes.botapi_checks import check_caption, check_text, read_markup
from klimapartner.assistant.fakes.botapi_html import read_html, utf16_length
from klimapartner.assistant.fakes.botapi_values import Button, Refused

SURROGATES = (
    "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"
)


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("", "", []),
        ("Grüße", "Grüße", []),
        ("&lt;&gt;&amp;&quot;&laquo;&ge;&#65;&#x42;&lt", "<>&\"&laquo;&ge;AB<", []),
        ("R&D & more", "R&D & more", []),
        ("<b>a</b>", "a", [("bold", 0, 1)]),
        ("<B>a</B>", "a", [("bold", 0, 1)]),
        ("🌍<i>ü</i>", "🌍ü", [("italic", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<b></b>a", "a", []),
        ("<b>a</>", "a", [("bold", 0, 1)]),
        ("<span class='tg-spoiler'>a</span>", "a", [("spoiler", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ('<code class="language-py">a</code>', "a", [("code", 0, 1)]),
    ],
)  # fmt: skip
def test_html_gives_text_and_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    read, found = read_html(source)
    assert (read, [(each["type"], each["offset"], each["length"]) for each in found]) == (text, entities)


@pytest.mark.parametrize(
    ("source", "entities"),
    [
        ('<a href="https://example.org/?a=1&amp;b=2">Seite</a>', [{"url": "https://example.org/?a=1&b=2"}]),
        ("<a>example.org</a>", [{"url": "example.org"}]),
        ('<a href="localhost">Seite</a>', []),
        ('<a href="tg://user?id=5">Ada</a>', [{"url": "tg://user?id=5"}]),
    ],
)
def test_a_link_keeps_its_address_and_one_without_a_host_is_dropped(
    source: str, entities: list[dict[str, str]]
) -> None:
    assert [{"url": each["url"]} for each in read_html(source)[1]] == entities


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("🏟 🏟&lt;<abacaba", "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
        ("abdo < ", 'Unsupported start tag "" at byte offset 5'),
        ("a << b", 'Unsupported start tag "<" at byte offset 2'),
        ("🏟 🏟&lt;<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
        ("🏟 🏟&lt;<i    aba>", 'Can\'t find end tag corresponding to start tag "i"'),
        ("🏟 🏟&lt;<i    aba  =  ", 'Unclosed start tag "i" at byte offset 13'),
        ("🏟 🏟&lt;<i    aba  =  190azAz-.,", "Unexpected end of name token at byte offset 27"),
        ('🏟 🏟&lt;<i    aba  =  "&lt;&gt;&quot;>', "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;<i    aba  =  '&lt;&gt;&quot;>", "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;</", "Unexpected end tag at byte offset 13"),
        ("🏟 🏟&lt;<b></b></", "Unexpected end tag at byte offset 20"),
        ("🏟 🏟&lt;<i>a</i   ", "Unclosed end tag at byte offset 17"),
        ("🏟 🏟&lt;<i>a</em   >", 'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"'),
        ("<b><i>test</b></i>", 'Unmatched end tag at byte offset 10, expected "</i>", found "</b>"'),
        ("<b>unclosed", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="x">y</tg-emoji>', "Invalid custom emoji identifier specified"),
        ("&#57311;", SURROGATES),
        ("&#xDFDF", SURROGATES),
    ],
)
def test_broken_html_is_refused_in_the_words_of_the_real_parser(source: str, complaint: str) -> None:
    with pytest.raises(Refused) as caught:
        read_html(source)
    assert (caught.value.code, caught.value.description) == (400, f"Bad Request: can't parse entities: {complaint}")


@pytest.mark.parametrize(("text", "units"), [("", 0), ("Ärger", 5), ("🌍", 2), ("👩‍👩‍👧", 8)])
def test_length_is_in_utf16_units(text: str, units: int) -> None:
    assert utf16_length(text) == units


@pytest.mark.parametrize(
    ("source", "mode", "refusal"),
    [
        ("", "", "message text is empty"),
        ("   \n", "", "text must be non-empty"),
        ("<b> </b>", "HTML", "text must be non-empty"),
        ("x" * 4097, "", "message is too long"),
        ("🌍" * 2049, "", "message is too long"),
        ("a", "INVALID", "unsupported parse_mode"),
    ],
)
def test_texts_that_are_refused(source: str, mode: str, refusal: str) -> None:
    with pytest.raises(Refused) as caught:
        check_text(source, mode, [])
    assert caught.value.description == f"Bad Request: {refusal}"


@pytest.mark.parametrize("source", ["x" * 4096, "<b>" + "x" * 4096 + "</b>", "&amp;" * 4096, "🌍" * 2048])
def test_4096_units_after_the_markup_is_read_are_taken(source: str) -> None:
    assert utf16_length(check_text(source, "html", [])[0]) == 4096


def test_white_space_around_goes_and_the_entities_move_along() -> None:
    assert check_text("\n <b> a</b> \n", "HTML", []) == ("a", [{"type": "bold", "offset": 0, "length": 1}])


@pytest.mark.parametrize(
    ("offset", "length", "refusal"),
    [
        (-1, 1, "receive an entity with incorrect offset -1"),
        (100, 1, "entity begins after the end of the text at UTF-16 offset 100"),
        (0, 100, "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 100"),
    ],
)
def test_given_entities_lie_within_the_text(offset: int, length: int, refusal: str) -> None:
    with pytest.raises(Refused) as caught:
        check_text("hello", "", [{"type": "bold", "offset": offset, "length": length}])
    assert caught.value.description == f"Bad Request: {refusal}"


def test_a_caption_may_be_empty_and_has_1024_units() -> None:
    assert check_caption("", "", []) == ("", [])
    with pytest.raises(Refused) as caught:
        check_caption("x" * 1025, "", [])
    assert caught.value.description == "Bad Request: message caption is too long"


def inline(**button: object) -> dict[str, object]:
    return {"inline_keyboard": [[button]]}


@pytest.mark.parametrize(
    ("markup", "refusal"),
    [
        (inline(text="Stadt", callback_data="x" * 65), "BUTTON_DATA_INVALID"),
        (inline(text="Stadt", callback_data="Schwäbisch Gmünd " + "x" * 47), "BUTTON_DATA_INVALID"),
        (inline(text="a"), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        (
            inline(text="a", callback_data=""),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (inline(callback_data="a"), "can't parse inline keyboard button: Can't find field \"text\""),
        (
            inline(text=5, callback_data="a"),
            'can\'t parse inline keyboard button: Field "text" must be of type String',
        ),
        (inline(text="a", url="not-a-url"), "inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL"),
        (
            inline(text="a", url="http://localhost:8000/"),
            "inline keyboard button URL 'http://localhost:8000/' is invalid: Wrong HTTP URL",
        ),
        (
            inline(text="a", url="ftp://example.com"),
            "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol",
        ),
        ({"inline_keyboard": "bad"}, 'field "inline_keyboard" must be of type Array'),
        ({"inline_keyboard": ["bad"]}, 'field "inline_keyboard" must be an Array of Arrays'),
        ("[]", "object expected as reply markup"),
        ("{", "can't parse reply keyboard markup JSON object"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "a"}]] * 101}, "reply markup is too long"),
    ],
)
def test_keyboards_that_are_refused(markup: object, refusal: str) -> None:
    with pytest.raises(Refused) as caught:
        read_markup(markup)
    assert caught.value.description == f"Bad Request: {refusal}"


def test_a_keyboard_is_read_from_text_and_from_an_object() -> None:
    rows = ((Button("Ja", "y" * 64), Button("Seite", url="https://example.org/a")),)
    text = '{"inline_keyboard": [[{"text": "Ja", "callback_data": "%s"}, {"text": "Seite", "url": "%s"}], []]}'
    assert read_markup(text % ("y" * 64, "https://example.org/a")).inline == rows
    assert read_markup({"keyboard": [["Ja"], [{"text": "Nein"}]]}).reply == ((Button("Ja"),), (Button("Nein"),))
    assert read_markup({"remove_keyboard": True}).removes is True
