"""How many calls to place now: estimators, forecasts, queueing models and pacing policies, on numpy and scipy alone.

Importing the package registers every policy, so that a campaign can name it:

    policy = pacing.create_policy("predictive", PolicySettings(abandon_rate_target=0.028))
    decision = policy.decide(snapshot)
"""

import pacing.policies as _policies
from pacing.model import Decision, PolicySettings, Snapshot
from pacing.policy import Policy, UnknownPolicyError, create_policy, policy_names

__all__ = ["Decision", "Policy", "PolicySettings", "Snapshot", "UnknownPolicyError", "create_policy", "policy_names"]

del _policies
