"""Options: each is given once, none is given that changes nothing, and Python refuses what the command line does."""

import math
import os
from fractions import Fraction
from typing import Any, get_args, get_type_hints

import pytest
from typer.main import get_command

from priorsim import cli
from priorsim.census.atlas import AtlasHeader
from priorsim.census.effort import check_memory, parse_memory
from priorsim.census.take import take_census
from priorsim.errors import CensusError, PriorsimError, WorldError
from priorsim.measure.convergence import unconditional
from priorsim.measure.data import count_with_data
from priorsim.measure.data_joint import data_answer
from priorsim.measure.histogram import histogram
from priorsim.measure.keys import of_mass
from priorsim.measure.mass import Mass, exact_mass
from priorsim.measure.mixture import mixture
from priorsim.measure.objectives import objectives, objectives_answer
from priorsim.measure.odds import odds
from priorsim.measure.off_training import off_training
from priorsim.measure.population import population
from priorsim.measure.weighed import weigh
from priorsim.mu.dialect import Language
from priorsim.mu.domain import Domain
from priorsim.priors import named_prior
from priorsim.processes import WORKERS_A_CORE, check_workers
from priorsim.worlds import find_world
from tests.measure.conftest import oracle_atlas, programs_of
from tests.test_cli import PROGRAMS, output, priorsim

CENSUS = ["census", "--dialect", "arith", "--word-bits", "2", "--max-bits", "12", "--out", "unused.parquet"]
SQUARE = ["run", str(PROGRAMS / "square-direct.mu"), "--world", "square-w4"]


def refusal(*args):
    """What a refused command says: one line, and nothing on standard output."""
    code, out, err = priorsim(*args)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    return err


def all_options():
    """Every option of every command that takes one value, with a value for it."""
    found = []
    commands: dict[str, Any] = vars(get_command(cli.app))["commands"]
    for command in cli.app.registered_commands:
        name = command.callback.__name__.replace("_", "-")
        for parameter in commands[name].params:
            if parameter.param_type_name == "option" and not parameter.is_eager:
                value = [] if parameter.is_flag else ["1"]
                found.append(pytest.param(name, parameter, value, id=f"{name} {parameter.opts[0]}"))
    return found


@pytest.mark.parametrize(("name", "parameter", "value"), all_options())
def test_no_option_is_given_twice_but_those_that_gather_a_list(name, parameter, value):
    twice = [name, *(2 * [parameter.opts[0], *value])]
    if parameter.multiple:
        assert "times: give it once" not in priorsim(*twice)[2]
    else:
        assert f"{parameter.opts[0]} is given 2 times: give it once" in refusal(*twice)


def options_of_numbers() -> list:
    """Every option that Python makes a number of, with a command that lacks nothing but a value for it."""
    found = []
    for registered in cli.app.registered_commands:
        kinds, command = get_type_hints(registered.callback), vars(get_command(cli.app))["commands"]
        name = registered.callback.__name__.replace("_", "-")
        for tried in (parameters := command[name].params):
            if {int, float} & {kinds.get(tried.name), *get_args(kinds.get(tried.name))}:
                args = [name]
                for needed in parameters:
                    if needed.required and needed is not tried:
                        args += ["1"] if needed.param_type_name == "argument" else [needed.opts[0], "1"]
                args.append(tried.opts[0])
                found.append(pytest.param(args, id=f"{args[0]} {args[-1]}"))
    return found


