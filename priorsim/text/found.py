"""What was found, for readers in a hurry: a line for each of ten steps of the argument, and three figures.

Made from claims.json alone, so that whoever has the file can check every line against it.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from priorsim.text.templates import render

STEPS = (
    *("much-simpler", "many-against-one", "three-counts", "speed-disincentive", "speed-uncompetitive"),
    *("gamma-star", "well-tuned", "treacherous", "table-to-search", "reachable"),
)
"""The claims that are shown, in the order of the argument."""
FIGURES = ("delta-l", "phase-in-context-root-sum-w4", "walk-landscape-forward.w3-pronic-l8")


def found_markdown(verdicts: Mapping[str, Any], captions: Mapping[str, str], *, folder: str = "") -> str:
    """The verdicts on ten claims in a line each, with three figures, from what claims.json holds.

    Captions are those of the drawings, by file name without ending; their first two sentences are shown, and of those
    that are missing nothing. The folder is where the results are, seen from the text: empty, or ending in a slash.
    """
    claims = {claim["id"]: claim for claim in verdicts["claims"]}
    return render(
        "found.md",
        command=verdicts["command"],
        counts=Counter(claim["verdict"] for claim in claims.values()).most_common(),
        claims=claims,
        steps=[claims[name] for name in STEPS if name in claims],
        figures={name: captions[name].splitlines()[:2] for name in FIGURES if name in captions},
        folder=folder,
    )
