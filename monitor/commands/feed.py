"""`groundswell feed`: files of news into a Kafka topic."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.commands.errors import plain_errors

CHUNK = 500


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--bootstrap", default="localhost:9092", show_default=True, help="host:port of the broker.")
@click.option("--topic", default="news", show_default=True)
@click.option("--partitions", default=1, show_default=True, help="For a topic that does not exist yet.")
@click.option("--name", default="news", show_default=True, help="The source of items that name none.")
@click.option("--pace", type=float, help="Seconds of the feed a second, by its own times; else at full speed.")
@plain_errors
def feed(files: tuple[Path, ...], bootstrap: str, topic: str, partitions: int, name: str, pace: float | None) -> None:
    """Publish the news in FILES, in the order of their times; records that are no news are named and left out."""
    from tqdm import tqdm

    from monitor.clock import wall_clock_ms
    from streams.codec import FeedFormat
    from streams.files import FileSource
    from streams.kafka import KafkaSink, create_topic
    from streams.kafka_settings import KafkaSettings

    settings = KafkaSettings(bootstrap)
    source = FileSource(list(files), FeedFormat(name), wall_clock_ms, pace=pace)
    create_topic(settings, topic, partitions)
    sink = KafkaSink(settings, topic)
    dead = 0
    try:
        with tqdm(total=source.total, unit="item", mininterval=0.5) as bar:
            ended = False
            while not ended:
                batch = source.poll(CHUNK, 250)
                sink.send(arrival.item for arrival in batch.arrivals)
                sink.flush()
                for letter in batch.dead:
                    tqdm.write(f"left out: {letter.reason}: {letter.detail}")
                dead += len(batch.dead)
                bar.update(len(batch.arrivals) + len(batch.dead))
                ended = batch.ended
    finally:
        sink.close()
    click.echo(f"{source.total - dead} items are in {topic}, {dead} records were left out", err=True)
