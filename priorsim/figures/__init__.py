"""Figures: one module a figure; each draws plain results into an Axes, and `save` writes it.

No figure needs a backend, so that the one of a notebook's kernel may be named where it is not installed.
"""

import os
import sys
from contextlib import suppress

if "matplotlib" not in sys.modules and (_backend := os.environ.pop("MPLBACKEND", None)) is not None:
    # matplotlib cannot be imported where this is no backend; it is then set as matplotlib itself would.
    import matplotlib

    os.environ["MPLBACKEND"] = _backend
    with suppress(ValueError):
        matplotlib.rcParams["backend"] = _backend

from priorsim.figures.cloud import Cloud, Corner, Tip, cloud
from priorsim.figures.cost_against_bits import GIB, Cost, cost_against_bits, cost_columns
from priorsim.figures.decomposition import TermTable, WorldTerms, decomposition
from priorsim.figures.delta_l import LengthTable, WorldLength, delta_l
from priorsim.figures.ends_against_mass import EndsAgainstMass, ends_against_mass
from priorsim.figures.lessons import LearningCurves, LessonOdds, learning_curves, odds_against_lessons
from priorsim.figures.loss_by_end import LossByEnd, loss_by_end
from priorsim.figures.mass_against_length import ClassMass, MassByLength, mass_against_length
from priorsim.figures.objectives import ObjectiveTable, WorldObjectives, objectives
from priorsim.figures.odds_against_gamma import OddsCurve, odds_against_gamma
from priorsim.figures.page import WIDTHS, Width, new_figure, style
from priorsim.figures.phase import PhaseDiagram, phase
from priorsim.figures.predicted_crossovers import Crossing, CrossingTable, predicted_crossovers
from priorsim.figures.save import USUAL, check_format, save
from priorsim.figures.starvation_bars import StarvationBars, starvation_bars
from priorsim.figures.swerve_times import SwerveTimes, swerve_times
from priorsim.figures.three_counts import CountTable, WorldCounts, three_counts
from priorsim.figures.walk_landscape import WalkLandscape, walk_landscape
from priorsim.figures.walks import Walks
from priorsim.figures.well_tuned import WellTuned, well_tuned
from priorsim.figures.witness_sheet import Sheet, SheetRow, witness_sheet
from priorsim.figures.worlds_side_by_side import WorldOdds, WorldTable, worlds_side_by_side

__all__ = [
    "GIB",
    "USUAL",
    "WIDTHS",
    "ClassMass",
    "Cloud",
    "Corner",
    "Cost",
    "CountTable",
    "Crossing",
    "CrossingTable",
    "LearningCurves",
    "LengthTable",
    "LessonOdds",
    "EndsAgainstMass",
    "LossByEnd",
    "MassByLength",
    "ObjectiveTable",
    "OddsCurve",
    "PhaseDiagram",
    "Sheet",
    "SheetRow",
    "TermTable",
    "Tip",
    "WellTuned",
    "StarvationBars",
    "SwerveTimes",
    "WalkLandscape",
    "Walks",
    "Width",
    "WorldCounts",
    "WorldLength",
    "WorldObjectives",
    "WorldOdds",
    "WorldTable",
    "WorldTerms",
    "check_format",
    "cloud",
    "cost_against_bits",
    "cost_columns",
    "decomposition",
    "delta_l",
    "learning_curves",
    "ends_against_mass",
    "loss_by_end",
    "mass_against_length",
    "new_figure",
    "objectives",
    "odds_against_gamma",
    "odds_against_lessons",
    "phase",
    "predicted_crossovers",
    "save",
    "starvation_bars",
    "style",
    "three_counts",
    "well_tuned",
    "witness_sheet",
    "swerve_times",
    "walk_landscape",
    "worlds_side_by_side",
]
