"""A scenario built into a world: the production engine and runner, with the simulated ports behind them."""

import datetime as dt
import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import simpy
from msgspec.structs import replace

from campaigns.model import Campaign, CampaignStatus, Treatment
from campaigns.store.memory import MemoryStore
from dialer.engine import Engine
from dialer.messages import CampaignChanged, Event, PollDue, TrunkStateChanged
from dialer.model import EngineSettings, Trunk
from dialer.runner import Runner, TraceWriter
from pacing.calibration import RiskTally
from simulation.models.agents import AgentPlan, Presence, UnplannedPauses, plan_agents
from simulation.models.carrier import CarrierModel, OutageSpan
from simulation.models.changes import DAY_S, Changes
from simulation.models.customers import CustomerModel, Fate
from simulation.opponents.clairvoyant import ORACLE, Foresight
from simulation.ports.clock import SimClock, call_at
from simulation.ports.desk import SimDesk
from simulation.ports.gateway import SimGateway
from simulation.ports.numbers import place_of
from simulation.ports.store import LeadSupply, SimStore
from simulation.rows import DayRows, Recorder
from simulation.scenario.checks import seconds_of_day
from simulation.scenario.model import Parameter, Scenario

POLL_S = 15.0
TRUNK = "trunk"
CLOSING_S = 2.0
"""Beyond ring timeout and answer limit, how long agents stay after the last call was placed."""
GARBAGE_THRESHOLD = 20_000
"""Objects made and not freed before Python looks for cycles; its own default is 700."""
DRAIN_S_MAX = 4 * 3600.0
"""The longest that conversations may outlast the day."""


class DayRecord(NamedTuple):
    """One day: its rows and the span between which it is measured."""

    day: int
    measured_from: float
    measured_to: float
    rows: DayRows


