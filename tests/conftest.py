"""Settings for all tests."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is no fault of what is tested: no example is timed.
settings.register_profile("plan", deadline=None)
settings.load_profile("plan")
