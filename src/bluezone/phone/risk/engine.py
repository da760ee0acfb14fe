"""Batches of diagnosis keys against what was heard: results are stored once.

Source: `spec/exposure.md` sections 2.3 and 2.7. The surprising decision of the original,
kept: a key that has a result is never matched again, only its report type may change,
and only once. Day keys of the 12-byte scheme follow the same steps without the old score.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bluezone.phone.risk.bluezone_sightings import evaluate_day_key
from bluezone.phone.risk.engine_state import EngineConfig, EngineState, StoredResult, changed
from bluezone.phone.risk.matched_key import MatchedKey
from bluezone.phone.risk.sightings import SightingIndex, select_sightings
from bluezone.phone.risk.v1 import evaluate_v1
from bluezone.phone.risk.v1_records import V1Result
from bluezone.phone.risk.windows import EvaluatedSighting, ExposureWindow, build_windows
from bluezone.phone.sighting import Scheme
from bluezone.protocol.diagnosis_key import DayKeyEntry, DiagnosisKey, ReportType
from bluezone.protocol.en.tek import ROLLING_PERIOD
from bluezone.protocol.errors import InvalidKeyError


class ExposureEngine:
    """Turns batches of keys into stored results; its state is explicit."""

    def __init__(self, config: EngineConfig, state: EngineState | None = None) -> None:
        self._config = config
        self.state = EngineState() if state is None else state

    def provide(self, keys: Iterable[DiagnosisKey], index: SightingIndex, *, now: int) -> int:
        """Match a batch of `en` keys and return how many new ones matched.

        Args:
            keys: in order; a key twice in a batch counts once.
            index: what was heard.
            now: Unix seconds.

        Raises:
            InvalidKeyError: a period is above 144 or a key cannot be expanded.
        """
        return sum(self._provide_one(key, index, now) for key in keys)

    def provide_day_keys(self, matches: Iterable[MatchedKey]) -> int:
        """Take in matched day keys and return how many new ones have a valid sighting."""
        return sum(self._provide_day_key(match) for match in matches)

    @property
    def windows(self) -> tuple[ExposureWindow, ...]:
        """Windows of all keys; an app must not learn which key is whose."""
        return tuple(w for result in self.state.results.values() for w in result.windows)

    def forget_before(self, day: int) -> None:
        """Drop windows that began before day number `day` and results left without any.

        A key forgotten so may be matched again if it is published again; its sightings
        are then as old as its windows were, and gone.
        """
        for key, result in list(self.state.results.items()):
            kept = tuple(window for window in result.windows if window.day >= day)
            if kept:
                self.state.results[key] = replace(result, windows=kept)
            else:
                del self.state.results[key]
                self.state.periods.pop(key, None)

    def _provide_one(self, key: DiagnosisKey, index: SightingIndex, now: int) -> bool:
        if key.key in self.state.results:
            self._transition(key)
            return False
        if self._period_changed(key) or not self._is_matched(key.report_type):
            return False
        self._remember_period(key, index)
        system = self._config.system
        aggregated = select_sightings(key, index, system, aggregate=True)
        v1 = evaluate_v1(key, aggregated, self._config.v1, constants=system.v1, now=now)
        if v1 is None:
            return False
        sightings = select_sightings(key, index, system, aggregate=False)
        self._store(key, sightings, Scheme.EN, v1=v1)
        return True

    def _provide_day_key(self, match: MatchedKey) -> bool:
        key = match.key
        if not isinstance(key, DayKeyEntry):
            raise InvalidKeyError("a day key was expected")
        if key.key in self.state.results:
            self._transition(key)
            return False
        if not self._is_matched(key.report_type):
            return False
        sightings = evaluate_day_key(match, self._config.calibration, self._config.system)
        if not sightings:
            return False
        self._store(key, sightings, Scheme.BLUEZONE)
        return True

    def _store(
        self,
        key: DiagnosisKey | DayKeyEntry,
        sightings: Sequence[EvaluatedSighting],
        scheme: Scheme,
        *,
        v1: V1Result | None = None,
    ) -> None:
        mapping = self._config.mapping
        report_type = mapping.report_type(key.report_type)
        windows = build_windows(
            sightings,
            report_type=report_type,
            infectiousness=mapping.infectiousness(key.days_since_onset),
            scheme=scheme,
            system=self._config.system,
        )
        self.state.results[key.key] = StoredResult(report_type, windows, v1)

    def _is_matched(self, report_type: int) -> bool:
        if report_type == ReportType.RECURSIVE:
            return self._config.system.recursive_allowed
        if report_type == ReportType.REVOKED:
            return self._config.system.revoked_stored
        return report_type < ReportType.REVOKED

    def _period_changed(self, key: DiagnosisKey) -> bool:
        earlier = self.state.periods.get(key.key, key.period)
        return self._config.system.skip_changed_period and earlier != key.period

    def _remember_period(self, key: DiagnosisKey, index: SightingIndex) -> None:
        """Note the period if any identifier the key could have had was heard validly."""
        if key.period > ROLLING_PERIOD:
            return
        whole = replace(key, period=ROLLING_PERIOD)
        if select_sightings(whole, index, self._config.system, aggregate=False):
            self.state.periods.setdefault(key.key, key.period)

    def _transition(self, key: DiagnosisKey | DayKeyEntry) -> None:
        """Change the report type of a stored result where that is allowed (2.7)."""
        self.state.results[key.key] = changed(
            self.state.results[key.key],
            self._config.mapping.report_type(key.report_type),
            self._config.system.transitions_allowed,
        )
