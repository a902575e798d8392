"""A stranger's HTML made harmless: nothing runs, nothing is loaded, links say where they go and lead nowhere."""

import nh3

# Headings of a mail would break the page's outline and links are a way out: their words stay, the tags go.
_TAGS = {
    "abbr", "b", "blockquote", "br", "caption", "code", "dd", "div", "dl", "dt", "em", "hr", "i", "li", "ol", "p",
    "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u",
    "ul",
}  # fmt: skip


def clean_html(html: str) -> str:
    """What can be shown inside a page: layout and emphasis only, no attribute but those of table cells."""
    return nh3.clean(
        html, tags=_TAGS, attributes={"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        clean_content_tags={"script", "style", "title", "template", "noscript"}, link_rel=None, url_schemes=set(),
    )  # fmt: skip
