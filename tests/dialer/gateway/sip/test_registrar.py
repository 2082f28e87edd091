"""REGISTER in, bindings and answers out; no phone stays whose time is up, and none comes in without the password."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.sip import Credentials, MalformedMessage, Registrar, RegistrarSettings, Request
from dialer.gateway.sip.digest import DigestAnswers, choose_challenge
from dialer.gateway.sip.registrar import Answer

SOURCE = ("203.0.113.9", 40000)
CONTACT = "<sip:1001@10.0.0.7:5060>"


class Phone:
    """A phone that answers the registrar's challenges as it should, or as a test wants it."""

    def __init__(self, **settings: Any) -> None:
        numbers = itertools.count()
        chosen = {"passwords": {"1001": "secret"}, **settings}
        self.registrar = Registrar(RegistrarSettings(**chosen), lambda: f"n{next(numbers)}")
        self._cseq = itertools.count(1)
        self.now = 0.0

    def request(
        self,
        *contacts: str,
        expires: str = "",
        authorization: str = "",
        user: str = "1001",
        call_id: str = "c",
        cseq: int | None = None,
    ) -> Request:
        number = next(self._cseq) if cseq is None else cseq
        headers = {
            "Via": ["SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bK1"],
            "From": [f"<sip:{user}@h>;tag=a"],
            "To": [f"<sip:{user}@h>"],
            "Call-ID": [call_id],
            "CSeq": [f"{number} REGISTER"],
            "Contact": list(contacts),
        }
        if expires:
            headers["Expires"] = [expires]
        if authorization:
            headers["Authorization"] = [authorization]
        return Request("REGISTER", "sip:h", headers)

    def take(self, request: Request) -> Answer:
        return self.registrar.take(request, SOURCE, self.now)

    def authorization(self, password: str = "secret", user: str = "1001") -> str:
        challenge = self.take(self.request(user=user))
        assert challenge.status == 401
        values = [value for name, value in challenge.headers if name == "WWW-Authenticate"]
        chosen = choose_challenge(values, "")
        assert chosen is not None
        credentials = Credentials(username=user, password=password)
        return DigestAnswers(chosen, credentials, "Authorization").answer("REGISTER", "sip:h", "cn")

    def register(self, *contacts: str, **more: Any) -> Answer:
        return self.take(self.request(*contacts, authorization=self.authorization(), **more))

    def uris(self) -> list[str]:
        return [binding.uri for binding in self.registrar.phones_of("1001", self.now)]


@pytest.fixture
def phone() -> Phone:
    return Phone()


@pytest.mark.parametrize("algorithms", [("SHA-256", "MD5"), ("MD5",), ("SHA-256",)])
def test_a_phone_proves_itself_and_is_found(algorithms: tuple[str, ...]) -> None:
    phone = Phone(algorithms=algorithms)
    assert phone.register(CONTACT) == Answer(200, (("Contact", f"{CONTACT};expires=3600"),))
    (binding,) = phone.registrar.phones_of("1001", 3599.0)
    assert (binding.uri, binding.flow) == ("sip:1001@10.0.0.7:5060", SOURCE)
    assert phone.registrar.phones_of("1001", 3600.0) == ()
    assert phone.registrar.counters.phones == 0


def test_a_wrong_password_an_unknown_user_and_somebody_elses_name_are_refused(phone: Phone) -> None:
    assert phone.take(phone.request(CONTACT, authorization=phone.authorization("wrong"))).status == 403
    stranger = phone.authorization(user="1002")
    assert phone.take(phone.request(CONTACT, authorization=stranger, user="1002")).status == 403
    assert phone.take(phone.request(CONTACT, authorization=phone.authorization(), user="1002")).status == 403
    assert phone.registrar.counters.registrations_refused == 3
    assert phone.uris() == []


def test_what_was_overheard_is_good_for_nothing(phone: Phone) -> None:
    good = phone.authorization()
    assert phone.take(phone.request(CONTACT, authorization=good)).status == 200
    assert phone.take(phone.request("<sip:evil@192.0.2.66>", authorization=good)).status == 403
    phone.now = 400.0
    stale = phone.take(phone.request(CONTACT, authorization=good))
    assert stale.status == 401
    assert "stale=true" in stale.headers[0][1]


def test_a_weaker_algorithm_than_offered_is_refused() -> None:
    phone = Phone(algorithms=("SHA-256",))
    nonce = dict(phone.take(phone.request()).headers)["WWW-Authenticate"].replace("SHA-256", "MD5")
    chosen = choose_challenge([nonce], "")
    assert chosen is not None
    answers = DigestAnswers(chosen, Credentials(username="1001", password="secret"), "Authorization")
    assert phone.take(phone.request(CONTACT, authorization=answers.answer("REGISTER", "sip:h", "cn"))).status == 403


def test_several_phones_of_one_user(phone: Phone) -> None:
    phone.register(f"{CONTACT};q=0.5")
    phone.now = 1.0
    phone.register("<sip:1001@10.0.0.8>;q=0.9;expires=600", call_id="d")
    assert phone.uris() == ["sip:1001@10.0.0.8", "sip:1001@10.0.0.7:5060"]
    phone.register("<sip:1001@10.0.0.8>", call_id="d", expires="0")
    assert phone.uris() == ["sip:1001@10.0.0.7:5060"]
    assert phone.registrar.counters.phones == 1


def test_all_at_once_are_removed_by_a_star(phone: Phone) -> None:
    phone.register(CONTACT)
    assert phone.register("*").status == 400
    assert phone.register("*", expires="0").status == 200
    assert phone.uris() == []


def test_a_request_without_contact_asks_only(phone: Phone) -> None:
    phone.register(CONTACT)
    assert phone.register().headers == (("Contact", f"{CONTACT};expires=3600"),)


def test_limits() -> None:
    phone = Phone(contacts_max=1)
    too_short = phone.register(CONTACT, expires="5")
    assert (too_short.status, too_short.headers) == (423, (("Min-Expires", "60"),))
    phone.register(CONTACT, expires="999999")
    assert phone.register("<sip:1001@10.0.0.8>").status == 403
    assert phone.registrar.phones_of("1001", 7201.0) == ()


def test_a_request_that_comes_late_undoes_nothing(phone: Phone) -> None:
    phone.register(CONTACT, cseq=7)
    assert phone.register(CONTACT, cseq=6, expires="0").status == 500
    assert phone.uris() == ["sip:1001@10.0.0.7:5060"]


def test_one_bad_contact_leaves_all_as_they_were(phone: Phone) -> None:
    with pytest.raises(MalformedMessage):
        phone.register(CONTACT, "<sip:a b@h>")
    assert phone.uris() == []


def test_the_password_is_never_shown() -> None:
    assert "hush" not in repr(RegistrarSettings(passwords={"1001": "hush"}))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40))
def test_whatever_is_sent_nobody_comes_in(authorization: str, contact: str, expires: str) -> None:
    phone = Phone()
    request = phone.request(contact, expires=expires, authorization=f"Digest {authorization}")
    try:
        answer = phone.take(request)
    except MalformedMessage:
        answer = Answer(400)
    assert answer.status in (400, 401, 403)
    assert phone.uris() == []