class World:
    """One scenario with one seed, ready to run; everything random comes from the seed."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        *,
        keeps_decisions: bool = False,
        trace: TraceWriter | None = None,
        remembered: Sequence[Mapping[tuple[int, int], Fate]] = (),
    ) -> None:
        """`remembered` holds, by campaign, the fates of (lead's place, attempt) that are known and not to be drawn."""
        self.scenario = scenario
        self.seed = seed
        self.first_midnight = dt.datetime.combine(scenario.day.date, dt.time(), dt.UTC).timestamp()
        self.env = simpy.Environment(initial_time=self.first_midnight)
        settings = engine_settings(scenario)
        self.engine = Engine(settings)
        self.clock = SimClock(self.env, self.post)
        self.runner = Runner(engine=self.engine, now=self.clock.now, trace=trace)
        changes = self._changes = Changes(scenario, self.first_midnight)
        self.customers = [
            CustomerModel(
                campaign.customers,
                changes.of_campaign(number),
                seed,
                number,
                remembered[number] if number < len(remembered) else {},
            )
            for number, campaign in enumerate(scenario.campaigns)
        ]
        self._speeds: dict[str, float] = {}
        carrier = CarrierModel(
            changes.of_all(Parameter.CARRIER_CHANNELS_MAX, float(scenario.carrier.channels_max)),
            changes.cps_carried(),
            changes.of_all(Parameter.CARRIER_FAILURE_PROBABILITY, scenario.carrier.failure_probability),
            self._outages(),
            seed,
        )
        bridge_delay_s = changes.of_all(Parameter.BRIDGE_DELAY_S, scenario.carrier.bridge_delay_s)
        self.gateway = SimGateway(self.env, self.post, self.customers, carrier, bridge_delay_s, self._speeds)
        self.recorder = Recorder(lambda call_id: self.gateway.fates.pop(call_id, None), keeps_decisions)
        self.desk = SimDesk(
            self.env, self.post, self._acw_s, self.recorder, scenario.dispositions, self.gateway.talk_ends_at
        )
        self._supplies = {
            number + 1: LeadSupply(number, campaign.endless, self.customers[number].attributes)
            for number, campaign in enumerate(scenario.campaigns)
        }
        self.store = SimStore(
            self.env, self.post, MemoryStore(), self._supplies, self.recorder, settings.engine_id, settings.lease_s
        )
        self.runner.connect(clock=self.clock, gateway=self.gateway, desk=self.desk, store=self.store)
        self._is_open = False

    def post(self, event: Event) -> None:
        """The runner's mailbox."""
        self.runner.post(event)

    def days(self) -> Iterator[DayRecord]:
        """Run the days one after the other; each is handed over when its last call has ended."""
        for announced in self._outages():
            if announced.is_announced:
                call_at(self.env, announced.starts_at, self.post, TrunkStateChanged(trunk=TRUNK, is_up=False))
                call_at(self.env, announced.ends_at, self.post, TrunkStateChanged(trunk=TRUNK, is_up=True))
        for day in range(self.scenario.day.days):
            yield self._run_day(day)

    def risks(self) -> tuple[RiskTally, ...]:
        """What was foretold of calls against what became of them, by bin of risk, over all campaigns so far."""
        by_campaign = self.engine.risk_tallies().values()
        return tuple(sum(bins, RiskTally()) for bins in zip(*by_campaign, strict=True))

    def _run_day(self, day: int) -> DayRecord:
        scenario, env = self.scenario, self.env
        midnight = self.first_midnight + day * DAY_S
        opens_at = midnight + seconds_of_day(scenario.day.start)
        closes_at = opens_at + scenario.day.hours * 3600.0
        if env.now < opens_at:
            env.run(until=opens_at)
        self.recorder.begin_day(day)
        self._stock(day)
        self._seat_agents(midnight, opens_at, closes_at)
        self._is_open = True
        self._poll(None)
        with collecting_seldom():
            env.run(until=closes_at)
            self._close_campaigns()
            self._drain(closes_at + DRAIN_S_MAX)
        self._is_open = False
        rows = self.recorder.end_day(env.now)
        return DayRecord(day, opens_at + scenario.day.warmup_s, closes_at, rows)

    def _stock(self, day: int) -> None:
        """Create the campaigns on the first day; on later ones start them again, endless ones with a fresh store."""
        is_first = day == 0
        is_fresh = all(one.endless and one.retry_rules == {} for one in self.scenario.campaigns)
        if is_first or is_fresh:
            # Nobody on an endless list is called twice, so what a day leaves behind is of no further use.
            self.store.store = MemoryStore()
            for number, scenario_campaign in enumerate(self.scenario.campaigns):
                campaign = self.store.store.create_campaign(campaign_of(self.scenario, number))
                if is_first and scenario_campaign.leads:
                    self.store.add_leads(campaign, scenario_campaign.leads)
        ORACLE.set(self._foresee)
        for campaign in self.store.store.campaigns():
            self.store.store.update_campaign(replace(campaign, status=CampaignStatus.RUNNING))
        for task in self.store.store.tasks(self.env.now):
            self.post(CampaignChanged(task=task))

    def _foresee(self) -> Foresight:
        return Foresight(self.desk.free_at(self.gateway.talks_end_at()), self.gateway.answers_at())

    def _close_campaigns(self) -> None:
        tasks = self.store.store.tasks(self.env.now)
        for task in tasks:
            stopped = replace(task.campaign, status=CampaignStatus.STOPPED)
            self.store.store.update_campaign(stopped)
            self.post(CampaignChanged(task=replace(task, campaign=stopped)))

    def _drain(self, until: float) -> None:
        """Let calls and conversations come to their end."""
        while (self.gateway.calls or self.desk.present) and self.env.peek() <= until:
            self.env.step()

    def _poll(self, _: None) -> None:
        if self._is_open:
            self.post(PollDue())
            call_at(self.env, self.env.now + POLL_S, self._poll, None)

    def _seat_agents(self, midnight: float, opens_at: float, closes_at: float) -> None:
        plans: list[AgentPlan] = []
        pauses: dict[str, UnplannedPauses] = {}
        announced: dict[str, bool] = {}
        longest_wait = max(one.ring_timeout_s + one.answer_limit_s for one in self.scenario.campaigns)
        shift = Presence(opens_at, closes_at + longest_wait + CLOSING_S)
        factor = self._changes.of_all(Parameter.PAUSE_FACTOR, 1.0)
        for number, group in enumerate(self.scenario.agents):
            chance = self._changes.of_all(Parameter.PAUSE_PROBABILITY, group.pause_probability)
            for index, plan in enumerate(plan_agents(group, number, midnight, shift, self.seed)):
                plans.append(plan)
                self._speeds[plan.agent_id] = plan.speed
                announced[plan.agent_id] = group.pauses_announced
                if group.pause_probability > 0.0 or not chance.is_constant:
                    key = (number, index, int(midnight // DAY_S))
                    pauses[plan.agent_id] = UnplannedPauses(group, chance, factor, self.seed, key)
        self.desk.begin_day(plans, pauses, announced)

    def _acw_s(self, number: str, attempt_number: int) -> float:
        campaign, place = place_of(number)
        return self.customers[campaign].acw_s(place, attempt_number, self.env.now)

    def _outages(self) -> list[OutageSpan]:
        return [
            OutageSpan(at, at + outage.duration_s, outage.announced, outage.timeout_s)
            for day in range(self.scenario.day.days)
            for outage in self.scenario.carrier.outages
            for at in (self.first_midnight + day * DAY_S + seconds_of_day(outage.at),)
        ]


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let Python look for reference cycles less often: a day makes millions of objects, and hardly a cycle."""
    before = gc.get_threshold()
    gc.set_threshold(GARBAGE_THRESHOLD, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def engine_settings(scenario: Scenario) -> EngineSettings:
    """The scenario's engine settings with its carrier as the one trunk."""
    trunk = Trunk(
        name=TRUNK,
        caller_id="+12025550100",
        cps_max=scenario.carrier.cps_max,
        channels_max=scenario.carrier.channels_max,
    )
    amd = scenario.engine.amd or any(campaign.customers.amd is not None for campaign in scenario.campaigns)
    return replace(scenario.engine, trunks=(trunk,), amd=amd)


def campaign_of(scenario: Scenario, number: int) -> Campaign:
    """The production campaign of the scenario's campaign `number`, counted from 0."""
    given = scenario.campaigns[number]
    campaign = Campaign(
        campaign_id=number + 1,
        name=given.name,
        status=CampaignStatus.STOPPED,
        skill_group=given.skill_group,
        treatment=Treatment(given.treatment),
        menu=given.menu,
        pacing=given.pacing,
        ring_timeout_s=given.ring_timeout_s,
        answer_limit_s=given.answer_limit_s,
        acw_s_max=given.acw_s_max,
        attempts_max=given.attempts_max,
        priority=given.priority,
        calling_window=given.calling_window,
    )
    return campaign if given.retry_rules is None else replace(campaign, retry_rules=given.retry_rules)
