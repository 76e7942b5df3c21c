"""Worlds: what programs are asked to compute, by name or from a file."""

from priorsim.worlds.catalogue import catalogue, families, family, find_world
from priorsim.worlds.constant import constant_world
from priorsim.worlds.family import Family, Knob
from priorsim.worlds.files import load_world
from priorsim.worlds.in_context import in_context_world, rules_observed_as
from priorsim.worlds.proxy import Camera, Side
from priorsim.worlds.video import video_world
from priorsim.worlds.world import World, check_lanes, default_train, parse_lanes

__all__ = [
    "Camera",
    "Family",
    "Knob",
    "Side",
    "World",
    "catalogue",
    "check_lanes",
    "constant_world",
    "default_train",
    "families",
    "family",
    "find_world",
    "in_context_world",
    "load_world",
    "parse_lanes",
    "rules_observed_as",
    "video_world",
]
