INSERT INTO t (id, email) VALUES (1, 'A'), (2, 'B');
