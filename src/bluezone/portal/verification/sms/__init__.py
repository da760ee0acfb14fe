"""Text messages: one interface, a durable outbox, a gateway."""
