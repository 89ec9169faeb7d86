"""The ways in which every journey is made: widths, with scripts and without, by keyboard, in Spanish.

In every run of the tests two of them, one where the pages are visited rarely and their forms are sent
without a browser in other tests, or none for the longest; all five of each in ``make journeys``, and the
same five in Spanish wherever a patient is on the way.
"""

import os

import pytest

from journeys.chromium import Chromium, InSpanish, Keyboard, KeyboardInSpanish

_ALWAYS = (
    pytest.param(1280, True, Chromium, id="1280-scripts"),
    pytest.param(390, False, Chromium, id="390-no-scripts"),
)
_THOROUGHLY = (
    pytest.param(390, True, Chromium, id="390-scripts"),
    pytest.param(1280, False, Chromium, id="1280-no-scripts"),
    pytest.param(1280, True, Keyboard, id="1280-keyboard"),
)
_IN_SPANISH = (
    pytest.param(1280, True, InSpanish, id="1280-scripts-spanish"),
    pytest.param(390, False, InSpanish, id="390-no-scripts-spanish"),
    pytest.param(390, True, InSpanish, id="390-scripts-spanish"),
    pytest.param(1280, False, InSpanish, id="1280-no-scripts-spanish"),
    pytest.param(1280, True, KeyboardInSpanish, id="1280-keyboard-spanish"),
)

ALL_JOURNEYS = bool(os.environ.get("INTAKE_ALL_JOURNEYS"))

# The longest walks over pages that other tests look at one by one.
in_make_journeys = pytest.mark.skipif(not ALL_JOURNEYS, reason="walked in make journeys")

# A journey takes (window, width, scripts, kind) and opens ``window(width, scripts, kind)``.
MODES = pytest.mark.parametrize(
    ("width", "scripts", "kind"),
    [*_ALWAYS, *(_THOROUGHLY if ALL_JOURNEYS else ())],
)
MODES_ON_A_PHONE = pytest.mark.parametrize(
    ("width", "scripts", "kind"), [*_ALWAYS, *_THOROUGHLY] if ALL_JOURNEYS else _ALWAYS[1:]
)
MODES_OF_RARE_PAGES = pytest.mark.parametrize(
    ("width", "scripts", "kind"), [*_ALWAYS, *_THOROUGHLY] if ALL_JOURNEYS else _ALWAYS[:1]
)

# With a patient on the way. The clinic's people read English in all of them.
PATIENTS_MODES = pytest.mark.parametrize(
    ("width", "scripts", "kind"), [*_ALWAYS, *_THOROUGHLY, *_IN_SPANISH] if ALL_JOURNEYS else _ALWAYS
)
PATIENTS_MODES_ON_A_PHONE = pytest.mark.parametrize(
    ("width", "scripts", "kind"), [*_ALWAYS, *_THOROUGHLY, *_IN_SPANISH] if ALL_JOURNEYS else _ALWAYS[1:]
)
PATIENTS_MODES_OF_RARE_PAGES = pytest.mark.parametrize(
    ("width", "scripts", "kind"), [*_ALWAYS, *_THOROUGHLY, *_IN_SPANISH] if ALL_JOURNEYS else _ALWAYS[:1]
)
# The short one that is made in Spanish in every run.
PATIENTS_MODES_IN_BOTH_LANGUAGES = pytest.mark.parametrize(
    ("width", "scripts", "kind"),
    [*_ALWAYS, *_THOROUGHLY, *_IN_SPANISH] if ALL_JOURNEYS else [*_ALWAYS[:1], *_IN_SPANISH[:1]],
)
# Where the width and the scripts are the journey's own.
READERS = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(Chromium, id="english"),
        *([pytest.param(InSpanish, id="spanish")] if ALL_JOURNEYS else ()),
    ],
)
