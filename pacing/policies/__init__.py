"""The pacing policies, one per file; importing this package registers them all."""

from pacing.policies import adaptive, erlang_c, predictive, preview, progressive, ratio

__all__ = ["adaptive", "erlang_c", "predictive", "preview", "progressive", "ratio"]
