"""The server at work is in test_statistics.py, where a stream has to come as it is written."""

import signal

from fastapi import FastAPI

from dialer.rest.serving import CONNECTIONS_MAX, server_of


def test_the_server_leaves_signals_and_logs_to_the_service() -> None:
    server = server_of(FastAPI())
    before = signal.getsignal(signal.SIGINT)
    with server.capture_signals():
        assert signal.getsignal(signal.SIGINT) is before
    assert server.config.log_config is None
    assert server.config.limit_concurrency == CONNECTIONS_MAX
