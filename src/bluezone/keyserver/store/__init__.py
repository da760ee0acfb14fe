"""The key server's database: engine, writer thread, migrations."""
