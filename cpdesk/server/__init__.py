"""The district server: orders the operations of every township's stream and keeps the photographs."""
