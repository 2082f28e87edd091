"""The parameters of a scenario over all its days: where each starts, and how the scenario's changes move it."""

from simulation.models.timelines import Timeline
from simulation.scenario.checks import seconds_of_day
from simulation.scenario.model import OF_ALL_CAMPAIGNS, Customers, Parameter, Scenario

DAY_S = 86_400.0
UNLIMITED = float("inf")


class Changes:
    """Makes the timelines; every day begins with the values from before its first change."""

    def __init__(self, scenario: Scenario, first_midnight: float) -> None:
        self._scenario = scenario
        self._first_midnight = first_midnight

    def of_campaign(self, number: int) -> dict[Parameter, Timeline]:
        """What concerns the customers of campaign `number`, counted from 0."""
        campaign = self._scenario.campaigns[number]
        start = start_values(campaign.customers)
        return {parameter: self._timeline(parameter, value, campaign.name) for parameter, value in start.items()}

    def of_all(self, parameter: Parameter, value: float) -> Timeline:
        """What campaigns share; `value` is where it starts."""
        assert parameter in OF_ALL_CAMPAIGNS, f"{parameter} belongs to a campaign"
        return self._timeline(parameter, value, "")

    def cps_carried(self) -> Timeline | None:
        """The calls per second that the carrier really carries; None where it carries all that come."""
        value = self._scenario.carrier.cps_carried
        timeline = self.of_all(Parameter.CARRIER_CPS_CARRIED, UNLIMITED if value is None else value)
        return None if value is None and timeline.is_constant else timeline

    def _timeline(self, parameter: Parameter, value: float, campaign: str) -> Timeline:
        changes = [
            change
            for change in self._scenario.changes
            if change.parameter is parameter and change.campaign in {"", campaign}
        ]
        if not changes:
            return Timeline(value)
        moves = []
        for day in range(self._scenario.day.days):
            midnight = self._first_midnight + day * DAY_S
            moves.append((midnight, 0.0, value))
            moves += [(midnight + seconds_of_day(one.at), one.over_s, one.value) for one in changes]
        return Timeline(value, moves)


def start_values(customers: Customers) -> dict[Parameter, float]:
    """The customers' parameters before any change."""
    start = {
        Parameter.ANSWER_PROBABILITY: customers.answer_probability,
        Parameter.ATTEMPT_FACTOR: customers.attempt_factor,
        Parameter.MACHINE: customers.machine,
        Parameter.NO_ANSWER: customers.no_answer,
        Parameter.FAILURE: customers.failure,
    }
    if customers.amd is not None:
        start[Parameter.AMD_PERSON_ERROR] = customers.amd.person_error
        start[Parameter.AMD_MACHINE_ERROR] = customers.amd.machine_error
    return {parameter: start.get(parameter, 1.0) for parameter in Parameter if parameter not in OF_ALL_CAMPAIGNS}


def constant_timelines(customers: Customers) -> dict[Parameter, Timeline]:
    """The customers' parameters as they stand, with nothing that changes over the day."""
    return {parameter: Timeline(value) for parameter, value in start_values(customers).items()}
