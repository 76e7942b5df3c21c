"""Fonts for names in any script: what the figures' own font lacks is drawn in an installed one that has it.

Nothing else about a figure depends on which fonts are installed.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from matplotlib.font_manager import findfont, fontManager, get_font
from matplotlib.text import Text

from priorsim.reading import shown

_NO_GLYPHS = ("Last Resort", ".Last")
"""Fonts of such names draw every character as a box."""


def use_fonts_for(artist: Text) -> None:
    """Let an artist draw the characters that its font lacks in other installed fonts; a note where none has them."""
    lacking = _lacked(artist.get_text(), findfont(artist.get_fontproperties()))
    if lacking:
        artist.set_fontfamily(list(dict.fromkeys([*artist.get_fontfamily(), *_families_with(lacking)])))


@contextmanager
def without_glyph_warnings() -> Iterator[None]:
    """A block in which matplotlib does not warn of characters that a font lacks: the note of `use_fonts_for` does."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def _lacked(text: str, path: str) -> frozenset[str]:
    font = get_font(path)
    return frozenset(character for character in set(text) - {"\n"} if not font.get_char_index(ord(character)))


@cache
def _families_with(characters: frozenset[str]) -> tuple[str, ...]:
    """Installed families that together have the characters, as few as can be; what none has is noted once."""
    upright = [entry for entry in fontManager.ttflist if (entry.weight, entry.style) == (400, "normal")]
    fonts = {entry.name: str(entry.fname) for entry in upright}
    names = sorted(name for name in fonts if not name.startswith(_NO_GLYPHS))
    left = characters
    chosen: list[str] = []
    while left:
        best = min(names, key=lambda name: len(_lacked("".join(left), fonts[name])))
        rest = _lacked("".join(left), fonts[best])
        if rest == left:
            missing = shown(" ".join(sorted(left)), 40)
            logging.getLogger("priorsim").warning(
                "priorsim: no installed font has %s: install one that does, as Noto Sans, to see them", missing
            )
            break
        left = rest
        chosen.append(best)
    return tuple(chosen)
