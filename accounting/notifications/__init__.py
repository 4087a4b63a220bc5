"""Telling people what happened: events → deliveries → webhooks and e-mail."""
