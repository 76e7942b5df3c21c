"""The sheet of programs as tables: every program with its words, and padding searches told as such."""

from priorsim.figures import witness_sheet
from priorsim.figures.entry import Data
from priorsim.mu.dialect import Language
from priorsim.text.sheet import TEXTS

ROOT, PADDED = "(find (c) (eq x (mul c c)))", "(mul (find (c) c) 181)"
SHEET = Data(
    witness_sheet.COLUMNS,
    [
        ("root-w3", "search", "shortest", 23, 64.125, False, ROOT),
        ("a_b", "direct", "shortest, fastest", 17, 1.0, False, "181"),
        ("a_b", "search", "fastest", 30, 5.0, True, PADDED),
    ],
    bounds={"root-w3": 28, "a_b": 30},
    essential={"root-w3": [1.0, 1.0], "a_b": [None, None]},
    words={"root-w3": "the least c with c c = x & <b>", "a_b": "181"},
    spoken={"root-w3": (Language.named("arith", 3), ("x",)), "a_b": (Language.named("arith", 12), ("x",))},
)
WRITTEN = {ending: write(SHEET) for ending, write in TEXTS["witness-sheet"].items()}


def test_every_program_stands_in_full_with_its_words() -> None:
    assert f"<code>{ROOT}</code></td><td>the least c with x = c · c</td>" in WRITTEN["html"]
    assert f"| search | shortest | 23 | 64.125 | `{ROOT}` | the least c with x = c · c |" in WRITTEN["md"]
    assert rf"\texttt{{{ROOT}}} & the least c with x = c $\cdot$ c \\" in WRITTEN["tex"]


def test_a_search_for_what_a_leaf_says_is_told_to_be_padding() -> None:
    assert f"| search | fastest, padding | 30 | 5 | `{PADDED}` |" in WRITTEN["md"]
    assert "<td>fastest, padding</td>" in WRITTEN["html"] and "& fastest, padding &" in WRITTEN["tex"]
    assert all(text.count("fastest, padding") == 1 for text in WRITTEN.values())


def test_worlds_are_named_in_words_with_their_essential_share_and_no_text_becomes_markup() -> None:
    assert "the least c with c c = x &amp; &lt;b&gt;<br><small>root-w3, every program up to 28 bits" in WRITTEN["html"]
    assert (
        "essential share of search 100 %" in WRITTEN["md"]
        and "a_b`, every program up to 30 bits; no search" in WRITTEN["md"]
    )
    assert r"a\_b, up to 30 bits" in WRITTEN["tex"]
    assert [WRITTEN["tex"].count(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule")] == [1, 2, 1]
