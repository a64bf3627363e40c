"""Subscriptions, matching, rendering and sending of digests."""
