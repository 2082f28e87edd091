"""A carrier and agents' telephones that speak real SIP and RTP: the telephone network on one machine.

`scenario` says how the people called behave, `plans` draws what one call meets, `voice` speaks and listens over RTP,
`network` is the carrier, `phones` are the agents' telephones, `tally` keeps the books that others check theirs against.
"""
