-- The SSH tunnel of a connection as JSON; its passphrase or password is in `vault`, field `ssh_secret`.
ALTER TABLE connections ADD COLUMN tunnel TEXT;
