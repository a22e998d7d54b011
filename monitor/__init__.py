"""Scored items in, windows and alerts out: joins `streams` and `models` in pipeline.py."""
