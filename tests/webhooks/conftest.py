from tests.resolvers.conftest import anyio_backend, sandbox_url, shop

__all__ = ["anyio_backend", "sandbox_url", "shop"]
