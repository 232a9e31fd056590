-- Clients that the configuration names: nobody else changes them.
ALTER TABLE clients ADD COLUMN configured INTEGER NOT NULL DEFAULT 0;
