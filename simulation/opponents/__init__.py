"""The field's other dialers, written from their formulas, as policies that a campaign can name like any other.

Importing the package registers them. Where a source leaves something open, the module says what was assumed.
"""

from simulation.opponents import (
    clairvoyant,
    cxbridge,
    dialflow,
    foresight,
    issabel,
    open_loop,
    optimum,
    pi_controller,
    shiwa,
    simple_rules,
    vicidial,
    webitel,
)

__all__ = [
    "clairvoyant",
    "cxbridge",
    "dialflow",
    "foresight",
    "issabel",
    "open_loop",
    "optimum",
    "pi_controller",
    "shiwa",
    "simple_rules",
    "vicidial",
    "webitel",
]
