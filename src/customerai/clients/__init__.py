"""The service contracts spoken over HTTP: a service in another process, as if it were here."""
