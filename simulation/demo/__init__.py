"""`dialer demo`: a whole predictive campaign over real SIP and RTP on one machine, watched live and checked at the end.

The carrier, the telephones and the dialer are processes of their own; the demo is an ordinary client of the REST API.
`stage` writes their files, `processes` runs them, `service` and `agents` use the API, `view` shows, `books` collects
what everybody wrote down, `checks` compares it, `report` tells, and `show` is the order of it all.
"""
