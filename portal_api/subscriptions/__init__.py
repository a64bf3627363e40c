"""Subscriptions: asked for, confirmed, managed and ended by link, without an account."""
