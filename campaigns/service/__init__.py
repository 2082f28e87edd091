"""What can be done with campaigns and leads, and everything that can go wrong."""
