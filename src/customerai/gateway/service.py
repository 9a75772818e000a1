"""The use cases of the gateway: keys, users, who is calling."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import orjson
import structlog
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from customerai.core import audit
from customerai.core.clock import Clock
from customerai.core.crypto import KeyRing, row_identity, seal, unseal
from customerai.core.db import EVERY_TENANT, Database, Transaction
from customerai.core.errors import Conflict, Forbidden, InvalidRequest, NotFound, Unauthenticated
from customerai.core.guard import in_thread
from customerai.core.ids import new_id
from customerai.core.principal import Principal, system_principal
from customerai.core.settings import GatewaySettings
from customerai.gateway import keyformat, store
from customerai.gateway.scopes import ROLES, expand
from customerai.gateway.store import ApiKey, User

log = structlog.get_logger(__name__)

SETUP_LINK_TTL: Final = timedelta(hours=24)
_TRUST_S: Final = 1.0  # how long a key that was found good is not looked up again
_MOST_TRUSTED: Final = 10_000
_LEAST_PASSWORD_CHARS: Final = 12
_TOUCH_EVERY_S: Final = 30.0


class InvalidApiKey(Unauthenticated):
    """The key is mistyped, unknown, expired or revoked."""

    def __init__(self) -> None:
        super().__init__("This API key is not valid: mistyped, expired, revoked or unknown.")


class SessionExpired(Unauthenticated):
    """The console's sign-in has ended; sign in again."""

    def __init__(self) -> None:
        super().__init__("The sign-in has ended. Sign in again.")


class WrongCredentials(Unauthenticated):
    """Address and password do not belong together."""

    def __init__(self) -> None:
        super().__init__("The e-mail address and the password do not match.")


class SetupLinkInvalid(Forbidden):
    """The set-up link was used, is too old, or is not ours; restart `serve` for a new one."""

    def __init__(self) -> None:
        super().__init__("This set-up link no longer holds. Restart the server for a new one.")


class PasswordTooShort(InvalidRequest):
    """A password needs at least 12 characters (NIST SP 800-63B asks for length, not symbols)."""

    def __init__(self) -> None:
        super().__init__(f"A password needs at least {_LEAST_PASSWORD_CHARS} characters.")


class UserExists(Conflict):
    """Someone is registered under that address."""

    def __init__(self) -> None:
        super().__init__("There is a user with that e-mail address.")


class KeyNotFound(NotFound):
    """No API key with that id in this tenant."""

    def __init__(self) -> None:
        super().__init__("No API key with that id.")


class UnknownScope(InvalidRequest):
    """A scope that does not exist was asked for."""

    def __init__(self) -> None:
        super().__init__("One of the scopes does not exist; /docs lists them.")


