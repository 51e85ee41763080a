INSERT INTO t VALUES
  (1, '订单'),
  (2, 'order');
