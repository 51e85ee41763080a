-- The sample shop: one big table, and beside it one small table of every kind that a preflight has to tell apart.

DROP DATABASE IF EXISTS `shop`;
CREATE DATABASE `shop` DEFAULT CHARACTER SET utf8mb4;
USE `shop`;

CREATE TABLE `customers` (
  `id` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  `name` VARCHAR(64) NOT NULL,
  `email` VARCHAR(120) NOT NULL,
  `phone` VARCHAR(32) DEFAULT NULL,
  `city` VARCHAR(64) NOT NULL,
  `created_at` DATETIME NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uk_email` (`email`)
) ENGINE=InnoDB COMMENT='客户';

-- The table to change. No foreign key on purpose: the pair below has one.
CREATE TABLE `orders` (
  `id` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  `customer_id` BIGINT UNSIGNED NOT NULL,
  `order_no` VARCHAR(32) NOT NULL,
  `status` VARCHAR(16) NOT NULL DEFAULT 'new',
  `amount` DECIMAL(12,2) NOT NULL DEFAULT '0.00',
  `note` VARCHAR(255) DEFAULT NULL COMMENT '备注',
  `address` VARCHAR(255) NOT NULL,
  `created_at` DATETIME NOT NULL,
  `updated_at` TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB COMMENT='订单';

CREATE TABLE `categories` (
  `id` INT UNSIGNED NOT NULL AUTO_INCREMENT,
  `parent_id` INT UNSIGNED DEFAULT NULL,
  `name` VARCHAR(64) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_parent` (`parent_id`)
) ENGINE=InnoDB COMMENT='商品分类';

-- Parent and child: pt-online-schema-change needs a foreign-key method for `invoices`.
CREATE TABLE `invoices` (
  `id` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  `order_id` BIGINT UNSIGNED NOT NULL,
  `title` VARCHAR(120) NOT NULL,
  `issued_on` DATE NOT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_order` (`order_id`)
) ENGINE=InnoDB;

CREATE TABLE `invoice_lines` (
  `id` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  `invoice_id` BIGINT UNSIGNED NOT NULL,
  `description` VARCHAR(200) NOT NULL,
  `amount` DECIMAL(12,2) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `idx_invoice` (`invoice_id`),
  CONSTRAINT `fk_invoice_lines_invoice` FOREIGN KEY (`invoice_id`) REFERENCES `invoices` (`id`)
) ENGINE=InnoDB;

CREATE TABLE `legacy_log` (
  `id` INT UNSIGNED NOT NULL AUTO_INCREMENT,
  `message` VARCHAR(200) NOT NULL,
  `logged_at` DATETIME NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=MyISAM;

CREATE TABLE `event_raw` (
  `source` VARCHAR(32) NOT NULL,
  `payload` TEXT NOT NULL,
  `received_at` DATETIME NOT NULL
) ENGINE=InnoDB COMMENT='no key at all';

CREATE TABLE `stock` (
  `sku` VARCHAR(32) NOT NULL,
  `quantity` INT NOT NULL,
  `changes` INT UNSIGNED NOT NULL DEFAULT '0',
  PRIMARY KEY (`sku`)
) ENGINE=InnoDB;

CREATE TRIGGER `stock_count_changes` BEFORE UPDATE ON `stock`
  FOR EACH ROW SET NEW.`changes` = OLD.`changes` + 1;

CREATE VIEW `v_orders` AS
  SELECT o.`id`, o.`order_no`, o.`status`, o.`amount`, c.`name` AS `customer`
  FROM `orders` o JOIN `customers` c ON c.`id` = o.`customer_id`;
