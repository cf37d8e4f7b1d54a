"""No header is believed."""

from configurations.proxy_fix import create as create_with


def create():
    return create_with(x_for=0, x_proto=0)
