"""Worlds: what programs are asked to compute, by name or from a file."""

from priorsim.worlds.catalogue import catalogue as catalogue
from priorsim.worlds.catalogue import families as families
from priorsim.worlds.catalogue import family as family
from priorsim.worlds.catalogue import find_world as find_world
from priorsim.worlds.constant import constant_world as constant_world
from priorsim.worlds.family import Family as Family
from priorsim.worlds.family import Knob as Knob
from priorsim.worlds.files import load_world as load_world
from priorsim.worlds.in_context import in_context_world as in_context_world
from priorsim.worlds.in_context import rules_observed_as as rules_observed_as
from priorsim.worlds.made import world_from as world_from
from priorsim.worlds.proxy import Camera as Camera
from priorsim.worlds.proxy import Side as Side
from priorsim.worlds.video import video_world as video_world
from priorsim.worlds.world import World as World
from priorsim.worlds.world import check_lanes as check_lanes
from priorsim.worlds.world import default_train as default_train
from priorsim.worlds.world import parse_lanes as parse_lanes
