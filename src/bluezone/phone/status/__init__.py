"""The local status page: what this device does, in plain words, and sharing by hand."""

from bluezone.phone.status.app import create_status_app
from bluezone.phone.status.monitor import NodeMonitor
from bluezone.phone.status.server import serve_status
from bluezone.phone.status.sources import StatusSources
from bluezone.phone.status.view import status_view

__all__ = ["NodeMonitor", "StatusSources", "create_status_app", "serve_status", "status_view"]
