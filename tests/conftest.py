"""What every test finds ready."""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

# Two slow cores are shared with a browser and a database: a deadline would test the machine.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
os.environ.pop("INTAKE_INSTANCE", None)

pytest_plugins = ["browser", "postgres", "hashing", "sites", "ran", "left_behind"]

# What a test leaves behind is looked for after so many new objects, not after 700: parsed rules and pages
# are a hundred thousand of them, and looking through all of them again took a quarter of the time.
_NEW_OBJECTS = 20_000
gc.disable()  # until all tests are read: nothing of them goes away


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Never look again through what all tests share: the modules, and the files they read."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 10, 10)
    gc.enable()
