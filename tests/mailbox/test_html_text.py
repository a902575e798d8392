"""HTML of mails as plain text."""

import pytest

from klimapartner.mailbox.html_text import html_bytes_to_text, html_to_text

LAYOUT_TABLE = "<table><tr><td><img src=logo></td><td>Max Muster<br>Klimamanager<br>Tel. 1</td></tr></table>danach"
OUTLOOK = (
    "<html><head><style><!-- p {margin:0} --></style><!--[if gte mso 9]><xml>x</xml><![endif]--></head>"
    "<body><p class=MsoNormal>Eins<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p>Zwei</p></body></html>"
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Guten Tag,</p><p>wir<br>sind <b>Bonn</b>.</p>", "Guten Tag,\n\nwir\nsind Bonn."),
        ("<div>eins</div><div>zwei</div>", "eins\nzwei"),
        ("<p>viele \n  Blanks", "viele Blanks"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>Ende", "- a\n- b\n  - c\n\nEnde"),
        ("<ol><li>a<li><p>b</p></ol>", "1. a\n2. b"),
        (
            "<table><tr><th>Kommune<td>Bonn</tr><tr><td><p>Name</p></td><td><p>Max</p></td></tr></table>",
            "Kommune\tBonn\nName\tMax",
        ),
        (LAYOUT_TABLE, "Max Muster\nKlimamanager\nTel. 1\n\ndanach"),
        (
            "Er schrieb:<blockquote type=cite><div>a</div><p>b</p></blockquote>unten",
            "Er schrieb:\n\n> a\n>\n> b\n\nunten",
        ),
        ("<blockquote>nur eingerückt</blockquote>", "nur eingerückt"),
        ("<blockquote class=gmail_quote>a<blockquote class=gmail_quote>b", "> a\n>\n> > b"),
        ("x:<blockquote type=cite><p>a</p></blockquote>", "x:\n\n> a"),
        ("a<hr>b", f"a\n{'_' * 32}\nb"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<a href='mailto:max@bonn.de?subject=x'>Mail</a>", "Mail <max@bonn.de>"),
        ("<a href='mailto:max@bonn.de'>max@bonn.de</a>", "max@bonn.de"),
        ("<a href='https://bonn.de'>Bonn</a>", "Bonn"),
        ("<div style='display:none'>Vorschau</div>sichtbar", "sichtbar"),
        ("<span style='font-size:0px;max-height:0'>Vorschau</span>sichtbar", "sichtbar"),
        ("<td style='font-size:0'><div style='font-size:12px'>sichtbar</div>", "sichtbar"),
        ("<div style='mso-hide:all'>x<p>y</p></div>z", "z"),
        ("<script>x()</script><style>p{}</style><title>t</title>a", "a"),
        ("<!-- Kommentar -->a<!--[if mso]>b<![endif]--><![if !mso]>c<![endif]>", "ac"),
        (OUTLOOK, "Eins\n\nZwei"),
        ("<?xml version='1.0' encoding='iso-8859-1'?><html><body>Köln</body></html>", "Köln"),
        ("K&ouml;ln &amp; &#8222;Bonn&#8220; &lt;a&gt;", "Köln & „Bonn“ <a>"),
        ("<p>offen <b>und <i>verschachtelt</p>danach", "offen und verschachtelt\n\ndanach"),
        ("<input type=text value='Bonn'><input type=hidden value=x>", "Bonn"),
        ("nur Text < 5", "nur Text < 5"),
        ("", ""),
    ],
)
def test_text_of_html(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_charset_of_the_meta_element_counts_where_the_mail_names_none() -> None:
    html = '<meta charset="iso-8859-2"><p>Łódź</p>'.encode("iso-8859-2")
    assert html_bytes_to_text(html, None, max_bytes=1000) == "Łódź"


def test_pictures_in_the_page_do_not_count_as_size() -> None:
    html = b"<p>oben</p><img src='data:image/png;base64," + b"QUFB" * 10_000 + b"'><p>unten</p>"
    assert html_bytes_to_text(html, None, max_bytes=1000) == "oben\n\nunten"


@pytest.mark.parametrize("html", ["<div>" * 200_000 + "a", "<table><tr><td>" * 20_000 + "a", "<b><i>" * 100_000 + "a"])
def test_depth_is_no_matter(html: str) -> None:
    assert html_to_text(html) == "a"
