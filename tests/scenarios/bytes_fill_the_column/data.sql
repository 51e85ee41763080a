INSERT INTO t VALUES (1, 'abcdefgh'), (2, 'ABCDEFGH'), (3, NULL);
