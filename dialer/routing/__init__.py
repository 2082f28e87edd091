"""Routing: which trunk carries a call, in which form of number and under which caller id, and how many it takes now."""
