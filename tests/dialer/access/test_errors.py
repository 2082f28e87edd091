from dialer.access.errors import LastAdminError, TooManyTriesError


def test_an_error_says_what_to_do() -> None:
    assert "make another account an admin first" in str(LastAdminError())
    assert str(TooManyTriesError(8.2)) == "too many failed sign-ins; try again in 8 s"
