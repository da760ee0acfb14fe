"""One's own sessions: listed, ended one by one or all others at once.

Ended means that the session's row is deleted, so the next request from there is a stranger's.
allauth's own list would keep addresses and whole browser descriptions, which we do not store.
"""

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from bluezone.portal import clock, locks
from bluezone.portal.accounts.browsers import browser_of
from bluezone.portal.accounts.models import SignIn, User
from bluezone.portal.audit.services import record


def note(request: HttpRequest, user: User, *, now: int) -> None:
    """Remember a new session, or that an old one is still in use.

    Args:
        request: the request in whose session it is.
        user: whose session.
        now: Unix seconds of the desk clock.
    """
    session: SessionBase = request.session
    key = session.session_key
    if key is None or SignIn.objects.filter(session_key=key, user=user).update(last_seen=now):
        return
    browser = browser_of(request.headers.get("User-Agent", ""))
    SignIn.objects.update_or_create(
        session_key=key,
        defaults={
            "user": user,
            "browser": browser.family,
            "mobile": browser.mobile,
            "first_seen": now,
            "last_seen": now,
        },
    )


def moved(old_key: str | None, new_key: str | None) -> None:
    """Follow a session whose key was changed (after a change of password)."""
    if old_key and new_key:
        SignIn.objects.filter(session_key=old_key).update(session_key=new_key)


def forget(session_key: str | None) -> None:
    """Forget a session that has ended."""
    SignIn.objects.filter(session_key=session_key).delete()


def sign_ins_of(user: User) -> list[SignIn]:
    """Return the sessions of `user` that have not ended, the newest use first."""
    living = Session.objects.filter(expire_date__gt=clock.aware(clock.desk_now()))
    keys = living.values("session_key")
    return list(user.sign_ins.filter(session_key__in=keys).order_by("-last_seen", "-pk"))


def end_one(user: User, sign_in_id: int) -> bool:
    """End one session of `user`; return False if there is no such session of theirs."""
    found = user.sign_ins.filter(pk=sign_in_id).first()
    if found is None:
        return False
    _end(user, [found.session_key], actor=user.username)
    return True


def end_all(user: User, *, actor: str, but: str | None = None) -> int:
    """End every session of `user`, except the one with the key `but`; return how many."""
    keys = list(user.sign_ins.exclude(session_key=but or "").values_list("session_key", flat=True))
    if keys:
        _end(user, keys, actor=actor)
    return len(keys)


def _end(user: User, keys: list[str], *, actor: str) -> None:
    with transaction.atomic():
        locks.hold("staff")
        Session.objects.filter(session_key__in=keys).delete()
        SignIn.objects.filter(session_key__in=keys).delete()
        record(actor, "session.revoked", f"user {user.username}", {"sessions": len(keys)})
