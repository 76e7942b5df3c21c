"""The report as one page: claims, figures, and an explorer that weighs the histograms as it is used."""

from priorsim.page.claims_table import CellRow, ClaimRow
from priorsim.page.explorer import MenuWorld
from priorsim.page.page import MAX_PAGE_BYTES, Page, page_html, write_page
from priorsim.page.pictures import Picture

__all__ = ["MAX_PAGE_BYTES", "CellRow", "ClaimRow", "MenuWorld", "Page", "Picture", "page_html", "write_page"]
