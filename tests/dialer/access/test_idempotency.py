from dialer.access.idempotency import KEPT_S, UNDER_WAY_S, Given, IdempotencyStore
from dialer.access.sql import AccessStore


def test_a_key_is_taken_once_and_then_gives_the_answer(store: AccessStore) -> None:
    keys = IdempotencyStore(store._database)
    assert keys.begin(1, "k", "digest", 0.0) is None
    assert keys.begin(1, "k", "digest", 1.0) == Given("digest", None, "", "")
    keys.end(1, "k", 201, "/there", '{"a": 1}')
    assert keys.begin(1, "k", "other", 2.0) == Given("digest", 201, "/there", '{"a": 1}')
    # Another tenant's key of the same name is another key.
    assert keys.begin(2, "k", "digest", 2.0) is None
    assert keys.begin(1, "k", "digest", KEPT_S + 1.0) is None


def test_a_request_that_failed_or_died_may_be_sent_again(store: AccessStore) -> None:
    keys = IdempotencyStore(store._database)
    assert keys.begin(1, "k", "digest", 0.0) is None
    keys.give_up(1, "k")
    assert keys.begin(1, "k", "digest", 0.0) is None
    assert keys.begin(1, "k", "digest", UNDER_WAY_S - 1.0) is not None
    assert keys.begin(1, "k", "digest", UNDER_WAY_S + 1.0) is None
