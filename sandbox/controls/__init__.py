"""What a person or a test can do to the sandbox besides Stripe's API, a noun a file; the pages call the same verbs."""
