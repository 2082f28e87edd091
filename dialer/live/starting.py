"""Taking the addresses that the service listens on, and saying what to do when one cannot be had."""

import errno
import socket


class StartError(Exception):
    """The service cannot start; the message says why and what to do."""


def bind(host: str, port: int) -> socket.socket:
    """Take the API's TCP port.

    Raises:
        StartError: it cannot be had; the message says what to do.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise StartError(bind_advice("API", "tcp", host, port, "[service] port", error)) from None
    try:
        # Without it a restart has to wait until the last connections have timed out.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise StartError(bind_advice("API", "tcp", host, port, "[service] port", error)) from None
    listener.setblocking(False)
    return listener


def bind_advice(what: str, protocol: str, host: str, port: int, setting: str, error: OSError) -> str:
    """Why an address cannot be had, and what to do.

    Args:
        what: whose address it is, for the message.
        protocol: tcp or udp.
        host: as set.
        port: as set.
        setting: the key of the port, "[service] port".
        error: what the operating system said.
    """
    variable = "DIALER_" + setting.replace("[", "").replace("] ", "_").upper()
    match error.errno:
        case errno.EADDRINUSE:
            advice = f"another program has it; stop that one, or choose another with {setting} (or {variable})"
        case errno.EACCES | errno.EPERM:
            advice = f"only root may take ports below 1024; choose another with {setting} (or {variable})"
        case errno.EADDRNOTAVAIL:
            advice = f"this machine has no such address; set {setting.replace('port', 'host')} to one that it has"
        case _:
            advice = f"{error.strerror or error}; check {setting.replace('port', 'host')}"
    return f"the {what} address {host}:{port}/{protocol} cannot be used: {advice}"
