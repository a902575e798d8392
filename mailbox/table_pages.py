"""Tables of HTML and office documents on a plain page: each cell is a page of its own until its row is complete."""

from klimapartner.mailbox.text_layout import Layout

_MAX_NESTED_CELLS = 40


class Pages:
    """A layout with rows and cells; `layout` is the page that is being written."""

    def __init__(self) -> None:
        self._pages = [Layout()]
        self._rows: list[list[str]] = []

    @property
    def layout(self) -> Layout:
        return self._pages[-1]

    def open_row(self) -> None:
        self.layout.block()
        self._rows.append([])

    def close_row(self) -> None:
        if self._rows:
            self.layout.row(self._rows.pop())

    def open_cell(self) -> bool:
        """Begins a cell and says whether it got a page of its own, which `close_cell` then has to end."""
        if not self._rows or len(self._pages) > _MAX_NESTED_CELLS:
            self.layout.block()
            return False
        self._pages.append(Layout())
        return True

    def close_cell(self) -> None:
        if len(self._pages) > 1 and self._rows:
            cell = self._pages.pop().text()
            self._rows[-1].append(cell)

    def text(self) -> str:
        """The whole text, with the cells still open where the source ended."""
        while len(self._pages) > 1:
            self.close_cell()
            self.close_row()
        return self.layout.text()
