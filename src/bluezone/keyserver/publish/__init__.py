"""Publishing keys: request, rules, certificate check, storage, answer."""
