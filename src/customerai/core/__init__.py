"""What every service stands on: settings, errors, ids, database, events, keys, audit, telemetry."""
