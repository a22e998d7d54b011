"""kafka-python's errors as ours, and what each means to whoever set the cluster up."""

from __future__ import annotations

import ssl
from collections.abc import Generator
from contextlib import contextmanager

from streams.kafka_python import kafka_errors
from streams.kafka_settings import KafkaSettings
from streams.source import AccessDenied, PositionGone, StreamError, UnknownTopic, Unreachable

GONE = (
    kafka_errors.OffsetOutOfRangeError,
    kafka_errors.LogTruncationError,  # pyright: ignore[reportAttributeAccessIssue]: the checker's stubs are older
    kafka_errors.NoOffsetForPartitionError,
)
UNKNOWN = (
    kafka_errors.UnknownTopicOrPartitionError,
    kafka_errors.UnknownTopicIdError,
    kafka_errors.InconsistentTopicIdError,
    kafka_errors.InvalidTopicError,
)
DENIED = (
    kafka_errors.AuthorizationError,
    kafka_errors.SaslAuthenticationFailedError,
    kafka_errors.UnsupportedSaslMechanismError,
    kafka_errors.IllegalSaslStateError,
    kafka_errors.SecurityDisabledError,
    kafka_errors.UnacceptableCredentialError,
    kafka_errors.DelegationTokenAuthDisabledError,
    kafka_errors.DelegationTokenNotFoundError,
    kafka_errors.DelegationTokenOwnerMismatchError,
    kafka_errors.DelegationTokenRequestNotAllowedError,
    kafka_errors.DelegationTokenExpiredError,
)
DOWN = (kafka_errors.BrokerNotAvailableError, OSError)


def translate(error: Exception, doing: str) -> StreamError:
    """kafka-python's error as one of ours; what it calls retriable is Unreachable, and the rest is fatal."""
    text = f"Kafka, {doing}: {error}"
    if isinstance(error, GONE):
        return PositionGone(text)
    if isinstance(error, UNKNOWN):
        return UnknownTopic(text)
    if isinstance(error, DENIED):
        return AccessDenied(text)
    if isinstance(error, DOWN) or getattr(error, "retriable", False):
        return Unreachable(text)
    return StreamError(text)


@contextmanager
def mapped(doing: str) -> Generator[None]:
    """Raise kafka-python's errors in the block as ours, `doing` in their text."""
    try:
        yield
    except (kafka_errors.KafkaError, OSError) as error:
        raise translate(error, doing) from error


def tls_error(error: Exception) -> ssl.SSLError | None:
    """The TLS failure in one of kafka-python's errors, which keep it as their context or as their argument."""
    inside = (error, error.__context__, *error.args)
    return next((each for each in inside if isinstance(each, ssl.SSLError)), None)


def refusal(error: BaseException | None, settings: KafkaSettings) -> str:
    """What to do about a login or a certificate that was refused; empty where it was something else."""
    security = settings.security
    if isinstance(error, kafka_errors.SaslAuthenticationFailedError):
        names = f"the user in ${security.username_env} or the password in ${security.password_env}"
        return f"{settings.bootstrap} refused {names} ({security.mechanism}): {error}"
    if isinstance(error, kafka_errors.UnsupportedSaslMechanismError):
        return f"{settings.bootstrap} does not know the mechanism {security.mechanism}: set another one ({error})"
    tls = tls_error(error) if isinstance(error, Exception) else None
    if isinstance(tls, ssl.SSLCertVerificationError):
        trusted = security.ca_file or "the system's authorities"
        shown = f"{settings.bootstrap} shows a certificate that {trusted} cannot vouch for"
        return f"{shown}: set ca_file ({tls.verify_message})"
    if tls:
        return f"{settings.bootstrap} and we do not come to terms over TLS: check protocol, cert_file and port ({tls})"
    return ""
