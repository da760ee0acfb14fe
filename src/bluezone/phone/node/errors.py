"""What can be wrong with a node's configuration."""

from bluezone.phone.errors import PhoneError


class InvalidNodeConfigError(PhoneError):
    """A duty cycle or another number of the configuration is out of bounds."""

    code = "invalid_node_config"
