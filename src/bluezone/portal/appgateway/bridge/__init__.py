"""The app `gateway_bridge`: warnings between published phones and new ones."""
