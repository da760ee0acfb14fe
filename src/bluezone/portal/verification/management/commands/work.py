"""`work`: one round of the portal's background work, for cron or by hand."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from bluezone.portal import clock
from bluezone.portal.worker import run_due


class Command(BaseCommand):
    """Send the messages that are due and forget what is over."""

    help = "Send the messages that are due and forget what is over, once."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Do one round and say what it did."""
        done = run_due(now=clock.now(), desk_now=clock.desk_now())
        self.stdout.write(f"messages tried: {done.messages_tried}")
        for name, count in asdict(done.forgotten).items():
            self.stdout.write(f"{name}: {count}")
