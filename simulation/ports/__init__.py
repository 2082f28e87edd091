"""The four ports in virtual time: SimPy's clock, a carrier with its customers, agents at their desks, a store."""
