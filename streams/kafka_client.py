"""A connection to a Kafka cluster: a refused login is told at once, and nothing that matters is left to its defaults.

What kafka-python defaults to would skip or lose records: CONSUMER and PRODUCER set that in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from streams.kafka_errors import DENIED, mapped, refusal, tls_error
from streams.kafka_python import KafkaConnectionManager, KafkaNetClient, NetworkSelector
from streams.kafka_settings import KafkaSettings
from streams.secrets import guard_loggers
from streams.source import AccessDenied, StreamError

CONSUMER: Mapping[str, Any] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "none",
    "isolation_level": "read_committed",
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
}
PRODUCER: Mapping[str, Any] = {
    "acks": "all",
    "enable_idempotence": True,
    "compression_type": "lz4",
    "linger_ms": 20,
    "allow_auto_create_topics": False,
    "delivery_timeout_ms": 120_000,
    "max_block_ms": 10_000,
}


class _Manager(KafkaConnectionManager):
    """Gives up at once where a broker refuses us, instead of asking it again until the start's time is over.

    kafka-python 3.0.12 means to, and forgets a failed login before it looks for one. And where the broker's answer
    and the end of the connection are there at once, as on a busy machine, it throws the answer away.
    """

    _refusal: Exception | None = None

    async def _build_transport(self, node: Any, timeout_at: float | None = None) -> Any:
        transport: Any = await super()._build_transport(node, timeout_at=timeout_at)
        receive = transport._sock_recv

        def receive_all() -> tuple[bytes, Exception | None]:
            data, error = receive()
            return (data, None) if data else (data, error)  # the end is still there at the next reading

        transport._sock_recv = receive_all
        return transport

    def get_connection(self, node_id: Any, *args: Any, **options: Any) -> Any:
        if self.bootstrapped:
            return super().get_connection(node_id, *args, **options)
        if self._refusal:
            raise self._refusal
        connection = super().get_connection(node_id, *args, **options)
        connection.init_future.add_errback(self._note)
        return connection

    def _note(self, error: Exception) -> None:
        if isinstance(error, DENIED) or tls_error(error):
            self._refusal = error


def connect(kind: Callable[..., Any], settings: KafkaSettings, **config: Any) -> tuple[Any, Any]:
    """(a kafka-python client, its view of the cluster, which it does not show), or nothing left open.

    Raises:
        Unreachable: no broker answered within `settings.start_ms`.
        AccessDenied: one refused the user, its password or our certificate, or we do not trust its own.
    """
    opened: list[KafkaNetClient] = []

    def open_client(**all_: Any) -> KafkaNetClient:
        net = NetworkSelector(**all_)
        opened.append(KafkaNetClient(net, _Manager(net, **all_)))
        return opened[0]

    security = settings.client_config()
    guard_loggers("kafka")
    try:
        with mapped(f"reaching {settings.bootstrap} (is it up there, and do the security settings fit it?)"):
            return kind(**security, **config, kafka_client=open_client), opened[0].cluster
    except StreamError as error:
        for client in opened:  # or its thread would go on trying
            client.close()
        refused = refusal(error.__cause__, settings)
        if refused:
            raise AccessDenied(refused) from error
        raise
