"""The colours of the page in dark and light, and the Streamlit flags that set them.

Negative is vermilion and positive is blue: the pair that stays apart for every common kind of colour blindness.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """One set of colours; `middle` is the grey between negative and positive."""

    name: str
    background: str
    panel: str
    text: str
    muted: str
    line: str
    negative: str
    middle: str
    positive: str
    critical: str
    warning: str
    info: str
    calm: str


DARK = Palette(
    name="dark",
    background="#0d1117",
    panel="#161c25",
    text="#e6e9ee",
    muted="#98a3b3",
    line="#2a3340",
    negative="#f4694a",
    middle="#343c47",
    positive="#4ba3f5",
    critical="#d93a1f",
    warning="#e3a32f",
    info="#4ba3f5",
    calm="#58b8a4",
)
LIGHT = Palette(
    name="light",
    background="#ffffff",
    panel="#f4f6f9",
    text="#1a2029",
    muted="#566172",
    line="#d5dbe3",
    negative="#c93a1c",
    middle="#dfe3e8",
    positive="#1c6cb8",
    critical="#c02c12",
    warning="#a66a00",
    info="#1c6cb8",
    calm="#1d7d6b",
)


def palette(name: str | None) -> Palette:
    """The colours for Streamlit's theme type; dark where it is not known yet."""
    return LIGHT if name == "light" else DARK


def flags(base: str = "dark") -> list[str]:
    """Streamlit options for both themes; `base` is "dark", "light", or "auto" to follow the viewer's system."""
    options = [] if base == "auto" else [f"--theme.base={base}"]
    for colours in (DARK, LIGHT):
        section = "--theme" if colours.name == base else f"--theme.{colours.name}"
        options += [
            f"{section}.backgroundColor={colours.background}",
            f"{section}.secondaryBackgroundColor={colours.panel}",
            f"{section}.textColor={colours.text}",
            f"{section}.primaryColor={colours.info}",
            f"{section}.borderColor={colours.line}",
        ]
    return options
