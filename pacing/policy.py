"""The interface of every pacing policy, and the registry by which a campaign names its policy."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from pacing.model import Decision, Observation, PolicySettings, Snapshot


class Policy(Protocol):
    """Decides how many calls to place now.

    A policy holds what it has learned and nothing else: no clock, no randomness. The same observations and the same
    snapshot give the same decision.
    """

    def decide(self, snapshot: Snapshot) -> Decision:
        """Answer one snapshot; never more than `snapshot.calls_max` calls, and none when nobody is or will be free."""
        ...

    def learn(self, observation: Observation) -> None:
        """Take note of something that happened; called for every observation, in the order of time."""
        ...


class UnknownPolicyError(ValueError):
    """There is no pacing policy of that name."""


Factory = Callable[[PolicySettings], Policy]
FactoryT = TypeVar("FactoryT", bound=Factory)

_POLICIES: dict[str, Factory] = {}


def register(name: str) -> Callable[[FactoryT], FactoryT]:
    """Make a policy class known by `name`; used as a decorator on the class."""

    def add(factory: FactoryT) -> FactoryT:
        assert name not in _POLICIES, f"two pacing policies are called {name!r}"
        _POLICIES[name] = factory
        return factory

    return add


def policy_names() -> list[str]:
    """The names a campaign may choose from, sorted."""
    return sorted(_POLICIES)


def create_policy(name: str, settings: PolicySettings | None = None) -> Policy:
    """Build the policy called `name`.

    Raises:
        UnknownPolicyError: there is none of that name; the message lists those there are.
    """
    try:
        factory = _POLICIES[name]
    except KeyError:
        raise UnknownPolicyError(f"no pacing policy {name!r}; choose one of: {', '.join(policy_names())}") from None
    return factory(settings or PolicySettings())
