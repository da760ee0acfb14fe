"""Bluezone: warn people who were near somebody later found infected."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("bluezone")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"
