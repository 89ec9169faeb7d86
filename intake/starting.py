"""Imported first by whatever runs by itself: how often Python looks for objects that nobody needs any more.

A process makes a few hundred thousand objects while it starts, nearly all of them to stay: modules, tables,
the questionnaire and the rules. Looking through all of them again after every 700 new ones, as Python does
unless it is told otherwise, took a third of the time until a site answered.
"""

import gc

_NEW_OBJECTS = 20_000

gc.set_threshold(_NEW_OBJECTS, 10, 10)


def over() -> None:
    """The process is ready: what is there now stays, and is never looked through again while it works."""
    gc.freeze()
