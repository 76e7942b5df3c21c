"""What was found, for readers in a hurry: a line for each of ten steps of the argument, and three figures.

Made from claims.json alone, so that whoever has the file can check every line against it.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

STEPS = (
    *("much-simpler", "many-against-one", "three-counts", "speed-disincentive", "speed-uncompetitive"),
    *("gamma-star", "well-tuned", "treacherous", "table-to-search", "reachable"),
)
"""The claims that are shown, in the order of the argument."""
FIGURES = ("delta-l", "phase-in-context-root-sum-w4", "walk-landscape-forward.w3-pronic-l8")


def found_markdown(verdicts: Mapping[str, Any], captions: Mapping[str, str], *, folder: str = "") -> str:
    """The verdicts on ten claims in a line each, with three figures.

    Parameters
    ----------
    verdicts : mapping
        What claims.json holds.
    captions : mapping of str to str
        Of the drawings, by file name without ending; their first two sentences are shown, and of those that are
        missing nothing.
    folder : str
        Where the results are, seen from the text: empty, or ending in a slash.
    """
    claims = {claim["id"]: claim for claim in verdicts["claims"]}
    counts = Counter(claim["verdict"] for claim in claims.values())
    summary = ", ".join(f"{counts[verdict]} {verdict}" for verdict in sorted(counts, key=lambda each: -counts[each]))
    lines = [
        f"Of {len(claims)} steps of the argument: {summary}. Made by `{verdicts['command']}`; every claim with all its "
        f"cells is in [claims.md]({folder}claims.md), and with figures and an explorer in report.html beside it.",
        "",
    ]
    lines += [_line(claims[name], folder) for name in STEPS if name in claims]
    for name in FIGURES:
        if name in captions:
            lines += [
                "",
                f"![{name}]({folder}figures/{name}.svg)",
                "",
                f"*{' '.join(captions[name].splitlines()[:2])}*",
            ]
    return "\n".join(lines) + "\n"


def _line(claim: Mapping[str, Any], folder: str) -> str:
    depends = f": on {claim['depends_on']}" if claim["depends_on"] else ""
    told = [cell for cell in claim["cells"] if cell["decides"] and cell["support"] is not None]
    worlds = max((cell["holds"] + cell["fails"] for cell in told), default=0)
    low, high = (f"{100 * choose(cell['support'] for cell in told):.0f} %" if told else "none" for choose in (min, max))
    reach = low if low == high else f"{low} to {high}"
    condition = "" if claim["unit"] == "0 or 1" else f" {claim['condition']}"
    return (
        f'- "{claim["claim"]}" [{claim["id"]}]({folder}claims.md#{claim["id"]}): **{claim["verdict"]}**{depends}. '
        f"{claim['quantity']}{condition} in {reach} of worlds, over {len(told)} cells of up to {worlds} worlds."
    )
