INSERT INTO t VALUES (1, 'abcdefgh'), (2, 'abc'), (3, NULL);
