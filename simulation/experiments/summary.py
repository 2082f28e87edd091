"""The summary of one variant: every metric with its interval, over replications or, for a single one, over batches."""

from collections.abc import Sequence

import msgspec

from simulation.experiments.figures import (
    METRICS,
    ReplicationFigures,
    metrics_of,
    metrics_of_spans,
    worst_accounts,
)
from simulation.experiments.intervals import Interval, mean_interval, paired_interval, share_interval


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a variant of a scenario gave."""

    name: str
    replications: int
    days: int
    method: str
    """"independent replications", or "batch means" where there was one replication; a worst day or 30 days of a single
    replication has the exact binomial interval of its own account."""
    metrics: dict[str, Interval | None]
    values: dict[str, tuple[float | None, ...]]
    """Every metric of every replication, in order, for pairing."""
    days_over_cap: int
    """Campaign-days whose abandon rate was above the cap."""
    campaign_days: int
    cap: float


def summarise(name: str, replications: Sequence[ReplicationFigures], cap: float) -> Summary:
    """Summarise the replications of one variant; `cap` is the legal abandon rate, 0..1."""
    each = [metrics_of(one) for one in replications]
    values = {metric.name: tuple(one[metric.name] for one in each) for metric in METRICS}
    metrics = {name: mean_interval(series) for name, series in values.items()}
    if len(replications) == 1:
        metrics |= _batch_means(replications[0], each[0]) | _exact_shares(replications[0])
    accounts = [account for one in replications for account in one.accounts if account.answered]
    return Summary(
        name=name,
        replications=len(replications),
        days=len({(one.replication, span.day) for one in replications for span in one.spans}),
        method="independent replications" if len(replications) > 1 else "batch means",
        metrics=metrics,
        values=values,
        days_over_cap=sum(account.abandoned > cap * account.answered for account in accounts),
        campaign_days=len(accounts),
        cap=cap,
    )


def differences_of(reference: Summary, other: Summary) -> dict[str, Interval | None]:
    """The paired difference of every metric from the reference, over replications that met the same customers."""
    return {
        metric.name: paired_interval(reference.values[metric.name], other.values[metric.name]) for metric in METRICS
    }


def _batch_means(one: ReplicationFigures, whole: dict[str, float | None]) -> dict[str, Interval | None]:
    """Intervals from the spans of a single run, around the figure of the whole run.

    Consecutive spans are nearly independent as long as each holds many conversations.
    """
    batches = [metrics_of_spans([span]) for span in one.spans]
    found: dict[str, Interval | None] = {}
    for name in metrics_of_spans(one.spans):
        interval = mean_interval([batch[name] for batch in batches])
        mean = whole[name]
        half_width = interval.half_width if interval is not None else None
        if interval is not None and mean is not None and half_width is not None:
            interval = Interval(mean=mean, low=mean - half_width, high=mean + half_width, count=interval.count)
        found[name] = interval
    return found


def _exact_shares(one: ReplicationFigures) -> dict[str, Interval | None]:
    """A single worst account is no sample of worst accounts: its interval is that of the rate behind it."""
    return {name: share_interval(*account) for name, account in worst_accounts(one.accounts).items()}
