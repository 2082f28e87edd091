import pytest

from pacing.policies.preview import Preview
from pacing.policy import UnknownPolicyError, create_policy, policy_names, register


def test_every_policy_a_campaign_may_name() -> None:
    assert {"adaptive", "erlang_c", "predictive", "preview", "progressive", "ratio"} <= set(policy_names())
    assert policy_names() == sorted(policy_names())


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownPolicyError, match="no pacing policy 'magic'; choose one of: ") as raised:
        create_policy("magic")
    assert ", ".join(policy_names()) in str(raised.value)
    assert {"predictive", "preview"} <= set(policy_names())


def test_two_policies_cannot_share_a_name() -> None:
    with pytest.raises(AssertionError, match="two pacing policies are called 'preview'"):
        register("preview")(Preview)