class ScopeExceeded(Forbidden):
    """A key cannot be given more than its maker may do."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"You cannot give the scope {scope}: you lack it yourself.", scope=scope)


@dataclass(frozen=True)
class Profile:
    """What a console user sees of themselves."""

    id: str
    name: str
    email: str
    role: str


@dataclass(frozen=True)
class SignIn:
    """A session that has begun.

    Attributes:
        token: the cookie's value; kept nowhere but with the browser.
    """

    token: str
    profile: Profile
    scopes: frozenset[str]


@dataclass(frozen=True)
class _Trusted:
    """Someone who is not looked up again for a moment; `until` is of the monotonic clock."""

    until: float
    expires_at: datetime | None
    principal: Principal


class GatewayService:
    """Knows keys, users and sessions.

    Args:
        passwords: hashes and checks passwords; by default argon2id at the cost of RFC 9106.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        keys: KeyRing,
        settings: GatewaySettings,
        environment: str,
        passwords: PasswordHasher | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._environment = environment
        self._pepper = keys.derive("gateway-api-keys")
        self._profile_key = keys.derive("gateway-user-profiles")
        self._passwords = passwords or PasswordHasher()
        self._decoy = _decoy(self._passwords)
        self._trusted: dict[tuple[str, bytes], _Trusted] = {}
        self._ended = 0  # rises with each key or session that ends; what was read before is stale
        self._used: dict[str, datetime] = {}

    # -- API keys

    async def create_key(
        self, who: Principal, name: str, scopes: Iterable[str], expires_at: datetime | None = None
    ) -> tuple[ApiKey, str]:
        """A new key and its text, which is not kept.

        Raises:
            UnknownScope: a scope that does not exist.
            ScopeExceeded: a scope that the maker lacks.
        """
        try:
            granted = expand(scopes)
        except ValueError as error:
            raise UnknownScope from error
        for scope in sorted(granted):
            if not (who.may(scope) or (scope == "*" and "*" in who.scopes)):
                raise ScopeExceeded(scope)
        new = keyformat.make(self._environment)
        key = ApiKey(
            tenant=who.tenant,
            id=new.id,
            name=name,
            hash=self._hash(new.text),
            scopes=sorted(granted),
            created_at=self._clock.now(),
            created_by=who.actor,
            last_used_at=None,
            expires_at=expires_at,
            revoked_at=None,
        )

        def work(tx: Transaction) -> None:
            store.add_key(tx, key)
            audit.record(tx, who, "gateway.key_created", key=key.id, scopes=key.scopes)

        await self._db.write(work, tenant=who.tenant)
        return key, new.text

    async def list_keys(self, who: Principal, *, before: str | None, limit: int) -> list[ApiKey]:
        return await self._db.read(
            lambda tx: store.list_keys(tx, who.tenant, before=before, limit=limit),
            tenant=who.tenant,
        )

    async def revoke_key(self, who: Principal, key_id: str) -> None:
        """End a key at once, here; within a second in every other process.

        Raises:
            KeyNotFound: not a key of this tenant.
        """
        now = self._clock.now()

        def work(tx: Transaction) -> None:
            if not store.revoke_key(tx, who.tenant, key_id, now):
                raise KeyNotFound
            audit.record(tx, who, "gateway.key_revoked", key=key_id)

        await self._db.write(work, tenant=who.tenant)
        self._distrust()

    async def authenticate_key(self, text: str) -> Principal:
        """Who holds a key.

        Raises:
            InvalidApiKey: it is mistyped, unknown, expired or revoked.
        """
        digest = self._hash(text)
        trusted = self._trusted_now(("key", digest))
        if trusted is not None:
            return trusted
        key_id = keyformat.key_id(text)
        if key_id is None:
            raise InvalidApiKey
        ended = self._ended
        key = await self._db.read(lambda tx: store.find_key(tx, key_id), tenant=EVERY_TENANT)
        now = self._clock.now()
        if (
            key is None
            or not hmac.compare_digest(key.hash, digest)
            or key.revoked_at is not None
            or (key.expires_at is not None and key.expires_at <= now)
        ):
            raise InvalidApiKey
        principal = Principal(key.tenant, key.id, frozenset(key.scopes))
        self._used[key.id] = now
        self._trust(("key", digest), principal, key.expires_at, ended)
        return principal

    async def keep_last_used(self, *, every_s: float = _TOUCH_EVERY_S) -> None:
        """Write down now and then when keys were used, until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            used, self._used = self._used, {}
            try:
                if used:
                    await self._db.write(partial(store.touch_keys, used), tenant=EVERY_TENANT)
            except Exception as error:  # noqa: BLE001 - it must outlive a fault
                self._used = {**used, **self._used}
                log.error("gateway.last_used_not_kept", error_type=type(error).__name__)

    # -- console users

    async def setup_token(self, tenant: str) -> str | None:
        """A new set-up token, or None when the tenant has a user already."""
        token = secrets.token_urlsafe(24)
        now = self._clock.now()

        def work(tx: Transaction) -> bool:
            store.drop_expired(tx, now)
            if store.count_users(tx, tenant):
                return False
            store.add_setup(tx, tenant, self._hash(token), now + SETUP_LINK_TTL)
            return True

        return token if await self._db.write(work, tenant=EVERY_TENANT) else None

    async def set_up(self, token: str, *, name: str, email: str, password: str) -> SignIn:
        """Make the first administrator, by the link that the terminal printed.

        Raises:
            SetupLinkInvalid: the link does not hold.
            PasswordTooShort: fewer than 12 characters.
        """
        hashed = await self._hash_password(password)
        now = self._clock.now()

        def work(tx: Transaction) -> User:
            tenant = store.take_setup(tx, self._hash(token), now)
            if tenant is None or store.count_users(tx, tenant):
                raise SetupLinkInvalid
            return self._add_user(tx, tenant, name=name, email=email, role="admin", hashed=hashed)

        return await self._begin(await self._db.write(work, tenant=EVERY_TENANT))

    async def add_user(
        self, tenant: str, *, name: str, email: str, role: str, password: str
    ) -> Profile:
        """Make a further user.

        Raises:
            UserExists: the address is taken.
            PasswordTooShort: fewer than 12 characters.
        """
        hashed = await self._hash_password(password)
        user = await self._db.write(
            lambda tx: self._add_user(tx, tenant, name=name, email=email, role=role, hashed=hashed),
            tenant=EVERY_TENANT,  # an address is one person's in all tenants
        )
        return self._profile(user)

    async def sign_in(self, email: str, password: str) -> SignIn:
        """Begin a session.

        Raises:
            WrongCredentials: no such user, or another password.
        """
        email_hash = self._email_hash(email)
        user = await self._db.read(
            lambda tx: store.find_user_by_email(tx, email_hash), tenant=EVERY_TENANT
        )
        # An unknown address costs the same work as a known one.
        stored = user.password if user is not None else self._decoy
        try:
            await in_thread(self._passwords.verify, stored, password)
        except VerifyMismatchError as error:
            raise WrongCredentials from error
        if user is None:
            raise WrongCredentials
        return await self._begin(user)

    async def authenticate_session(self, token: str) -> Principal:
        """Who holds a session cookie.

        Raises:
            SessionExpired: it ended or never was.
        """
        digest = self._hash(token)
        trusted = self._trusted_now(("session", digest))
        if trusted is not None:
            return trusted
        ended = self._ended
        user, expires_at = await self._session(digest)
        principal = Principal(user.tenant, user.id, ROLES[user.role])
        self._trust(("session", digest), principal, expires_at, ended)
        return principal

    async def current(self, token: str) -> tuple[Profile, frozenset[str]]:
        """The user behind a session cookie and what they may do."""
        user, _ = await self._session(self._hash(token))
        return self._profile(user), ROLES[user.role]

    async def sign_out(self, token: str) -> None:
        """End a session; one that never was is no error."""
        digest = self._hash(token)
        await self._db.write(lambda tx: store.drop_session(tx, digest), tenant=EVERY_TENANT)
        self._distrust()

    async def _session(self, digest: bytes) -> tuple[User, datetime]:
        found = await self._db.read(lambda tx: store.find_session(tx, digest), tenant=EVERY_TENANT)
        if found is None or found[1] <= self._clock.now():
            raise SessionExpired
        return found

    async def _begin(self, user: User) -> SignIn:
        token = secrets.token_urlsafe(32)
        until = self._clock.now() + timedelta(seconds=self._settings.session_ttl_s)
        who = Principal(user.tenant, user.id, ROLES[user.role])

        def work(tx: Transaction) -> None:
            store.add_session(tx, user.tenant, self._hash(token), user.id, until)
            audit.record(tx, who, "gateway.signed_in")

        await self._db.write(work, tenant=user.tenant)
        return SignIn(token, self._profile(user), ROLES[user.role])

    def _add_user(
        self, tx: Transaction, tenant: str, *, name: str, email: str, role: str, hashed: str
    ) -> User:
        email_hash = self._email_hash(email)
        user_id = new_id("user")
        profile = orjson.dumps({"name": name, "email": email})
        user = User(
            tenant=tenant,
            id=user_id,
            email_hash=email_hash,
            profile=seal(self._profile_key, profile, where=_profile_place(tenant, user_id)),
            role=role,
            password=hashed,
            created_at=self._clock.now(),
        )
        if not store.add_user(tx, user):
            raise UserExists
        audit.record(
            tx, system_principal(tenant, "setup"), "gateway.user_created", user=user_id, role=role
        )
        return user

    def _profile(self, user: User) -> Profile:
        sealed = unseal(self._profile_key, user.profile, where=_profile_place(user.tenant, user.id))
        fields = orjson.loads(sealed)
        return Profile(user.id, fields["name"], fields["email"], user.role)

    async def _hash_password(self, password: str) -> str:
        if len(password) < _LEAST_PASSWORD_CHARS:
            raise PasswordTooShort
        return await in_thread(self._passwords.hash, password)

    def _email_hash(self, email: str) -> bytes:
        return self._hash("email:" + email.strip().casefold())

    def _hash(self, text: str) -> bytes:
        return hmac.new(self._pepper, text.encode(), hashlib.sha256).digest()

    def _trusted_now(self, what: tuple[str, bytes]) -> Principal | None:
        found = self._trusted.get(what)
        if found is None or found.until <= time.monotonic():
            return None
        if found.expires_at is not None and found.expires_at <= self._clock.now():
            return None
        return found.principal

    def _trust(
        self,
        what: tuple[str, bytes],
        principal: Principal,
        expires_at: datetime | None,
        ended: int,
    ) -> None:
        if ended != self._ended:  # it may be what has ended since it was read
            return
        if len(self._trusted) >= _MOST_TRUSTED:
            self._trusted.clear()
        self._trusted[what] = _Trusted(time.monotonic() + _TRUST_S, expires_at, principal)

    def _distrust(self) -> None:
        self._ended += 1
        self._trusted.clear()


def _decoy(passwords: PasswordHasher) -> str:
    """The hash of no password, of the usual cost, made without that cost."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
        for size in (passwords.salt_len, passwords.hash_len)
    )
    cost = f"m={passwords.memory_cost},t={passwords.time_cost},p={passwords.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


def _profile_place(tenant: str, user_id: str) -> bytes:
    return row_identity(tenant, "gateway_user", "profile", user_id)
