"""`load_facts`: the counts, rates and denominators of 2019 to 2021 that the package carries."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bluezone.portal import clock
from bluezone.portal.campaign.figures.facts import load_facts


class Command(BaseCommand):
    """Load the facts; can be run twice."""

    help = "Load published counts, rates and denominators; adds nothing the second time."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the last day."""
        parser.add_argument("--until", type=dt.date.fromisoformat, help="leave out later days")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load and say how much."""
        done = load_facts(now=clock.now(), until=options["until"])
        line = f"{done.figures} figures, {done.rates} rates, {done.denominators} denominators"
        self.stdout.write(line)
