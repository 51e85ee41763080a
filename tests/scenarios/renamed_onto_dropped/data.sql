INSERT INTO t VALUES (1, 10, 11, 'x'), (2, 20, 21, 'y'), (3, 30, 31, NULL);
