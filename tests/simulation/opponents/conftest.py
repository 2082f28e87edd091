"""Opponents register as policies when their package is imported; each test file must also run alone."""

import simulation.opponents  # noqa: F401
