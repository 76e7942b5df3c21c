"""The docstrings of the public functions have numpydoc sections that agree with the signatures."""

import inspect
import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

import priorsim as ps
from priorsim.study.cache import census

COUNTING = ("priorsim.mu", "priorsim.census.")
"""Packages whose every byte is in the digest of the code: docstrings there stay as they are."""
ENTRY = re.compile(r"^(?P<names>[*\w, ]+) : (?P<kind>.+)\n(?P<text>(?: .*(?:\n|$))+)", re.MULTILINE)


def described(name: str) -> Callable[..., Any]:
    return census if name == "census" else getattr(ps, name)


FUNCTIONS = {
    name: found
    for name in ps.__all__
    if callable(found := described(name)) and not isinstance(found, type) and not found.__module__.startswith(COUNTING)
}
FUNCTIONS |= {f"plot.{name}": getattr(ps.plot, name) for name in ps.plot.__all__} | {"World.of": ps.World.of}
CLASSES: dict[str, Callable[..., Any]] = {"World": ps.World, "Prior": ps.Prior}


def section(docstring: str, title: str) -> str:
    """The lines of a section, without its title; nothing where there is none."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=\n\n\w+\n-+\n|\Z)", docstring, re.DOTALL | re.MULTILINE)
    return found[1] + "\n" if found else ""


def parameters(function: Callable[..., Any]) -> dict[str, tuple[str, str]]:
    """By name what a docstring says of a parameter: its type, and its description on one line."""
    entries = ENTRY.finditer(section(inspect.getdoc(function) or "", "Parameters"))
    return {
        name: (entry["kind"], " ".join(entry["text"].split()))
        for entry in entries
        for name in entry["names"].split(", ")
    }


@pytest.mark.parametrize("name", FUNCTIONS | CLASSES)
def test_the_documented_parameters_are_those_of_the_signature(name: str) -> None:
    function = (FUNCTIONS | CLASSES)[name]
    documented = parameters(function)
    signature = inspect.signature(function).parameters
    assert sorted(documented) == sorted(signature)
    for parameter, (kind, _) in documented.items():
        is_optional = signature[parameter].default is not inspect.Parameter.empty
        assert is_optional == bool(re.search(r", (optional|default .+)$", kind)), parameter


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_documented_default_is_that_of_the_signature(name: str) -> None:
    signature = inspect.signature(FUNCTIONS[name]).parameters
    for parameter, (kind, _) in parameters(FUNCTIONS[name]).items():
        told = re.search(r", default (.+)$", kind)
        if told and parameter != "class_by":
            assert told[1].replace('"', "'") == repr(signature[parameter].default), parameter


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"save_histogram"}))
def test_every_function_says_what_it_returns(name: str) -> None:
    assert section(inspect.getdoc(FUNCTIONS[name]) or "", "Returns")


def test_questions_share_the_wording_of_their_parameters() -> None:
    wordings = defaultdict(set)
    for function in FUNCTIONS.values():
        if function.__module__.startswith("priorsim.notebook"):
            for entry in ENTRY.finditer(section(inspect.getdoc(function) or "", "Parameters")):
                wordings[entry["names"], entry["kind"]].add(" ".join(entry["text"].split()))
    for parameter in ("world", "atlas", "prior", "beta", "tax", "class_by", "bin_bits", "ax"):
        shared = {key: texts for key, texts in wordings.items() if parameter in key[0].split(", ")}
        assert shared and all(len(texts) == 1 for texts in shared.values()), shared
