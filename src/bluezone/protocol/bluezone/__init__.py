"""The published 12-byte identifier scheme of Bluezone, and our fresh day keys for it."""
