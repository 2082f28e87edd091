"""The pacing policies, one per file; importing this package registers them all."""

from pacing.policies import predictive, preview, progressive, ratio

__all__ = ["predictive", "preview", "progressive", "ratio"]
