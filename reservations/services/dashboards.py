"""What a person, or an administrator, sees first; each in three statements."""

from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from reservations.models import Reservation, Status
from reservations.services.clock import span_of_day, wall_of
from reservations.services.reservations import MAX_UPCOMING
from reservations.services.trades import Trades, open_trades

MAX_RECENT: Final = 10
MAX_SHOWN: Final = 100


class Dashboard(NamedTuple):
    """A person's."""

    upcoming: list[Reservation]
    trades: Trades
    recent: list[Reservation]


class AdminDashboard(NamedTuple):
    """An administrator's."""

    pending: list[Reservation]
    today: list[Reservation]
    recent: list[Reservation]
    counts: dict[Status, int]


def read_dashboard(user: User) -> Dashboard:
    """Return what a person has before them, the next first; what is on offer; and what changed last."""
    now = timezone.now()
    own = Reservation.objects.filter(user=user).select_related("user")
    upcoming = own.upcoming(now=now).order_by("starts_at", "pk")[: 2 * MAX_UPCOMING]
    return Dashboard(list(upcoming), open_trades(user, now=now), _recent(own))


def read_admin_dashboard() -> AdminDashboard:
    """Return what waits for a decision, the first to begin first; what is on today; and what changed last; and counts."""
    now = timezone.now()
    everybody = Reservation.objects.select_related("user")
    pending = Q(status=Status.PENDING, starts_at__gt=now)
    today = span_of_day(wall_of(now).date())
    first = Reservation.objects.filter(pending).order_by("starts_at", "pk").values("pk")[:MAX_SHOWN]
    todays = Reservation.objects.holding(now=now).between(*today).order_by("starts_at", "pk").values("pk")
    found = list(everybody.filter(Q(pk__in=first) | Q(pk__in=todays[:MAX_SHOWN])).order_by("starts_at", "pk"))
    return AdminDashboard(
        [each for each in found if each.status_at(now) == Status.PENDING],
        [each for each in found if each.starts_at < today.ends_at and each.ends_at > today.starts_at][
            :MAX_SHOWN
        ],
        _recent(everybody),
        _counts(now),
    )


def _recent(reservations: QuerySet[Reservation]) -> list[Reservation]:
    return list(reservations.order_by("-updated_at", "-pk")[:MAX_RECENT])


def _counts(now: datetime) -> dict[Status, int]:
    """Return how many reservations there are of each status, as it is shown."""
    counted = Reservation.objects.values("status").annotate(
        number=Count("pk"), overdue=Count("pk", filter=Q(status=Status.PENDING, starts_at__lte=now))
    )
    counts = dict.fromkeys(Status, 0)
    for row in counted:
        counts[Status(row["status"])] += row["number"] - row["overdue"]
        counts[Status.EXPIRED] += row["overdue"]
    return counts
