import pytest

from campaigns.rules.profiles.profile import Limit, Profile, Standing


def test_a_profile_lists_its_rules_with_their_fields() -> None:
    ring = Limit(source="16 CFR 310.4(b)(4)(ii)", standing=Standing.READ, seconds=15.0)
    profile = Profile(profile_id="x", title="X", reviewed_on="2026-11-28", ring=ring)
    assert profile.rules() == (("ring", ring),)


def test_no_rule_is_without_a_source() -> None:
    with pytest.raises(TypeError, match="source"):
        Limit(standing=Standing.READ, seconds=15.0)  # type: ignore[call-arg]
