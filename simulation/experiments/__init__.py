"""Experiments with scenarios: figures of a run, replications over cores, comparison, sweeps and tuning."""
