"""Reports: what came of the calls, in figures that agree with one another."""
