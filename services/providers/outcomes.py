"""How a call to an external service can end otherwise than well. Pure.

- ProviderError
  - Off: nothing was tried, since this district has not set the service up
  - Unreachable
    - NotSent: certainly not done; the same call may be made again
    - Unknown: sent, but no answer that tells; it may have been done
  - Refused: the provider said no, with a code; not done
    - Busy, RateLimited: later it may work
    - BadNumber, NoBalance: text messages, and WeChat's numbers
    - BadCode, Blocked, NoConsent, Stale: WeChat

No text of these errors holds a URL, a token, a phone number or anything else that was sent or answered, but for the
provider's code: they may be logged.
"""

import re

from services.kit.errors import XingdianError

_CODE = re.compile(r"[\w .-]{1,64}", re.ASCII)


class ProviderError(XingdianError):
    """An external service did not do what it was asked. `provider` names the service."""

    def __init__(self, provider: str, text: str) -> None:
        super().__init__(f"{provider}: {text}")
        self.provider = provider


class Off(ProviderError):
    """This district has not set up the service, or not this template of it. Nothing was tried; people need another
    way, such as a code from a desk."""


class Unreachable(ProviderError):
    """The service could not be reached, or gave no answer that tells."""


class NotSent(Unreachable):
    """Nothing of the call arrived: it was certainly not done, and may be made again."""


class Unknown(Unreachable):
    """The call was sent, and whether it was done is not known: a timeout, a connection cut, an answer 5xx or garbled.
    Make it again only where twice is no harm."""


class Refused(ProviderError):
    """The provider said no; nothing was done. `code` is its own, or HTTP and a status."""

    def __init__(self, provider: str, code: str) -> None:
        self.code = code if _CODE.fullmatch(code) else "a code that is none"
        super().__init__(provider, f"refused ({self.code})")


class RateLimited(Refused):
    """Too many calls, or too many messages to this number; later it may work."""


class BadNumber(Refused):
    """The provider takes this for no mainland mobile number."""


class NoBalance(Refused):
    """The district's account at the provider has no money or messages left: its operator must act."""


class BadCode(Refused):
    """A code that WeChat gave to the mini-program is invalid, expired or used already: it needs a new one."""


class Blocked(Refused):
    """WeChat bars this user from signing in, for a high risk."""


class NoConsent(Refused):
    """The person has no consent left for this template, or has turned it off."""


class Stale(Refused):
    """WeChat takes the access token for ended, though it was just given; with another it may work."""


class Busy(Refused):
    """The service cannot now, and says so itself; later it may work."""
