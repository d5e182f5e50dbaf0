"""Another server for the same contract: slow, plain, and written without the first one.

It keeps Stripe's objects in a dictionary, walks from one to the next in Python, and lets graphql-core do the rest. All
that it shares with the product is the text of the contract. What both answer alike is right, or thought wrong twice.
"""
