"""Two proxies, which set all headers."""

from configurations.proxy_fix import create as create_with


def create():
    return create_with(x_for=2, x_proto=1, x_host=1, x_port=1, x_prefix=1)
