"""RTP in processes of its own: `media` asks as if the engine were here, `worker` is one such process.

Ports are taken and kept here, and the sockets handed over: a worker that dies leaks none. What both say to each other
is in `orders`, how it gets there in `link`.
"""
