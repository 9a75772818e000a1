"""Whether automated decisions treat groups alike: counted as they are made, with intervals."""
