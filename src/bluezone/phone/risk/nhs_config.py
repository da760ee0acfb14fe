"""Parameters of the NHS COVID-19 distance and risk model; all were served as policy.

Source: `spec/exposure.md` sections 5.1 and 5.2. Member names are those of the vectors. The
surprising decision: the published example is a mock of the app, since the threshold in
production is not public; a policy that uses this model should set its own.
"""

from typing import Final, Literal

import msgspec

from bluezone.phone.risk.policy_types import require

_LARGEST: Final = 1e6
"""No parameter in use is beyond it, nor nearer to zero than its inverse."""


class NhsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Emission, motion, prior and threshold (5.1, 5.2).

    Attributes:
        sample_resolution: length of a step, seconds.
        expected_distance: standard deviation of the motion in a step, metres.
        minimum_distance: nearer than this counts as this, metres.
        rssi_weight_coefficient: slope w of the logarithm of attenuation.
        rssi_intercept: its value b at 1 m.
        rssi_covariance: variance r of its noise.
        wavelength: metres, for observation type `gen`.
        path_loss_factor: dB a decade, for `gen`.
        ref_device_loss: dB, for `gen`.
        observation_type: `log` or `gen`.
        initial_mean: prior distance, metres.
        initial_covariance: its variance, square metres.
        alpha: spread of the sigma points.
        beta: their prior knowledge of the distribution.
        kappa: their second spread.
        infectiousness_weights: of none, standard, high.
        risk_threshold: from this risk (in weighted seconds) a window is risky.
        max_age_days: older windows are not judged; 14, the retention (2.1).
    """

    sample_resolution: float = 1.0
    expected_distance: float = 0.1
    minimum_distance: float = 1.0
    rssi_weight_coefficient: float = 0.1270547531082051
    rssi_intercept: float = 4.2309333657856945
    rssi_covariance: float = 0.4947614361027773
    wavelength: float = 0.125
    path_loss_factor: float = 20.0
    ref_device_loss: float = 0.0
    observation_type: Literal["log", "gen"] = "log"
    initial_mean: float = 2.0
    initial_covariance: float = 10.0
    alpha: float = 1.0
    beta: float = 0.0
    kappa: float = 0.0
    infectiousness_weights: tuple[float, float, float] = (0.0, 0.4, 1.0)
    risk_threshold: float = 120.0
    max_age_days: int = 14

    def __post_init__(self) -> None:
        numbers = [value for value in msgspec.structs.astuple(self) if isinstance(value, float)]
        require(all(abs(number) <= _LARGEST for number in numbers), "numbers must be moderate")
        # Half a second a step keeps a window of 30 minutes and its tail within 10,000 steps.
        require(self.sample_resolution >= 0.5, "a step must last at least 0.5 s")
        positive = (
            self.expected_distance,
            self.minimum_distance,
            self.rssi_covariance,
            self.wavelength,
            self.initial_mean,
            self.initial_covariance,
            self.alpha,
        )
        require(
            all(number >= 1 / _LARGEST for number in positive),
            "distances and variances must be positive",
        )
        require(self.kappa > -3, "kappa must be above -3")
        weights = self.infectiousness_weights
        require(all(0 <= weight <= 1 for weight in weights), "infectiousness weighs 0 to 1")
        require(self.risk_threshold > 0, "the risk threshold must be positive")
        require(1 <= self.max_age_days <= 14, "windows are kept 1 to 14 days")
