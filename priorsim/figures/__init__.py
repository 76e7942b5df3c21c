"""Figures: one module a figure; each draws plain results into an Axes, and `save` writes it."""

from priorsim.figures.cloud import Cloud, Corner, cloud
from priorsim.figures.cost_against_bits import GIB, Cost, cost_against_bits, cost_columns
from priorsim.figures.ends_against_mass import EndsAgainstMass, ends_against_mass
from priorsim.figures.loss_by_end import LossByEnd, loss_by_end
from priorsim.figures.mass_against_length import ClassMass, MassByLength, mass_against_length
from priorsim.figures.odds_against_gamma import OddsCurve, odds_against_gamma
from priorsim.figures.page import WIDTHS, Width, new_figure, style
from priorsim.figures.save import save
from priorsim.figures.starvation_bars import StarvationBars, starvation_bars
from priorsim.figures.swerve_times import SwerveTimes, swerve_times
from priorsim.figures.walk_landscape import Place, WalkLandscape, walk_landscape
from priorsim.figures.worlds_side_by_side import WorldOdds, WorldTable, worlds_side_by_side

__all__ = [
    "GIB",
    "WIDTHS",
    "ClassMass",
    "Cloud",
    "Corner",
    "Cost",
    "EndsAgainstMass",
    "LossByEnd",
    "MassByLength",
    "OddsCurve",
    "Place",
    "StarvationBars",
    "SwerveTimes",
    "WalkLandscape",
    "Width",
    "WorldOdds",
    "WorldTable",
    "cloud",
    "cost_against_bits",
    "cost_columns",
    "ends_against_mass",
    "loss_by_end",
    "mass_against_length",
    "new_figure",
    "odds_against_gamma",
    "save",
    "starvation_bars",
    "style",
    "swerve_times",
    "walk_landscape",
    "worlds_side_by_side",
]
