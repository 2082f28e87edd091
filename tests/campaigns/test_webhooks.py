import base64
import json

import pytest

from campaigns.webhooks import RETRY_S, EventType, event_body, retry_s, secret_of, signature


def test_the_signature_is_the_one_of_standard_webhooks() -> None:
    # The example of the specification's libraries.
    body = '{"test": 2432232314}'
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_anything_changed_changes_the_signature() -> None:
    secret = secret_of(bytes(32))
    signed = signature(secret, "msg_1", 1000, "{}")
    assert base64.b64decode(signed.removeprefix("v1,"))
    for other in (("msg_2", 1000, "{}"), ("msg_1", 1001, "{}"), ("msg_1", 1000, "{} ")):
        assert signature(secret, *other) != signed
    assert signature(secret_of(bytes(31) + b"1"), "msg_1", 1000, "{}") != signed
    with pytest.raises(ValueError, match="not one of a webhook"):
        signature("whsec_***", "msg_1", 1000, "{}")


def test_a_body_says_what_when_and_of_what() -> None:
    assert json.loads(event_body(EventType.TEST, 0.25, {"a": 1})) == {
        "type": "webhook.test", "timestamp": "1970-01-01T00:00:00.250Z", "data": {"a": 1},
    }  # fmt: skip


def test_pauses_grow_and_end() -> None:
    pauses = [retry_s(tries) for tries in range(1, len(RETRY_S) + 2)]
    assert pauses[-1] is None
    grown = [pause for pause in pauses if pause is not None]
    assert grown == sorted(grown)
    assert len(set(grown)) == len(grown)
