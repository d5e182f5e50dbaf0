"""The contract as far as the benchmark asks, in the usual way: Strawberry, resolvers, ORM objects, DataLoader."""
