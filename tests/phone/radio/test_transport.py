import asyncio
import errno

import pytest

from bluezone.phone.radio import bumble_radio
from bluezone.phone.radio.errors import (
    BadTransportError,
    ControllerBusyError,
    ControllerSilentError,
    NoControllerError,
    NoPermissionError,
    PoweredOffError,
    RadioError,
    TransportMissingError,
)
from bluezone.phone.radio.hci_socket import check_hci_socket, controllers_there
from bluezone.phone.radio.transport import checked_name, real_radio
from bluezone.phone.radio.transport_faults import translated


def opened(name):
    async def main():
        await real_radio(name).open()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("name", "bumble_name"),
    [
        ("hci-socket:0", "hci-socket:0"),
        ("hci-socket", "hci-socket"),
        ("usb:0", "usb:0"),
        ("usb:[driver=rtk]0", "usb:[driver=rtk]0"),
        ("usb:0a12:0001/00E04C", "usb:0a12:0001/00E04C"),
        ("serial:/dev/ttyUSB0,115200,rtscts", "serial:/dev/ttyUSB0,115200,rtscts"),
        ("tcp:127.0.0.1:9000", "tcp-client:127.0.0.1:9000"),
        ("tcp-server:_:9000", "tcp-server:_:9000"),
        ("ws:ws://localhost:7300/", "ws-client:ws://localhost:7300/"),
        ("android-netsim", "android-netsim"),
    ],
)
def test_every_transport_of_bumble_may_be_named(name, bumble_name):
    assert checked_name(name) == bumble_name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "bluetooth",
        "hci-socket:x",
        "hci-socket:-1",
        "usb",
        "usb:zz",
        "usb:12345:1",
        "serial",
        "serial:/dev/ttyS0,fast",
        "tcp:127.0.0.1",
        "tcp:127.0.0.1:port",
        "udp:127.0.0.1:1",
        "file:",
    ],
)
def test_a_malformed_name_is_refused_with_examples(name):
    with pytest.raises(BadTransportError) as refused:
        real_radio(name)
    assert refused.value.code == "radio_bad_transport"
    assert "hci-socket" in str(refused.value)


@pytest.mark.parametrize(
    "name",
    [
        "hci-socket:4095",
        "usb:ffff:fffe",
        "serial:/nowhere/ttyUSB9",
        "tcp:127.0.0.1:1",
        "file:/nowhere/hci",
        "serial:/dev/null",
    ],
)
def test_a_controller_that_is_not_there_is_said_to_be_missing(name):
    with pytest.raises(NoControllerError) as missing:
        opened(name)
    assert missing.value.code == "radio_no_controller"
    assert "--transport virtual" in str(missing.value)


def test_a_controller_that_never_answers_is_silent(monkeypatch):
    monkeypatch.setattr(bumble_radio, "COMMAND_LIMIT_S", 0.05)

    async def main():
        hung_up = asyncio.Event()

        async def mute(reader, writer):
            await reader.read()
            writer.close()
            await writer.wait_closed()
            hung_up.set()

        server = await asyncio.start_server(mute, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ControllerSilentError) as silent:
            await real_radio(f"tcp:127.0.0.1:{port}").open()
        await hung_up.wait()
        server.close()
        await server.wait_closed()
        return silent.value.code

    assert asyncio.run(main()) == "radio_no_answer"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EPERM, NoPermissionError),
        (errno.EACCES, NoPermissionError),
        (errno.EBUSY, ControllerBusyError),
        (132, PoweredOffError),
        (errno.ENODEV, NoControllerError),
        (errno.ECONNREFUSED, NoControllerError),
        (errno.EAFNOSUPPORT, TransportMissingError),
        (errno.EIO, NoControllerError),
    ],
)
def test_an_error_number_becomes_advice(number, kind):
    error = translated(OSError(number, "text"), "hci-socket:0")
    assert type(error) is kind
    assert "hci-socket:0" in str(error)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("USBErrorAccess", NoPermissionError),
        ("USBErrorBusy", ControllerBusyError),
        ("USBErrorNoDevice", NoControllerError),
        ("USBErrorOther", NoControllerError),
    ],
)
def test_an_error_of_libusb_becomes_advice(name, kind):
    error = type(name, (Exception,), {})()
    assert type(translated(error, "usb:0")) is kind


def test_a_missing_package_is_named():
    error = translated(ImportError("no", name="usb1"), "usb:0")
    assert isinstance(error, TransportMissingError)
    assert "usb1" in str(error)


def test_every_error_has_a_code_of_its_own():
    kinds = RadioError.__subclasses__()
    assert len({kind.code for kind in kinds} | {RadioError.code}) == len(kinds) + 1
    assert all(kind.code.startswith("radio_") for kind in kinds)


@pytest.fixture
def system(tmp_path):
    """Make a /sys with controllers, their switches and USB dongles."""

    def make(controllers=(), dongles=()):
        for name, soft in controllers:
            folder = tmp_path / "class" / "bluetooth" / name
            (folder / "rfkill0").mkdir(parents=True)
            (folder / "rfkill0" / "soft").write_text(f"{soft}\n")
            (folder / "rfkill0" / "hard").write_text("0\n")
            (folder.parent / f"{name}:1").mkdir()  # a connection, not a controller
        for number, (vendor, product, kind) in enumerate(dongles):
            devices = tmp_path / "bus" / "usb" / "devices"
            (devices / f"1-{number}").mkdir(parents=True)
            (devices / f"1-{number}" / "idVendor").write_text(f"{vendor}\n")
            (devices / f"1-{number}" / "idProduct").write_text(f"{product}\n")
            interface = devices / f"1-{number}:1.0"
            interface.mkdir()
            for name, value in zip(("Class", "SubClass", "Protocol"), kind, strict=True):
                (interface / f"bInterface{name}").write_text(f"{value}\n")
        return tmp_path

    return make


def test_the_controllers_of_a_machine_are_listed(system):
    root = system(
        controllers=[("hci0", 0), ("hci1", 1)],
        dongles=[("0a12", "0001", ("e0", "01", "01")), ("046d", "c31c", ("03", "01", "01"))],
    )
    assert [(found.transport, found.state) for found in controllers_there(root)] == [
        ("hci-socket:0", "ready"),
        ("hci-socket:1", "blocked"),
        ("usb:0a12:0001", "usb"),
    ]


def test_a_machine_without_bluetooth_has_no_controllers(tmp_path):
    assert controllers_there(tmp_path) == []


def test_a_blocked_controller_is_said_to_be_switched_off(system):
    root = system(controllers=[("hci0", 1)])
    with pytest.raises(PoweredOffError, match="rfkill unblock"):
        check_hci_socket(0, root)


def test_another_number_is_answered_with_what_is_there(system):
    root = system(controllers=[("hci0", 0)])
    with pytest.raises(NoControllerError, match="there is hci0"):
        check_hci_socket(1, root)
