-- The engine that a connection's runs work on, where it is not the one of the settings.
ALTER TABLE connections ADD COLUMN docker_host TEXT;
