-- Rows of every table but `orders`. Each value follows from its number, so every sandbox holds the same rows.

USE `shop`;

INSERT INTO `customers` (`id`, `name`, `email`, `phone`, `city`, `created_at`)
WITH d AS (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
           UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9),
     numbers AS (SELECT 1 + a.n + 10 * b.n + 100 * c.n + 1000 * e.n + 10000 * f.n AS id
                 FROM d a, d b, d c, d e, d f WHERE f.n < 2)
SELECT id,
       CONCAT(ELT(1 + id % 8, '王', '李', 'Maria ', '张', 'John ', '陈', 'Søren ', '林'),
              ELT(1 + CRC32(id) % 8, '伟', '芳', 'García', '娜', 'Miller', '晓明', 'Ødegård', '静')),
       CONCAT('customer', id, '@example.com'),
       CONCAT('+86 1', LPAD(CRC32(id * 7) % 10000000000, 10, '0')),
       ELT(1 + CRC32(id * 3) % 6, '上海', '北京', 'Berlin', '深圳', 'São Paulo', '成都'),
       TIMESTAMP('2021-01-01') + INTERVAL (CRC32(id * 11) % 100000000) SECOND
FROM numbers ORDER BY id;

INSERT INTO `categories` (`id`, `parent_id`, `name`) VALUES
  (1, NULL, '图书 📚'), (2, NULL, '数码'), (3, NULL, '家居'), (4, 1, '小说'), (5, 1, '技术'), (6, 2, '手机 📱'),
  (7, 2, '相机'), (8, 3, '厨房'), (9, 3, '灯具 💡'), (10, 5, '数据库');

INSERT INTO `invoices` (`id`, `order_id`, `title`, `issued_on`)
SELECT id, id * 10, CONCAT('发票 ', LPAD(id, 6, '0')), DATE('2024-01-01') + INTERVAL (id % 365) DAY
FROM `customers` WHERE id <= 500;

INSERT INTO `invoice_lines` (`invoice_id`, `description`, `amount`)
SELECT i.id, CONCAT('Line ', c.id, ' of invoice ', i.id), (CRC32(i.id * 10 + c.id) % 100000) / 100
FROM `invoices` i JOIN `categories` c ON c.id <= 3 ORDER BY i.id, c.id;

INSERT INTO `legacy_log` (`message`, `logged_at`)
SELECT CONCAT('旧系统日志 ', id), TIMESTAMP('2019-06-01') + INTERVAL id MINUTE FROM `customers` WHERE id <= 1000;

INSERT INTO `event_raw` (`source`, `payload`, `received_at`)
SELECT ELT(1 + id % 3, 'web', 'app', 'pos'), CONCAT('{"n": ', id, '}'), TIMESTAMP('2025-01-01') + INTERVAL id SECOND
FROM `customers` WHERE id <= 1000;

INSERT INTO `stock` (`sku`, `quantity`)
SELECT CONCAT('SKU-', LPAD(id, 5, '0')), CRC32(id) % 500 FROM `customers` WHERE id <= 200;
