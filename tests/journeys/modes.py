"""The ways in which every journey of the clinic is made: widths, with scripts and without, by keyboard.

Two of them in every run of the tests, all five in ``make journeys``.
"""

import os

import pytest

from journeys.chromium import Chromium, Keyboard

_ALWAYS = (
    pytest.param(1280, True, Chromium, id="1280-scripts"),
    pytest.param(390, False, Chromium, id="390-no-scripts"),
)
_THOROUGHLY = (
    pytest.param(390, True, Chromium, id="390-scripts"),
    pytest.param(1280, False, Chromium, id="1280-no-scripts"),
    pytest.param(1280, True, Keyboard, id="1280-keyboard"),
)

ALL_JOURNEYS = bool(os.environ.get("INTAKE_ALL_JOURNEYS"))

# A journey takes (window, width, scripts, kind) and opens ``window(width, scripts, kind)``.
MODES = pytest.mark.parametrize(
    ("width", "scripts", "kind"),
    [*_ALWAYS, *(_THOROUGHLY if ALL_JOURNEYS else ())],
)
