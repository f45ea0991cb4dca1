"""The only place that makes sentences for people and draws."""
