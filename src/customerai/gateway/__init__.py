"""The front door: who may call, how often, and where the call goes."""
