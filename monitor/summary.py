"""What a run came to: the object that replay, run --until-end and demo print."""

from __future__ import annotations

from typing import Any

from monitor.history import AlertSummary
from monitor.notify import utc
from monitor.queries import Reader


def alert_object(alert: AlertSummary) -> dict[str, Any]:
    """Return the JSON contract of one alert."""
    evidence = [
        {"source": one.source, "news_id": one.news_id, "event_time_ms": one.event_time_ms, "headline": one.headline}
        for one in alert.evidence
    ]
    return {
        "alert_id": alert.alert_id,
        "rule": alert.rule,
        "key": alert.key,
        "state": alert.state,
        "pending_ms": alert.pending_ms,
        "firing_ms": alert.firing_ms,
        "resolved_ms": alert.resolved_ms,
        "value": alert.value,
        "evidence": evidence,
    }


def summarise(store_url: str, seconds: float, *, to_watermark: bool = False) -> dict[str, Any]:
    """Return the JSON contract of a run over this store that took `seconds`.

    With `to_watermark` the digest is that up to the store's watermark, so that a longer run has it too.
    """
    reader = Reader.open(store_url)
    try:
        status = reader.status()
        return {
            "items": status.items,
            "late": status.late,
            "dead": status.dead,
            "gaps": status.gaps,
            "windows": status.windows,
            "alerts": [alert_object(alert) for alert in reader.alerts()],
            "digest": reader.digest(status.watermark_ms if to_watermark else None),
            "seconds": round(seconds, 3),
            "items_per_second": round(status.items / seconds, 1) if seconds > 0 else 0.0,
        }
    finally:
        reader.close()


def as_text(summary: dict[str, Any]) -> str:
    """Return the summary as a person reads it."""
    lines = [
        f"{summary['items']} items ({summary['late']} late, {summary['dead']} dead letters), "
        f"{summary['windows']} windows, {len(summary['alerts'])} alerts "
        f"in {summary['seconds']} s ({summary['items_per_second']} items/s)",
        *([f"{summary['gaps']} gaps in the log, gone on without: `groundswell gaps`"] if summary["gaps"] else []),
        f"digest {summary['digest']}",
    ]
    for alert in summary["alerts"]:
        fired = utc(alert["firing_ms"]) if alert["firing_ms"] is not None else "never fired"
        lines.append(f"  {alert['state']:<10} {alert['key']}  {alert['rule']}  {fired}  value {alert['value']:+.3f}")
        lines += [f"             {one['headline']}" for one in alert["evidence"][:2]]
    lines += [_episode_line(episode) for episode in summary.get("episodes", ())]
    return "\n".join(lines)


def _episode_line(episode: dict[str, Any]) -> str:
    if episode["detected_ms"] is None:
        return f"scripted episode {episode['key']}: not found"
    minutes = (episode["detected_ms"] - episode["start_ms"]) / 60_000
    return f"scripted episode {episode['key']}: found {minutes:.0f} simulated minutes after it began"
