"""Worlds: what programs are asked to compute, by name or from a file."""

from priorsim.worlds.catalogue import catalogue, find_world
from priorsim.worlds.constant import constant_world
from priorsim.worlds.files import load_world
from priorsim.worlds.in_context import in_context_world, rules_observed_as, video_world
from priorsim.worlds.world import World, check_lanes, default_train, parse_lanes

__all__ = [
    "World",
    "catalogue",
    "check_lanes",
    "constant_world",
    "default_train",
    "find_world",
    "in_context_world",
    "load_world",
    "parse_lanes",
    "rules_observed_as",
    "video_world",
]
