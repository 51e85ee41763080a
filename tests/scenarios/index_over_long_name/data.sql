INSERT INTO t VALUES
  (1, 'Alexandra'),
  (2, '订单');
