"""The runner: the mailbox and the ports' dispatch around an engine, and traces. The same live and in simulation."""

from dialer.runner.runner import Runner
from dialer.runner.trace import Difference, TraceError, TraceWriter, read_trace, replay

__all__ = ["Difference", "Runner", "TraceError", "TraceWriter", "read_trace", "replay"]
