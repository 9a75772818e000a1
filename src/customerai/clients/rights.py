"""Consents in another process. Implements contracts.rights.Consents."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from customerai.clients.calling import Calling
from customerai.contracts.privacy import PrivacyUnavailable
from customerai.contracts.rights import Purpose
from customerai.core.principal import Principal
from customerai.core.remote import RemoteDown, RemoteTimeout

_REMEMBERED_S: Final = 5.0
_MOST_REMEMBERED: Final = 20_000
_Key = tuple[str, Purpose, str]


class HttpConsents:
    """Asks the privacy service over HTTP and remembers answers for some seconds; fails closed.

    Args:
        monotonic: seconds on a clock that is never set back.
    """

    def __init__(
        self, calling: Calling, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._calling = calling
        self._monotonic = monotonic
        self._known: OrderedDict[_Key, tuple[float, bool]] = OrderedDict()

    async def allowed(
        self, who: Principal, purpose: Purpose, conversation_ids: Sequence[str]
    ) -> list[bool]:
        now = self._monotonic()
        found = {}
        for name in conversation_ids:
            until, answer = self._known.get((who.tenant, purpose, name), (0.0, False))
            if until > now:
                found[name] = answer
        asked = [name for name in dict.fromkeys(conversation_ids) if name not in found]
        if asked:
            body = {"purpose": purpose.value, "conversation_ids": asked}
            try:
                answers = await self._calling.post(who, "/internal/privacy/consents", body)
            except (RemoteDown, RemoteTimeout) as error:
                raise PrivacyUnavailable from error
            for name, answer in zip(asked, answers["allowed"], strict=True):
                found[name] = bool(answer)
                self._known[who.tenant, purpose, name] = (now + _REMEMBERED_S, bool(answer))
            while len(self._known) > _MOST_REMEMBERED:
                self._known.popitem(last=False)
        return [found[name] for name in conversation_ids]
