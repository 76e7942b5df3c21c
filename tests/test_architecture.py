"""docs/architecture.md draws every import between packages that there is, and no other."""

import re
from pathlib import Path

import grimp

PAGE = (Path(__file__).parents[1] / "docs" / "architecture.md").read_text(encoding="utf-8")
SPLIT = {"study": ("atlases", "cache", "folder", "paper", "plan"), "census": ("engine", "segments")}
"""Packages of which some parts are drawn by themselves."""


def room_of(module: str) -> str:
    """What the drawing calls the place of a module."""
    _, package, *rest = module.split(".")
    return f"{package}.{rest[0]}" if rest and rest[0] in SPLIT.get(package, ()) else package


def ground() -> set[str]:
    """The modules that every package may import, as the page lists them."""
    table = PAGE.partition("the ground:")[2].partition("## ")[0]
    return set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def test_the_drawing_has_every_arrow_of_the_code_and_no_other() -> None:
    graph = grimp.build_graph("priorsim", exclude_type_checking_imports=True)
    modules = [module for module in graph.modules if module.count(".")]
    arrows = {
        (room_of(importer), room_of(imported))
        for importer in modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if imported.count(".")
    }
    left_out = {*ground(), "__main__"}
    found = {(a, b) for a, b in arrows if a != b and not {a, b} & left_out}
    drawn = set(re.findall(r"^  ([\w.]+) --> ([\w.]+)$", PAGE, re.MULTILINE))
    assert drawn == found


def test_the_ground_imports_nothing_above_it() -> None:
    graph = grimp.build_graph("priorsim", exclude_type_checking_imports=True)
    for name in ground():
        imported = {
            room_of(module) for module in graph.find_modules_directly_imported_by(f"priorsim.{name}") if "." in module
        }
        assert imported <= ground(), name


def test_every_package_is_described() -> None:
    folders = {path.parent.name for path in (Path(__file__).parents[1] / "priorsim").glob("*/__init__.py")}
    described = set(re.findall(r"^\| `([\w.]+)` \|", PAGE.partition("## The packages")[2], re.MULTILINE))
    assert folders <= described
