"""Codes, tokens, certificates, messages, API keys and their limits."""
