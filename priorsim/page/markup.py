"""Text and data made safe to stand in HTML."""

import json
import re
from html import escape
from importlib import resources
from typing import Any

_CODE = re.compile(r"`([^`]*)`")


def asset(name: str) -> str:
    """The text of one of the package's files: template, style or script."""
    return resources.files("priorsim.page").joinpath(name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """The text as HTML; what stands between backticks is set as code.

    >>> prose("`a` < b")
    '<code>a</code> &lt; b'
    """
    return _CODE.sub(r"<code>\1</code>", escape(text))


def identifier(text: str) -> str:
    """A name as part of an HTML id: anything but letters, digits, dots and dashes becomes a dash."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", text)


def script_json(values: Any) -> str:
    """Compact JSON that cannot end the script element it stands in."""
    return json.dumps(values, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
