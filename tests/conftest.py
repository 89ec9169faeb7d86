"""What every test finds ready."""

import os

from hypothesis import HealthCheck, settings

# Two slow cores are shared with a browser and a database: a deadline would test the machine.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
os.environ.pop("INTAKE_INSTANCE", None)

pytest_plugins = ["browser", "postgres", "ran"]
