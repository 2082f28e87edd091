"""PDS, the predictive dialing service: campaign tasks, hopper, dialing, call states."""
