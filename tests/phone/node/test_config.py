import pytest

from bluezone.phone.node import DutyCycle, NodeConfig
from bluezone.phone.node.errors import InvalidNodeConfigError
from bluezone.phone.sighting import Scheme


def test_the_defaults_are_those_of_the_published_app():
    config = NodeConfig()
    assert (config.advertise, config.scan) == (DutyCycle(15, 15), DutyCycle(40, 260))
    assert config.iphone_limit_s == 10.0
    assert config.schemes == (Scheme.BLUEZONE, Scheme.EN)


@pytest.mark.parametrize(
    "change",
    [
        {"dwell_s": 0.1},
        {"dwell_s": 61.0},
        {"dwell_s": float("nan")},
        {"tx_power_dbm": -51},
        {"tx_power_dbm": 21},
        {"confidence": 4},
        {"rssi_correction_db": 41},
        {"iphone_limit_s": 0.5},
        {"check_every_s": 59.0},
        {"schemes": (Scheme.EN, Scheme.EN)},
    ],
    ids=str,
)
def test_a_setting_out_of_bounds_is_refused(change):
    with pytest.raises(InvalidNodeConfigError):
        NodeConfig(**change)
