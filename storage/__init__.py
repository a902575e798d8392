"""Everything that is kept: messages, readings, register, outbox, history. The only place that knows SQLAlchemy."""