@pytest.mark.parametrize("args", options_of_numbers())
@pytest.mark.parametrize(
    "text", ["1_0", "\N{FULLWIDTH DIGIT THREE}", "\N{ARABIC-INDIC DIGIT THREE}", "1\N{MATHEMATICAL BOLD DIGIT ZERO}"]
)
def test_numbers_are_written_in_the_digits_0_to_9(args, text):
    said = refusal(*args, text)
    assert args[-1] in said
    assert "cannot be read" in said or "valid" in said


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([*CENSUS, "--engine", "exhaustive", "--memory", "1GiB"], "--memory has no effect on the exhaustive engine"),
        ([*SQUARE, "--lane", "3"], "--lane has no effect without --trace"),
        (["odds", "--atlas", "a", "--world", "w", "--yes"], "--yes has no effect without --max-bits"),
        (["sweep", "--histogram", "h", "--grid", "gamma=1", "--yes"], "--yes has no effect without --max-bits"),
        (["histogram", "--atlas", "a", "--world", "w", "--yes"], "--yes has no effect without --max-bits"),
        (
            ["walk", "--world", "square-w3", "--dynamics", "first", "--radius", "4", "--seed", "0"],
            "--seed has no effect where nothing is sampled",
        ),
        (["claims", "--train", "0-2"], "--train has no effect without --world: leave out --train"),
        (
            ["claims", "--world", "w", "--preset", "full", "--results", "r"],
            "--preset and --results have no effect in one world: leave out --preset and --results",
        ),
        (
            ["claims", "--atlas", "a", "--world", "w", "--memory", "1GiB", "--workers", "2"],
            "--memory and --workers have no effect with --atlas: no census is taken: leave out --memory and --workers",
        ),
        (
            ["definitions", "--atlas", "a", "--world", "square-w3", "--memory", "1GiB"],
            "--memory has no effect with --atlas: no census is taken: leave out --memory",
        ),
        (
            ["programs", "--atlas", "a", "--world", "square-w3", "--workers", "2"],
            "--workers has no effect with --atlas: no census is taken: leave out --workers",
        ),
        (
            ["figure", "--width", "8cm", "--format", "svg", "--out", "o"],
            "--format, --width and --out have no effect without a figure's name",
        ),
        (
            ["data", "--world", "root-w3", "--code-bits", "9", "--out", "o", "--lambda", "1", "--prior", "levin"],
            "--prior and --lambda have no effect on the counts that --out writes",
        ),
    ],
)
def test_what_would_change_nothing_is_refused(args, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said in refusal(*args)
    assert list(tmp_path.iterdir()) == []


ASK_AN_ATLAS = {
    "info": [],
    "odds": ["--world", "square-w3"],
    "sweep": ["--world", "square-w3", "--grid", "gamma=0,1"],
    "histogram": ["--world", "square-w3"],
    "heldout": ["--world", "square-w3"],
    "population": [],
    "growth": [],
    "influence": [],
    "definitions": ["--world", "square-w3"],
    "claims": ["--world", "square-w3"],
    "data": ["--world", "square-w3", "--code-bits", "9"],
    "programs": ["--world", "square-w3"],
    "estimate": ["--max-bits", "40"],
    "figure": ["phase", "--world", "square-w3"],
}


def test_every_command_that_reads_an_atlas_is_asked_below():
    commands = vars(get_command(cli.app))["commands"]
    reading = {name for name, command in commands.items() if any(each.name == "atlas" for each in command.params)}
    assert set(ASK_AN_ATLAS) == reading | {"info"}


@pytest.mark.parametrize("command", ASK_AN_ATLAS)
def test_an_atlas_from_standard_input_is_refused_with_what_to_do(command):
    where = ["-"] if command == "info" else ["--atlas", "-"]
    said = refusal(command, *where, *ASK_AN_ATLAS[command])
    assert "an atlas cannot be read from standard input" in said
    assert "save it to a file, and name that" in said


def test_memory_beyond_this_machine_is_refused_with_what_it_has(tmp_path):
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for text in ("8000GiB", "99999999MiB", "9" * 12 + "GiB"):
        assert f"give up to the {there / 2**30:.1f} GiB of this machine" in refusal(*CENSUS, "--memory", text)
    for text in ("9" * 5000 + "GiB", "8GB", "0GiB", "-1GiB", "\u0668GiB"):
        assert "cannot be read: write it as 8GiB or 500MiB" in refusal(*CENSUS, "--memory", text)
    assert parse_memory("64MiB") == check_memory(64 << 20) == 64 << 20
    header = AtlasHeader(Language.named("arith", 2), Domain.default(2), 8)
    for memory in (there + 1, 0, -1):
        with pytest.raises(CensusError, match="of this machine"):
            take_census(header, memory_bytes=memory)


def test_workers_are_one_to_a_few_for_each_core():
    most = WORKERS_A_CORE * os.cpu_count()
    check_workers(most)
    header, world = AtlasHeader(Language.named("arith", 3), Domain.default(3), 8), find_world("square-w3")
    for workers in (0, -1, most + 1):
        assert f"give 1 to {most}, {WORKERS_A_CORE} for each" in refusal(*CENSUS, "--workers", workers)
        for ask in (
            lambda workers=workers: take_census(header, workers=workers),
            lambda workers=workers: count_with_data(header.language, world, 8, workers=workers),
            lambda workers=workers: objectives(header, [world], workers=workers),
        ):
            with pytest.raises(PriorsimError, match="workers are too"):
                ask()


ATLAS = "logic-w3-23"
BY_CLASS = {
    "histogram": lambda atlas, world, by: histogram(atlas, world, class_by=by),
    "weigh": lambda atlas, world, by: weigh(atlas, named_prior("levin"), class_by=by),
    "population": lambda atlas, world, by: population(atlas, class_by=by),
    "mixture": lambda atlas, world, by: mixture(atlas, world, class_by=by),
    "unconditional": lambda atlas, world, by: unconditional(atlas, named_prior("levin"), class_by=by),
    "programs": lambda atlas, world, by: programs_of(atlas, by),
}


@pytest.mark.parametrize("name", BY_CLASS)
@pytest.mark.parametrize("class_by", ["banana", "", "Form", 3])
def test_python_refuses_ways_to_class_programs_that_the_command_line_does_not_know(name, class_by):
    with pytest.raises(WorldError, match=r"cannot be classed by .*: choose lesion or form"):
        BY_CLASS[name](oracle_atlas(ATLAS), find_world("square-w3"), class_by)


@pytest.mark.parametrize("max_bits", [-1, 0, 99])
def test_python_refuses_bounds_that_the_command_line_does(max_bits):
    for ask in (
        lambda: weigh(oracle_atlas(ATLAS), named_prior("levin"), max_bits=max_bits),
        lambda: population(oracle_atlas(ATLAS), max_bits=max_bits),
    ):
        with pytest.raises(CensusError, match="bits"):
            ask()


def test_run_says_nothing_of_held_out_lanes_where_there_are_none():
    assert "right on the held-out lanes" in output(*SQUARE)
    text = output(*SQUARE, "--train", "0-15")
    assert "fits square-w4 on its training lanes; no lane is held out" in text
    assert '"faithful": null' in output(*SQUARE, "--train", "0-15", "--json")


def values_of(key, report):
    """All values under a key, at any depth."""
    if isinstance(report, dict):
        there = report.get(key, {})
        found = list(there.values()) if isinstance(there, dict) else [there]
        return found + [value for part in report.values() for value in values_of(key, part)]
    return [value for part in report for value in values_of(key, part)] if isinstance(report, list) else []


def test_a_class_without_mass_is_null_in_every_json():
    for nothing in (exact_mass(Fraction(0)), Mass(-math.inf)):
        assert of_mass(nothing) == (None, None)
    atlas, world, prior = oracle_atlas(ATLAS), find_world("square-w3"), named_prior("capped", cap=1)
    header = AtlasHeader(atlas.header.language, world.domain, 8)
    reports = [
        odds(histogram(atlas, world), prior).to_json(),
        off_training(weigh(atlas, prior), world).to_json(),
        objectives_answer(objectives(header, [world])[0], header, world).to_json(),
        data_answer(count_with_data(atlas.header.language, world, 7), None, prior).to_json(),
    ]
    for report in reports:
        assert None in values_of("log2_mass", report)
        assert all(value is None or math.isfinite(value) for value in values_of("log2_mass", report))
        assert "0" not in values_of("exact_mass", report)
