"""The app gateway: the published app's API, unchanged on the wire, on a server that asks first.

An ASGI application of its own in front of Django, in the same process: Django would write a
body to disk before anybody could drop it, and registrations come in thousands a second.
Source: spec/bluezone-wire.md sections 3 to 5. docs/app-gateway.md tells how to run it.
"""
