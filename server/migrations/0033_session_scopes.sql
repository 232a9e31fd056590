-- All sessions at a client, and all of a sign-in before a moment, are ended by one call.
CREATE INDEX client_sessions_client ON client_sessions (client, session);
CREATE INDEX sessions_auth_time ON sessions (auth_time);
