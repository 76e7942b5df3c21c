"""The world families, by name."""

from priorsim.errors import WorldError
from priorsim.reading import quoted
from priorsim.worlds.bayes import BAYES
from priorsim.worlds.constant import CONSTANT
from priorsim.worlds.family import Family
from priorsim.worlds.forward_inverse import FORWARD, INVERSE
from priorsim.worlds.in_context import IN_CONTEXT
from priorsim.worlds.proxy import PROXY
from priorsim.worlds.video import VIDEO

_FAMILIES = (IN_CONTEXT, VIDEO, INVERSE, FORWARD, CONSTANT, PROXY, BAYES)


def families() -> tuple[Family, ...]:
    """All families, in the order in which they are listed.

    >>> [family.name for family in families()]
    ['in-context', 'video', 'inverse', 'forward', 'constant', 'proxy', 'bayes']
    """
    return _FAMILIES


def family(name: str) -> Family:
    """The family of that name.

    Raises
    ------
    WorldError
        When there is none.

    Examples
    --------
    >>> family("constant").member("constant.w16-16203").behaviour
    16203
    """
    for known in _FAMILIES:
        if known.name == name:
            return known
    raise WorldError(f"unknown family {quoted(name)}: choose one of {', '.join(known.name for known in _FAMILIES)}")
