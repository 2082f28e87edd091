"""CCS, the call centre service: agent states, the queue of answered calls, call distribution by skill group."""
