"""How the intake workbook looks: restrained, legible in print, grey where nothing is typed."""

from __future__ import annotations

from typing import Any

DARK, PALE, GREY, INK = "#1F3864", "#DCE4F0", "#F2F2F2", "#7F7F7F"


class Style:
    """The formats of one workbook; cells to type in are unlocked, all others locked."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._data: dict[str, Any] = {}
        wrap = {"text_wrap": True, "valign": "vcenter", "border": 1, "border_color": "#D0D0D0"}
        self.plain = book.add_format({"font_size": 10})
        self.title = book.add_format({"bold": True, "font_size": 16, "font_color": DARK})
        self.note = book.add_format({"font_size": 10, "font_color": "#404040", "valign": "top"})
        self.head = book.add_format({"bold": True, "font_size": 12, "font_color": DARK})
        self.band = book.add_format(
            {"bold": True, "font_color": "white", "bg_color": DARK, "font_size": 10}
        )
        self.label = book.add_format({**wrap, "bold": True, "bg_color": PALE, "font_size": 10})
        self.hint = book.add_format(
            {**wrap, "font_size": 8, "font_color": "#595959", "bg_color": GREY, "valign": "top"}
        )
        self.example = book.add_format(
            {"italic": True, "font_size": 9, "font_color": INK, "bg_color": GREY}
        )
        self.names = book.add_format({"font_size": 7, "font_color": "#A6A6A6", "bg_color": GREY})
        self.cell = book.add_format({**wrap, "font_size": 10, "valign": "top"})
        self.bold = book.add_format({**wrap, "font_size": 10, "bold": True, "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "font_size": 10, "valign": "top"})
        self.open = book.add_format(
            {**wrap, "font_size": 10, "locked": False, "bg_color": "#FFFFE5", "valign": "top"}
        )

    def data(self, number_format: str) -> Any:
        """The format of cells to type in."""
        if number_format not in self._data:
            self._data[number_format] = self._book.add_format(
                {"locked": False, "num_format": number_format, "font_size": 10}
            )
        return self._data[number_format]
