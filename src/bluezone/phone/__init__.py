"""What a phone-like device does: radio, contact log, key store, matching, risk, node loop."""
