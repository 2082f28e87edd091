"""SIP and RTP: the live `dialer.ports.Gateway`, and the one place in the project that knows either.

`sip/` is a user agent without sockets or clock, `udp` gives it both, `media_port` is what the gateway asks of a media
engine, and `sip_gateway` turns the engine's commands into calls and what happens to them into events.
"""
