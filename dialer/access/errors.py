"""What can go wrong with accounts and tokens; each docstring is the error's default text."""

from campaigns.service.errors import CallerError, NotFoundError


class AccountNotFoundError(NotFoundError):
    """There is no such account."""


class TokenNotFoundError(NotFoundError):
    """There is no such token."""


class TenantNotFoundError(NotFoundError):
    """There is no such tenant."""


class NameTakenError(CallerError):
    """The name is taken."""


class LastAdminError(CallerError):
    """This is the tenant's only active admin; make another account an admin first."""


class WeakPasswordError(CallerError):
    """The password is too easy to guess."""


class SignInError(CallerError):
    """Tenant, login and password do not belong together."""


class TooManyTriesError(CallerError):
    """Too many failed sign-ins."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"too many failed sign-ins; try again in {wait_s:.0f} s")
        self.wait_s = wait_s
