"""Where campaigns, leads, attempts and CDRs are kept: in memory, in SQLite or in PostgreSQL, behind one port."""
