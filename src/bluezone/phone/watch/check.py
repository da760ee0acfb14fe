"""One look at the servers: fetch new files, match, judge all that is known, tell once.

Sources: DESIGN "How a warning flows" step 5; `spec/exposure.md`. The surprising decision:
the judgement is made anew from all matched keys each time, so that a kill between two steps
changes nothing and a later sighting of an earlier key still counts.

Everything is local except the fetch, and the fetch sends nothing about this phone.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bluezone.phone.contact_log import ContactLog
from bluezone.phone.fetch import Fetcher, FetchReport, VerifiedFile
from bluezone.phone.matching import (
    DayKeyArrays,
    EnKeyArrays,
    Matcher,
    ReferenceMatcher,
    SightingArrays,
    group_matches,
)
from bluezone.phone.matching.tolerance import SlotTolerance
from bluezone.phone.node.check import CheckReport
from bluezone.phone.node.events import Warned
from bluezone.phone.risk import Assessment, MatchedKey, RiskConfig, assess
from bluezone.phone.sighting import Scheme
from bluezone.phone.watch.exposures import ExposureStore
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey


@dataclass(frozen=True, slots=True)
class WatchReport:
    """What one look found.

    Attributes:
        fetched: what the fetch did.
        matched: keys of the new files that were heard.
        assessment: the judgement over everything known.
        is_new: the owner has not been told of this before.
    """

    fetched: FetchReport
    matched: int
    assessment: Assessment
    is_new: bool


class Watch:
    """Fetches, matches, judges; tells `on_warning` of each new exposure once."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        contact_log: ContactLog,
        exposures: ExposureStore,
        config: RiskConfig,
        on_warning: Callable[[Assessment], None] = lambda _assessment: None,
        matcher: Matcher | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._log = contact_log
        self._exposures = exposures
        self._config = config
        self._on_warning = on_warning
        self._matcher = ReferenceMatcher() if matcher is None else matcher
        self._matched = 0
        self._heard: dict[Scheme, SightingArrays] = {}
        self._lock = threading.Lock()  # the node looks while the status page asks

    def check(self, now: int) -> WatchReport:
        """Look once; `on_warning` is called from here if there is something new.

        Args:
            now: Unix seconds.

        Raises:
            StoreError: the phone's memory cannot be used.
        """
        with self._lock:
            return self._check(now)

    def _check(self, now: int) -> WatchReport:
        self._matched = 0
        self._heard.clear()  # read the log once a look, not once a file
        self._exposures.forget_before(now)
        fetched = self._fetcher.fetch(now, self._keep_matching)
        assessment = self._judge(now)
        self._heard.clear()
        is_new = self._tell(assessment, now)
        return WatchReport(fetched, self._matched, assessment, is_new)

    def judge(self, now: int) -> Assessment:
        """Return the judgement over everything known, without asking any server."""
        with self._lock:
            self._heard.clear()
            return self._judge(now)

    def _judge(self, now: int) -> Assessment:
        en, day_keys = self._exposures.en_keys(), self._exposures.day_keys()
        matches = self._match(en, day_keys)
        return assess(matches, config=self._config, now=now)

    def _keep_matching(self, file: VerifiedFile) -> None:
        content = file.export
        matches = self._match(
            [*content.keys, *content.revised_keys],
            [*content.day_keys, *content.revised_day_keys],
        )
        self._exposures.add(match.key for match in matches)
        self._matched += len(matches)

    def _match(self, en: list[DiagnosisKey], day_keys: list[DayKeyEntry]) -> list[MatchedKey]:
        return [*self._match_en(en), *self._match_day_keys(day_keys)]

    def _match_en(self, keys: list[DiagnosisKey]) -> Iterable[MatchedKey]:
        if not keys:
            return []
        heard = self._sightings(Scheme.EN)
        return group_matches(self._matcher.match_en(EnKeyArrays.of(keys), heard), keys, heard)

    def _match_day_keys(self, keys: list[DayKeyEntry]) -> Iterable[MatchedKey]:
        if not keys:
            return []
        heard = self._sightings(Scheme.BLUEZONE)
        arrays = DayKeyArrays.of(keys)
        found = self._matcher.match_day_keys(arrays, heard, tolerance=SlotTolerance())
        return group_matches(found, keys, heard)

    def _sightings(self, scheme: Scheme) -> SightingArrays:
        if scheme not in self._heard:
            self._heard[scheme] = self._log.sightings(scheme)
        return self._heard[scheme]

    def _tell(self, assessment: Assessment, now: int) -> bool:
        """Tell the owner if this is new; noted afterwards, so that a kill repeats, not loses."""
        day, level = assessment.most_recent_day, level_name(assessment)
        if day is None or self._exposures.was_told(day, level):
            return False
        self._on_warning(assessment)
        self._exposures.note_told(day, level, now)
        return True


def level_name(assessment: Assessment) -> str:
    """Return `none`, `low` or `high`."""
    return assessment.level.name.lower()


class NodeCheck:
    """A `Watch` as the node asks for it: in a thread, so that the radio goes on."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    async def check(self, now: int) -> CheckReport:
        """Look once.

        Raises:
            BluezoneError: it failed; nothing is lost, try again next time.
        """
        report = await asyncio.to_thread(self.watch.check, now)
        return CheckReport(
            files=len(report.fetched.handled),
            keys=report.fetched.keys,
            matched=report.matched,
            warned=_warned(report.assessment, now) if report.is_new else None,
        )


def _warned(assessment: Assessment, now: int) -> Warned:
    return Warned(now, level_name(assessment), assessment.most_recent_day, assessment.minutes)
