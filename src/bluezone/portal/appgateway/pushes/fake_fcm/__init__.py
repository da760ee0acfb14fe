"""A fake of Firebase on this machine: `python -m bluezone.portal.appgateway.pushes.fake_fcm`.

For tests, benches and people who try the gateway without an account; it sends nothing anywhere.
"""
