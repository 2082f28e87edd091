"""Media by rtpengine (Sipwise), a daemon of its own, over its ng protocol: for scale, and for what runs in its kernel.

`bencode` writes and reads the messages, `ng` asks and hears, `sessions` keeps ports ready, and `media` stands behind
`dialer.gateway.media_port.MediaEngine`.
"""
