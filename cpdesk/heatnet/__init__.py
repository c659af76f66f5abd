"""Heating networks: heat lost by pipes on their way. Pure calculation; figures of pipes and ground are passed in."""
