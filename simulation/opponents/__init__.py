"""The field's other dialers, written from their formulas, as policies that a campaign can name like any other.

Importing the package registers them.
"""

from simulation.opponents import open_loop

__all__ = ["open_loop"]
