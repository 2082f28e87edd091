"""The RTP half of the gateway, in the same process: G.711 streams that are relayed, played to and watched.

`rtp` and `g711` know formats and no sockets, `stream` is one RTP session, `prompts` are recorded messages cut into
packets, `ports` hands out UDP ports, and `engine` joins them behind `dialer.gateway.media_port.MediaEngine`.
"""
