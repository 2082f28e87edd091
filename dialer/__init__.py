"""The dialer: a pure decision engine, the runner that drives it, and the live service, gateway and API around it."""
