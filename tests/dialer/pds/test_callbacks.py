from campaigns.dispositions import Callback
from campaigns.model import Lead
from dialer.model import EngineSettings
from dialer.pds.callbacks import ASKED_MAX, Callbacks, own_agent
from tests.dialer.world import lead

NOW = 1_770_000_000.0


def called_back(lead_id: int, agent_id: str = "", ends_in: float = 3600.0) -> Lead:
    return lead(lead_id, callback=Callback(starts_at=NOW - 60, ends_at=NOW + ends_in, agent_id=agent_id))


def nobody(agent_id: str) -> bool:
    return False


def test_only_callbacks_of_agents_who_are_free_are_asked_for_and_once_per_poll() -> None:
    callbacks = Callbacks(EngineSettings())
    callbacks.follow({"": 2, "ann": 1, "bob": 3})
    assert callbacks.to_reserve(lambda agent_id: agent_id == "ann") == (("ann",), 3)
    assert callbacks.to_reserve(lambda agent_id: agent_id == "ann") == ((), 0)
    assert callbacks.to_reserve(lambda agent_id: True) == (("bob",), 3)
    callbacks.follow({"": 10 * ASKED_MAX})
    assert callbacks.to_reserve(nobody) == ((), ASKED_MAX)


def test_an_agent_is_called_for_one_at_a_time() -> None:
    callbacks = Callbacks(EngineSettings())
    callbacks.add([called_back(1, "ann"), called_back(2, "ann"), called_back(3), called_back(4, "bob")], NOW)
    assert [one.lead_id for one in callbacks.dialable(lambda agent_id: agent_id == "ann", NOW)] == [1, 3]
    callbacks.take(1)
    assert [one.lead_id for one in callbacks.dialable(lambda agent_id: agent_id == "ann", NOW)] == [2, 3]
    assert [one.lead_id for one in callbacks.dialable(nobody, NOW)] == [3]
    # The windows are over.
    assert [one.lead_id for one in callbacks.dialable(nobody, NOW + 3600)] == [2, 3, 4]
    assert (len(callbacks), 2 in callbacks, 1 in callbacks) == (3, True, False)


def test_whose_callback_it_is() -> None:
    assert own_agent(called_back(1, "ann"), NOW) == "ann"
    assert own_agent(called_back(1, "ann"), NOW + 3600) == ""
    assert own_agent(called_back(1), NOW) == ""
    assert own_agent(lead(1), NOW) == ""


def test_they_are_given_back_like_other_leads() -> None:
    callbacks = Callbacks(EngineSettings(lease_s=600.0))
    assert callbacks.expire(NOW) == ()
    callbacks.add([called_back(1), called_back(2)], NOW)
    assert callbacks.remove_numbers(frozenset({called_back(1).number})) == (1,)
    assert callbacks.expire(NOW + 539) == ()
    assert callbacks.expire(NOW + 541) == (2,)
    callbacks.add([called_back(3)], NOW)
    # The lease may be over: then the lead is somebody else's.
    assert callbacks.expire(NOW + 599) == ()
    callbacks.add([called_back(4)], NOW)
    assert callbacks.empty() == (4,)
    assert len(callbacks) == 0
