INSERT INTO parent VALUES (1), (2);
INSERT INTO t VALUES
  (1, 1),
  (2, 2);
