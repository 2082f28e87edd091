"""Which of our own numbers a call shows: fixed, by list, local to the called person, in turn; never one that rests."""

from collections import deque
from collections.abc import Iterable, Iterator

from campaigns.caller_ids import UNUSED, CallerIdChoice, CallerIdPool, CallerIdUse
from campaigns.model import Campaign, CampaignTask, Lead
from campaigns.rules.caller_ids import calls_left, later, next_call_at, shown
from campaigns.rules.places.place import place_of
from dialer.routing.router import BUSY, Busy, NoRoute

NANP = "+1"
AREA_CODE_END = 5
"""Of "+12025550123" the first five characters are country and area code."""

Ring = deque[str]
"""Numbers that come in turn: the first is next."""


class Numbers:
    """The numbers one campaign may show, found by list and by place."""

    __slots__ = (
        "_by_area",
        "_by_list",
        "_by_prefix",
        "_by_region",
        "_turns",
        "all",
        "all_closed_until",
        "closed_until",
        "pool",
    )

    def __init__(self, pool: CallerIdPool, numbers: Iterable[str], by_list: dict[int, str]) -> None:
        self.pool = pool
        taking_turns = [number for number in numbers if not pool.numbers or number in pool.numbers]
        self._turns: Ring = deque(taking_turns)
        self._by_list = {list_id: deque((number,)) for list_id, number in by_list.items()}
        self.all = tuple(dict.fromkeys((*taking_turns, *by_list.values())))
        """Every number that may be chosen, once."""
        self.closed_until: dict[str, float] = {}
        """When a number that may not be shown now is to be looked at again; until then its calls are not counted."""
        self.all_closed_until = 0.0
        """The same of all numbers at once."""
        self._by_area: dict[str, Ring] = {}
        self._by_region: dict[str, Ring] = {}
        self._by_prefix: dict[str, Ring] = {}
        if pool.choice is CallerIdChoice.LOCAL:
            for number in taking_turns:
                self._add_local(number)

    def rings(self, lead: Lead) -> Iterator[Ring]:
        """The numbers for a lead, best first, equals in one ring."""
        match self.pool.choice:
            case CallerIdChoice.BY_LIST:
                yield self._by_list.get(lead.list_id, self._turns)
            case CallerIdChoice.LOCAL:
                yield from self._local(lead.number)
            case _:
                yield self._turns

    def _add_local(self, number: str) -> None:
        if number.startswith(NANP):
            self._by_area.setdefault(number[:AREA_CODE_END], deque()).append(number)
        for region in place_of(number).regions:
            self._by_region.setdefault(region, deque()).append(number)
        for length in range(1, len(number) + 1):
            self._by_prefix.setdefault(number[:length], deque()).append(number)

    def _local(self, called: str) -> Iterator[Ring]:
        if called.startswith(NANP) and called[:AREA_CODE_END] in self._by_area:
            yield self._by_area[called[:AREA_CODE_END]]
        for region in place_of(called).regions:
            if region in self._by_region:
                yield self._by_region[region]
        for length in range(len(called), 0, -1):
            if called[:length] in self._by_prefix:
                yield self._by_prefix[called[:length]]


class CallerIds:
    """The pools of all campaigns, and how often each number has been shown."""

    __slots__ = ("_numbers", "_tasks", "_uses")

    def __init__(self) -> None:
        self._numbers: dict[int, Numbers] = {}
        self._tasks: dict[int, tuple[CallerIdPool, tuple[str, ...], dict[int, str]]] = {}
        self._uses: dict[tuple[int, str], CallerIdUse] = {}

    def follow(self, task: CampaignTask) -> None:
        """Take over a campaign's pool as the store knows it; its turns begin anew only where it has changed."""
        campaign = task.campaign
        campaign_id = campaign.campaign_id
        for one in task.caller_ids:
            key = campaign.tenant_id, one.number
            known = self._uses.get(key)
            self._uses[key] = one.use if known is None else later(known, one.use)
        if campaign.caller_ids.choice is CallerIdChoice.FIXED:
            self.forget(campaign_id)
            return
        numbers = tuple(one.number for one in task.caller_ids)
        said = campaign.caller_ids, numbers, task.caller_id_by_list
        if self._tasks.get(campaign_id) != said:
            self._tasks[campaign_id] = said
            self._numbers[campaign_id] = Numbers(*said)

    def forget(self, campaign_id: int) -> None:
        """Let go of a campaign's pool."""
        self._tasks.pop(campaign_id, None)
        self._numbers.pop(campaign_id, None)

    def calls_max(self, campaign: Campaign, wanted: int, now: float) -> int:
        """How many of the calls wanted the campaign's numbers would make at this moment."""
        numbers = self._numbers.get(campaign.campaign_id)
        if campaign.caller_ids.choice is CallerIdChoice.FIXED:
            return wanted
        calls = 0.0
        if numbers is None or now < numbers.all_closed_until:
            return 0
        for number in numbers.all:
            calls += self._left(campaign, numbers, number, now)
            if calls >= wanted:
                return wanted
        if not calls:
            numbers.all_closed_until = min(numbers.closed_until.values(), default=0.0)
        return int(calls)

    def choose(self, campaign: Campaign, lead: Lead, now: float) -> str | NoRoute | Busy:
        """The number to show to a lead; empty for the trunk's own. `take` it before asking for the next."""
        if campaign.caller_ids.choice is CallerIdChoice.FIXED:
            return campaign.caller_id
        numbers = self._numbers.get(campaign.campaign_id)
        if numbers is None or not numbers.all:
            return NoRoute("none of the caller IDs of the campaign is registered any more")
        for ring in numbers.rings(lead):
            for _ in range(len(ring)):
                number = ring[0]
                ring.rotate(-1)
                if self._left(campaign, numbers, number, now) >= 1:
                    return number
        return BUSY

    def take(self, campaign: Campaign, number: str, now: float) -> None:
        """Count a call that shows a number."""
        key = campaign.tenant_id, number
        if key in self._uses:
            self._uses[key] = shown(self._uses[key], campaign.caller_ids, now)

    def _left(self, campaign: Campaign, numbers: Numbers, number: str, now: float) -> float:
        if now < numbers.closed_until.get(number, 0.0):
            return 0.0
        use = self._uses.get((campaign.tenant_id, number), UNUSED)
        left = calls_left(use, numbers.pool, now)
        if left < 1.0:
            numbers.closed_until[number] = next_call_at(use, numbers.pool, now)
        return left
