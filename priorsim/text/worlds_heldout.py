"""What fits several worlds and what it does off their training lanes as one table, a row for each world and class.

Nothing is computed here but the last rounding; the numbers are those of each world's own training lanes.
"""

from priorsim.formats import format_lanes, number
from priorsim.keys import plain
from priorsim.measure.off_training import ClassHeldOut, HeldOutAnswer
from priorsim.text.worlds_table import WorldsTable

_FORMS = {"share": ".4f", "faithful": ".4f", "defection": ".4f", "entropy": ".2f", "ways": ".2f"}
_HEAD = ("class", "share", "faithful", "defecting", "entropy", "ways")


def _of_csv(found: HeldOutAnswer) -> list[list[object]]:
    held_out = format_lanes(found.held_out)
    return [[held_out, name, *plain(each).values()] for name, each in found.splits[-1].classes.items()]


def _of_text(found: HeldOutAnswer) -> list[list[str]]:
    return [[name, *_shown(each)] for name, each in found.splits[-1].classes.items()]


def _shown(each: ClassHeldOut) -> list[str]:
    """The numbers of a class, none of which there is where nothing of the class fits."""
    values = {} if each.defection is None else plain(each)
    return [number(values.get(name), form, none="none") for name, form in _FORMS.items()]


TABLE = WorldsTable(
    command="priorsim heldout",
    csv_head=("held_out", "class", *ClassHeldOut.__struct_fields__),
    of_csv=_of_csv,
    head=dict(zip(_HEAD, _HEAD, strict=True)),
    of_text=_of_text,
    left=3,
)
"""What `priorsim heldout` writes of several worlds."""
