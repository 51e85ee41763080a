-- The accounts of the sandbox, for MySQL and MariaDB alike. {name} stands for the password of that account in settings.sh.
-- Running it again is harmless: it states what is wanted and changes nothing else.

CREATE USER IF NOT EXISTS 'root'@'%' IDENTIFIED BY '{root}';
GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION;

-- What pt-online-schema-change needs and no more: no SUPER, and nothing on other schemas. MariaDB alone reads the inside
-- of a comment that begins with M!, and alone has that privilege.
CREATE USER IF NOT EXISTS 'mysqler'@'%' IDENTIFIED BY '{mysqler}';
GRANT PROCESS, REPLICATION SLAVE, REPLICATION CLIENT /*M!100509 , SLAVE MONITOR */ ON *.* TO 'mysqler'@'%';
GRANT ALL PRIVILEGES ON `shop`.* TO 'mysqler'@'%';
GRANT ALL PRIVILEGES ON `mysqler\_test%`.* TO 'mysqler'@'%';
GRANT SELECT ON `performance_schema`.* TO 'mysqler'@'%';

-- The same rights behind a password that breaks careless quoting.
CREATE USER IF NOT EXISTS 'tricky'@'%' IDENTIFIED BY '{tricky}';
GRANT PROCESS, REPLICATION SLAVE, REPLICATION CLIENT /*M!100509 , SLAVE MONITOR */ ON *.* TO 'tricky'@'%';
GRANT ALL PRIVILEGES ON `shop`.* TO 'tricky'@'%';
GRANT ALL PRIVILEGES ON `mysqler\_test%`.* TO 'tricky'@'%';
GRANT SELECT ON `performance_schema`.* TO 'tricky'@'%';

-- A DBA's own: those rights, and the one to keep a session out of the binary log, whose name differs between the two.
CREATE USER IF NOT EXISTS 'dba'@'%' IDENTIFIED BY '{dba}';
GRANT PROCESS, REPLICATION SLAVE, REPLICATION CLIENT /*M!100509 , SLAVE MONITOR */ ON *.* TO 'dba'@'%';
GRANT ALL PRIVILEGES ON `shop`.* TO 'dba'@'%';
GRANT SELECT ON `performance_schema`.* TO 'dba'@'%';
SET @privilege = IF(VERSION() LIKE '%MariaDB%', 'BINLOG ADMIN', 'SESSION_VARIABLES_ADMIN');
SET @statement = CONCAT('GRANT ', @privilege, ' ON *.* TO dba');
PREPARE statement FROM @statement;
EXECUTE statement;
DEALLOCATE PREPARE statement;

-- The application that writes while a table is being changed.
CREATE USER IF NOT EXISTS 'app'@'%' IDENTIFIED BY '{app}';
GRANT SELECT, INSERT, UPDATE, DELETE ON `shop`.* TO 'app'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON `mysqler\_test%`.* TO 'app'@'%';

-- Can look, and lacks everything that a change needs.
CREATE USER IF NOT EXISTS 'limited'@'%' IDENTIFIED BY '{limited}';
GRANT SELECT ON `shop`.* TO 'limited'@'%';
