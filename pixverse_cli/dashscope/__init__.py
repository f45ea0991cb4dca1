"""The service, over requests; wire shapes stay inside."""
