from campaigns.caller_ids import CallerIdChoice, CallerIdPool
from campaigns.model import Attempt, Campaign
from campaigns.store.memory_caller_ids import MemoryCallerIds

OURS = "+12025550190"


def test_only_registered_numbers_are_counted() -> None:
    known = MemoryCallerIds()
    known.add([OURS], "main", 1.0, 1)
    pool = CallerIdPool(choice=CallerIdChoice.ROTATION, calls_per_hour_max=1)
    campaign = Campaign(campaign_id=1, name="x", skill_group="s", caller_ids=pool)
    attempt = Attempt(
        attempt_id="1-1",
        lead_id=1,
        attempt_number=1,
        campaign_id=1,
        number="+12025550111",
        caller_id=OURS,
        trunk="main",
        placed_at=5.0,
    )
    assert known.may_show(campaign, attempt)
    known.count(campaign, attempt)
    assert not known.may_show(campaign, attempt)
    assert [(one.label, one.added_at, one.use.calls) for one in known.of(1)] == [("main", 1.0, 1)]
    known.remove(OURS, 1)
    known.count(campaign, attempt)
    assert known.of(1) == ()
