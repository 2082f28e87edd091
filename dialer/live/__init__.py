"""The live side of the ports: the real clock, the 15-second poll, the store worker and the agents' desk."""
