INSERT INTO t VALUES
  (1, '订单'),
  (2, 'order'),
  (3, 'café');
