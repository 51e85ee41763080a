//! Tables with clean rows, rows that a change would lose, and the change.

use mysqler_contract::Severity;
use mysqler_tests::sandbox::Server;

pub struct Case {
    pub code: &'static str,
    pub severity: Severity,
    /// Columns beside `id INT PRIMARY KEY AUTO_INCREMENT`.
    pub columns: &'static str,
    /// The column that rows are given by.
    pub into: &'static str,
    /// VALUES of rows that survive.
    pub clean: &'static str,
    /// VALUES of rows that do not.
    pub offending: &'static str,
    pub clause: &'static str,
    /// `None`: both servers.
    pub only: Option<Server>,
}

const fn case(
    code: &'static str,
    (into, columns): (&'static str, &'static str),
    (clean, offending): (&'static str, &'static str),
    clause: &'static str,
) -> Case {
    Case {
        code,
        severity: Severity::Block,
        columns,
        into,
        clean,
        offending,
        clause,
        only: None,
    }
}

const fn mysql(case: Case) -> Case {
    Case {
        only: Some(Server::Primary),
        ..case
    }
}

const fn told_as(severity: Severity, case: Case) -> Case {
    Case { severity, ..case }
}

pub const CASES: &[Case] = &[
    case(
        "DUPLICATES_UNDER_UNIQUE",
        ("email", "email VARCHAR(100)"),
        ("('a'), ('b'), (NULL), (NULL)", "('A')"),
        "ADD UNIQUE KEY u (email)",
    ),
    case(
        "DUPLICATES_UNDER_UNIQUE",
        ("email", "email VARCHAR(100), KEY i (email)"),
        ("('a'), ('b'), (NULL), (NULL)", "('b'), ('b')"),
        "ADD UNIQUE KEY u (email)",
    ),
    case(
        "DUPLICATES_UNDER_UNIQUE",
        ("note", "note TEXT"),
        ("('aaaa1'), ('bbbb1')", "('aaaa2')"),
        "ADD UNIQUE KEY u (note(4))",
    ),
    mysql(case(
        "DUPLICATES_UNDER_UNIQUE",
        ("email", "email VARCHAR(50) COLLATE utf8mb4_bin"),
        ("('a'), ('b')", "('A')"),
        "ADD UNIQUE KEY u ((LOWER(email)))",
    )),
    case(
        "DUPLICATES_UNDER_UNIQUE",
        ("email", "email VARCHAR(50) COLLATE utf8mb4_bin"),
        ("('a'), ('b')", "('A')"),
        "MODIFY email VARCHAR(50) COLLATE utf8mb4_general_ci, ADD UNIQUE KEY u (email)",
    ),
    case(
        "DUPLICATES_UNDER_UNIQUE",
        ("n", "n INT"),
        ("(1)", "(2)"),
        "ADD COLUMN code INT NOT NULL DEFAULT 0 UNIQUE",
    ),
    case(
        "DUPLICATES_UNDER_COLLATION",
        (
            "email",
            "email VARCHAR(50) COLLATE utf8mb4_bin, UNIQUE KEY u (email)",
        ),
        ("('a'), ('b')", "('A')"),
        "MODIFY email VARCHAR(50) COLLATE utf8mb4_general_ci",
    ),
    case(
        "DUPLICATES_UNDER_COLLATION",
        (
            "email",
            "email VARCHAR(50) COLLATE utf8mb4_bin, UNIQUE KEY u (email)",
        ),
        ("('e'), ('f')", "('é')"),
        "CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
    ),
    case(
        "DUPLICATES_UNDER_COLLATION",
        ("n", "n VARCHAR(10), UNIQUE KEY u (n)"),
        ("('1'), ('2')", "('01')"),
        "MODIFY n INT",
    ),
    case(
        "TEXT_TOO_LONG",
        ("c", "c VARCHAR(20)"),
        ("('abc'), ('订单一号')", "('abcde')"),
        "MODIFY c VARCHAR(4)",
    ),
    case(
        "TEXT_TOO_LONG",
        ("c", "c VARCHAR(20)"),
        ("('abc')", "('abc   ')"),
        "MODIFY c VARCHAR(4)",
    ),
    case(
        "TEXT_TOO_LONG",
        ("c", "c VARCHAR(20)"),
        ("('abc')", "('abc ')"),
        "MODIFY c CHAR(20)",
    ),
    case(
        "TEXT_TOO_LONG",
        ("c", "c BLOB"),
        ("('abcd')", "('订单')"),
        "MODIFY c VARBINARY(4)",
    ),
    case(
        "TEXT_TOO_LONG",
        ("c", "c INT"),
        ("(999)", "(1000)"),
        "MODIFY c VARCHAR(3)",
    ),
    case(
        "NUMBER_OUT_OF_RANGE",
        ("n", "n BIGINT"),
        ("(2147483647)", "(2147483648)"),
        "MODIFY n INT",
    ),
    case(
        "NUMBER_OUT_OF_RANGE",
        ("n", "n INT"),
        ("(0), (7)", "(-1)"),
        "MODIFY n INT UNSIGNED",
    ),
    case(
        "NUMBER_OUT_OF_RANGE",
        ("n", "n DECIMAL(10,2)"),
        ("(999.99), (-999.99)", "(1000)"),
        "MODIFY n DECIMAL(5,2)",
    ),
    case(
        "NUMBER_OUT_OF_RANGE",
        ("n", "n VARCHAR(20)"),
        ("('12')", "('99999999999')"),
        "MODIFY n INT",
    ),
    case(
        "NUMBER_LOSES_SCALE",
        ("n", "n DECIMAL(10,4)"),
        ("(1.2300)", "(1.2345)"),
        "MODIFY n DECIMAL(10,2)",
    ),
    case(
        "NUMBER_LOSES_SCALE",
        ("n", "n DECIMAL(10,2)"),
        ("(3.00)", "(2.50)"),
        "MODIFY n BIGINT",
    ),
    case(
        "NUMBER_LOSES_SCALE",
        ("n", "n FLOAT"),
        ("(0.1), (12345.6)", "(0.25)"),
        "MODIFY n DECIMAL(12,1)",
    ),
    case(
        "NUMBER_LOSES_SCALE",
        ("n", "n BIGINT"),
        ("(9007199254740992)", "(9007199254740993)"),
        "MODIFY n DOUBLE",
    ),
    case(
        "VALUES_NOT_CONVERTIBLE",
        ("c", "c VARCHAR(20)"),
        ("('12'), (' 7'), ('1e3'), (NULL)", "('x12')"),
        "MODIFY c INT",
    ),
    case(
        "VALUES_NOT_CONVERTIBLE",
        ("c", "c VARCHAR(20)"),
        ("('12')", "('')"),
        "MODIFY c DECIMAL(10,2)",
    ),
    case(
        "VALUES_NOT_CONVERTIBLE",
        ("c", "c VARCHAR(40)"),
        ("('2024-01-02'), ('20240102'), (NULL)", "('2024-02-30')"),
        "MODIFY c DATE",
    ),
    case(
        "VALUES_NOT_CONVERTIBLE",
        ("c", "c VARCHAR(40)"),
        ("('2024-01-02')", "('10:11:12')"),
        "MODIFY c DATE",
    ),
    case(
        "VALUES_NOT_CONVERTIBLE",
        ("c", "c VARCHAR(9)"),
        ("('a'), ('b')", "('c')"),
        "MODIFY c ENUM('a','b')",
    ),
    case(
        "VALUES_NOT_CONVERTIBLE",
        ("c", "c VARCHAR(9)"),
        ("('a,b'), ('')", "('a,c')"),
        "MODIFY c SET('a','b')",
    ),
    case(
        "VALUES_NOT_CONVERTIBLE",
        ("c", "c TEXT"),
        ("('{\"a\": 1}')", "('{')"),
        "MODIFY c JSON",
    ),
    case(
        "NULLS_UNDER_NOT_NULL",
        ("c", "c VARCHAR(20)"),
        ("('a'), ('')", "(NULL)"),
        "MODIFY c VARCHAR(20) NOT NULL",
    ),
    case(
        "TEXT_NOT_IN_CHARSET",
        ("c", "c VARCHAR(20)"),
        ("('é'), ('?')", "('订单')"),
        "MODIFY c VARCHAR(20) CHARACTER SET latin1",
    ),
    case(
        "TEXT_NOT_IN_CHARSET",
        ("c", "c VARCHAR(20), other TEXT"),
        ("('订单')", "('🐬')"),
        "CONVERT TO CHARACTER SET utf8mb3",
    ),
    case(
        "MEMBERS_IN_USE",
        ("c", "c ENUM('a','b','c')"),
        ("('a'), ('c')", "('b')"),
        "MODIFY c ENUM('a','c')",
    ),
    case(
        "MEMBERS_IN_USE",
        ("c", "c SET('x','y','z')"),
        ("('x,z')", "('x,y')"),
        "MODIFY c SET('x','z')",
    ),
    told_as(
        Severity::Warn,
        case(
            "MEMBERS_REORDERED",
            ("c", "c ENUM('a','b','c')"),
            ("('a')", "('b')"),
            "MODIFY c ENUM('a','c','b')",
        ),
    ),
    case(
        "DATES_INVALID",
        ("d", "d DATETIME"),
        ("('2020-01-01 10:00:00')", "('2040-01-01 00:00:00')"),
        "MODIFY d TIMESTAMP NULL",
    ),
    case(
        "DATES_INVALID",
        ("d", "d DATETIME(3)"),
        ("('2020-01-01 10:00:00')", "('2020-01-01 10:00:00.600')"),
        "MODIFY d DATETIME",
    ),
    case(
        "DATES_INVALID",
        ("d", "d DATETIME"),
        ("('2020-01-01 00:00:00')", "('2020-01-01 10:00:00')"),
        "MODIFY d DATE",
    ),
    mysql(case(
        "DATES_INVALID",
        ("d", "d DATE"),
        ("('2020-01-01')", "('2020-00-10')"),
        "MODIFY d DATETIME",
    )),
    case(
        "ORPHAN_ROWS",
        ("p", "p INT, KEY p (p)"),
        ("(1), (2), (NULL)", "(9)"),
        "ADD CONSTRAINT fk_rows FOREIGN KEY (p) REFERENCES parent (id)",
    ),
    case(
        "CHECK_VIOLATED",
        ("n", "n INT"),
        ("(1), (NULL)", "(-1)"),
        "ADD CONSTRAINT positive CHECK (n > 0)",
    ),
    told_as(
        Severity::Danger,
        case(
            "DROP_ADD_LOOKS_LIKE_RENAME",
            ("a", "a VARCHAR(20)"),
            ("(NULL)", "('x')"),
            "DROP COLUMN a, ADD COLUMN b VARCHAR(20)",
        ),
    ),
];
