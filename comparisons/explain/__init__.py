"""Which rule is wrong? The adjoint of every value on a tape, library beside library, and the first that differs."""
