"""Staff: who may sign in, what each role may do, sessions and their limits."""
