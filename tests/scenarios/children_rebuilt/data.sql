INSERT INTO t VALUES (1), (2);
INSERT INTO child VALUES (1, 1), (2, 2), (3, 2);
