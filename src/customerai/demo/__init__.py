"""600 crowd-sourced conversations and a help centre, loaded through the front door."""
