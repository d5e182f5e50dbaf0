from tests.resolvers.reading.conftest import executor, on_sqlite

__all__ = ["executor", "on_sqlite"]
