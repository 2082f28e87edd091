"""What the gateway's parts have counted, under one roof: for the health page and `dialer status`."""

from collections.abc import Iterable, Mapping

from dialer.gateway.lines import Line
from dialer.gateway.network import Network
from dialer.gateway.trunk_watch import TrunkWatch
from dialer.gateway.udp import Shell


def open_lines(lines: Iterable[Line]) -> dict[str, int]:
    """How many calls and legs are open."""
    legs = [line.is_leg for line in lines]
    return {"calls": len(legs) - sum(legs), "legs": sum(legs)}


def on_the_network(shell: Shell, network: Network, watch: TrunkWatch | None) -> Mapping[str, int]:
    """What SIP has done, and what is open there now."""
    agent, streams = shell.agent, network.streams
    connections = {} if streams is None else {"connections": len(streams), **streams.counters}
    return {
        **agent.counters(),
        "transactions": agent.transactions,
        "dialogs": agent.dialogs,
        **connections,
        "send_errors": shell.send_errors,
        **({} if watch is None else watch.counters),
    }
