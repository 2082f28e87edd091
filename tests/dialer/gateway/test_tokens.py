from dialer.gateway.tokens import BATCH, TOKEN_BYTES, RandomTokens


def test_tokens_are_long_and_never_the_same() -> None:
    token = RandomTokens()
    given = [token() for _ in range(3 * BATCH)]
    assert len(set(given)) == len(given)
    assert {len(each) for each in given} == {2 * TOKEN_BYTES}
    assert all(each.isalnum() for each in given)


def test_two_sources_share_nothing() -> None:
    first, second = RandomTokens(), RandomTokens()
    assert not {first() for _ in range(BATCH)} & {second() for _ in range(BATCH)}
