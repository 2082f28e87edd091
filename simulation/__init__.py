"""Stand-ins for the world behind the dialer's ports: in virtual time (SimPy), and as a carrier that speaks real SIP."""
