"""The HTTP API that phones, laboratories and commands speak."""
