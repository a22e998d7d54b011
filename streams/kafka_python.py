"""What we use of kafka-python: no other file imports it, for its import warns."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():  # kafka-python 3.0.12 calls importlib.resources.read_text, deprecated in Python 3.11
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
    from kafka import errors as kafka_errors
    from kafka.consumer.fetcher import Fetcher
    from kafka.net.compat import KafkaNetClient
    from kafka.net.manager import KafkaConnectionManager
    from kafka.net.selector import NetworkSelector
    from kafka.structs import OffsetAndMetadata, TopicPartition

__all__ = (
    "Fetcher",
    "KafkaAdminClient",
    "KafkaConnectionManager",
    "KafkaConsumer",
    "KafkaNetClient",
    "KafkaProducer",
    "NetworkSelector",
    "OffsetAndMetadata",
    "TopicPartition",
    "kafka_errors",
)
