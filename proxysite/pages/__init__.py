"""Pages of the admin that need the service itself: trying a backend or a mapping, and where a request would go."""
