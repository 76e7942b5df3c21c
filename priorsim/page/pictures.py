"""Figures set into the page: SVG inline, PNG as base64.

An SVG file is a document of its own; set inline, its ids and its style sheet would reach all of the page.
Ids are therefore prefixed with the figure's name, and of style sheets only the one that matplotlib
writes is known: it becomes an attribute of the figure.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from priorsim.errors import PriorsimError
from priorsim.page.markup import identifier, prose

_REFERENCE = re.compile(r"url\(#([^)]*)\)")
_STYLE = re.compile(r"\*\s*\{([^{}]*)\}")
_POINTS = re.compile(r"([0-9.]+)pt")
_SCREEN = 1.75
"""A figure's width on a screen, in CSS points a point: journal figures have small print."""
_WIDE = 400
"""A figure of more points than this takes the page's whole width."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure of the report.

    Attributes
    ----------
    name : str
        By which claims name it; it becomes the anchor `#figure-NAME`.
    title, caption : str
        Text; backticks set code.
    path : Path
        An SVG or PNG file.
    """

    name: str
    title: str
    caption: str
    path: Path


def figures_html(pictures: Sequence[Picture]) -> str:
    """A figure element for each picture, in order."""
    return "\n".join(map(_figure_html, pictures))


def _figure_html(picture: Picture) -> str:
    name = identifier(picture.name)
    return (
        f'<figure id="figure-{name}"><h3 id="figure-{name}-title">{prose(picture.title)}</h3>'
        f'<div class="paper">{_image(picture, name)}</div>'
        f"<figcaption>{prose(picture.caption)}</figcaption></figure>"
    )


def _image(picture: Picture, name: str) -> str:
    try:
        content = picture.path.read_bytes()
    except OSError as error:
        raise PriorsimError(f"figure {picture.name}: {picture.path} cannot be read ({error.strerror})") from None
    ending = picture.path.suffix
    if ending == ".png":
        data = base64.b64encode(content).decode("ascii")
        return f'<img src="data:image/png;base64,{data}" aria-labelledby="figure-{name}-title" alt="">'
    if ending != ".svg":
        raise PriorsimError(f"figure {picture.name}: {picture.path} is neither .svg nor .png: save it as one of them")
    try:
        return inline_svg(content.decode("utf-8"), name)
    except (ElementTree.ParseError, UnicodeDecodeError, ValueError) as error:
        raise PriorsimError(f"figure {picture.name}: {picture.path} cannot be set inline ({error})") from None


def inline_svg(text: str, name: str) -> str:
    """An SVG document as an element of a page, its ids prefixed and labelled by the figure's title.

    Raises
    ------
    ParseError
        When the text is no XML.
    ValueError
        When it has a script, or a style sheet other than matplotlib's.
    """
    root = ElementTree.fromstring(text)
    for parent in root.iter():
        for child in list(parent):
            kind = _local(child.tag)
            if kind == "metadata":
                parent.remove(child)
            elif kind == "style":
                rule = _STYLE.fullmatch((child.text or "").strip())
                if rule is None:
                    raise ValueError("it has a style sheet of its own")
                root.set("style", rule[1].strip())
                parent.remove(child)
            elif kind == "script":
                raise ValueError("it has a script")
    for element in root.iter():
        _rename(element, f"{name}-")
    width = _POINTS.fullmatch(root.get("width", ""))
    if width is not None:
        root.set("width", f"{_SCREEN * float(width[1]):g}pt")
        root.attrib.pop("height", None)
        if float(width[1]) > _WIDE:
            root.set("class", "wide")
    root.attrib |= {"role": "img", "aria-labelledby": f"figure-{name}-title"}
    return ElementTree.tostring(root, encoding="unicode")


def _local(tag: str) -> str:
    """The name without its namespace: inside an HTML page svg elements need none."""
    return tag.rpartition("}")[2]


def _rename(element: ElementTree.Element, prefix: str) -> None:
    """Drop namespaces and layout whitespace; prefix ids and what refers to them."""
    element.tag = _local(element.tag)
    attributes = {}
    for full, value in element.attrib.items():
        key = _local(full)
        is_own = key == "id" or (key == "href" and value.startswith("#"))
        named = re.sub("^#?", rf"\g<0>{prefix}", value) if is_own else _REFERENCE.sub(rf"url(#{prefix}\1)", value)
        attributes[key] = " ".join(named.split())
    element.attrib.clear()
    element.attrib.update(attributes)
    element.tail = None
    if element.text is not None and not element.text.strip():
        element.text = None
