"""Names in any script are drawn by a font that has them, or one line says that none does."""

import logging
import warnings
from pathlib import Path

import pytest
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text

from priorsim.figures import page
from priorsim.figures.entry import save
from priorsim.figures.labels import Label, place_labels
from priorsim.figures.page import name_rows, new_figure, set_title, style

USUAL = "DejaVu Sans"


def has(family: str, character: str) -> bool:
    return bool(get_font(findfont(FontProperties(family=family))).get_char_index(ord(character)))


@pytest.fixture(autouse=True)
def few_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fonts that come with matplotlib, whatever else is installed; the slanted ones, which lack more, come last."""
    families = {USUAL, "STIXGeneral", "Last Resort High-Efficiency"}
    few = [entry for entry in fontManager.ttflist if entry.name in families]
    monkeypatch.setattr(fontManager, "ttflist", sorted(few, key=lambda entry: entry.style != "normal"))
    page._families_with.cache_clear()


def test_a_character_that_the_usual_font_lacks_is_drawn_by_one_that_has_it(tmp_path: Path) -> None:
    assert not has(USUAL, "の") and has("STIXGeneral", "の")
    with warnings.catch_warnings(), style():
        warnings.simplefilter("error")
        figure = new_figure()
        ax = figure.add_subplot()
        set_title(ax, "größe_のの")
        label, plain = place_labels(
            ax, [Label("の", (0.2, 0.2), (90,)), Label("θ", (0.8, 0.8), (90,))], avoid=ax.dataLim.get_points()
        )
        save(figure, tmp_path / "named", {"x": [1]}, formats=["png"])
    [title] = [text for text in figure.findobj(Text) if text.get_text() == "größe_のの"]
    assert title.get_fontfamily() == [USUAL, "sans-serif", "STIXGeneral"]
    assert label.get_fontfamily() == [USUAL, "sans-serif", "STIXGeneral"]
    assert plain.get_fontfamily() == [USUAL, "sans-serif"]


def test_what_no_font_has_is_noted_in_one_line_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING, "priorsim"):
        warnings.simplefilter("error")
        for name in "ab":
            with style():
                figure = new_figure()
                set_title(figure.add_subplot(), "\N{CJK UNIFIED IDEOGRAPH-65E5}\N{CJK UNIFIED IDEOGRAPH-672C}")
            save(figure, tmp_path / name, {"x": [1]}, formats=["svg"])
    [note] = [record.getMessage() for record in caplog.records if record.name == "priorsim"]
    assert note.startswith("priorsim: no installed font has 日 本: install one")
    assert len(note.splitlines()) == 1


def test_a_dollar_sign_in_a_name_is_no_mathematics(tmp_path: Path) -> None:
    with style():
        figure = new_figure()
        ax = figure.add_subplot()
        set_title(ax, r"$\frac$")
        name_rows(ax, [r"$\sqrt$"])
        save(figure, tmp_path / "named", {"x": [1]}, formats=["svg"])
    with pytest.raises(ValueError, match="frac"), style():
        figure = new_figure()
        figure.add_subplot().set_title(r"$\frac$")
        save(figure, tmp_path / "mathematics", {"x": [1]}, formats=["svg"])
