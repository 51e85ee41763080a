INSERT INTO t VALUES (1, 10, 'x'), (2, 10, 'y'), (3, 30, NULL);
