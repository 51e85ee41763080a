//! Which server this is, from what it says of itself.

use mysqler_contract::{Flavour, ServerVersion};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub flavour: Flavour,
    pub version: ServerVersion,
    /// `VERSION()` and `version_comment`.
    pub text: String,
}

/// Servers that speak the protocol and say so in their version or comment, in lower case.
const STRANGERS: [&str; 14] = [
    "tidb",
    "oceanbase",
    "tddl",
    "polardb-x",
    "polarx",
    "vitess",
    "planetscale",
    "starrocks",
    "doris",
    "memsql",
    "singlestore",
    "clickhouse",
    "databend",
    "dolt",
];

impl Identity {
    pub(crate) fn read(version: &str, comment: &str) -> Self {
        let text = match comment {
            "" => version.to_owned(),
            comment => format!("{version} {comment}"),
        };
        let lower = text.to_lowercase();
        let flavour = if STRANGERS.iter().any(|name| lower.contains(name)) {
            Flavour::Other
        } else if lower.contains("mariadb") {
            Flavour::MariaDb
        } else if lower.contains("percona") {
            Flavour::Percona
        } else {
            Flavour::MySql
        };
        // MariaDB puts 5.5.5- in front for clients that expect a MySQL version.
        let number = match flavour {
            Flavour::MariaDb => version.strip_prefix("5.5.5-").unwrap_or(version),
            _ => version,
        };
        Self {
            flavour,
            version: parse_version(number),
            text,
        }
    }

    pub(crate) fn is_mariadb(&self) -> bool {
        self.flavour == Flavour::MariaDb
    }

    /// MySQL or Percona Server from `major.minor.patch` on.
    pub(crate) fn mysql_since(&self, major: u16, minor: u16, patch: u16) -> bool {
        !self.is_mariadb() && self.version >= ServerVersion { major, minor, patch }
    }

    pub(crate) fn mariadb_since(&self, major: u16, minor: u16, patch: u16) -> bool {
        self.is_mariadb() && self.version >= ServerVersion { major, minor, patch }
    }
}

fn parse_version(text: &str) -> ServerVersion {
    let mut parts = text.splitn(3, '.').map(|part| {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        part[..digits].parse().unwrap_or(0)
    });
    let mut next = || parts.next().unwrap_or(0);
    ServerVersion {
        major: next(),
        minor: next(),
        patch: next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(version: &str, comment: &str) -> (Flavour, u16, u16, u16) {
        let identity = Identity::read(version, comment);
        let version = identity.version;
        (identity.flavour, version.major, version.minor, version.patch)
    }

    #[test]
    fn every_server_is_told_by_its_version_and_comment() {
        use Flavour::{MariaDb, MySql, Other, Percona};
        let cases = [
            (("5.7.44-log", "MySQL Community Server (GPL)"), (MySql, 5, 7, 44)),
            (("8.0.36", "MySQL Community Server - GPL"), (MySql, 8, 0, 36)),
            (("8.4.3", "MySQL Community Server - GPL"), (MySql, 8, 4, 3)),
            (("9.7.4-2", "(Debian)"), (MySql, 9, 7, 4)),
            (("8.0.39", "Source distribution"), (MySql, 8, 0, 39)),
            (
                ("5.7.mysql_aurora.2.11.5", "MySQL Community Server (GPL)"),
                (MySql, 5, 7, 0),
            ),
            (
                ("8.0.36-28", "Percona Server (GPL), Release 28, Revision 47601f19"),
                (Percona, 8, 0, 36),
            ),
            (
                ("8.0.35-27.1", "Percona XtraDB Cluster (GPL), Release rel27"),
                (Percona, 8, 0, 35),
            ),
            (
                ("10.11.18-MariaDB-0+deb12u1-log", "Debian 12"),
                (MariaDb, 10, 11, 18),
            ),
            (
                ("5.5.5-10.6.12-MariaDB", "mariadb.org binary distribution"),
                (MariaDb, 10, 6, 12),
            ),
            (
                ("11.4.2-MariaDB-ubu2404", "mariadb.org binary distribution"),
                (MariaDb, 11, 4, 2),
            ),
            (
                ("8.0.11-TiDB-v7.5.1", "TiDB Server (Apache License 2.0)"),
                (Other, 8, 0, 11),
            ),
            (
                ("5.7.25-OceanBase-v4.2.1.2", "OceanBase_CE 4.2.1.2"),
                (Other, 5, 7, 25),
            ),
            (("8.0.30-Vitess", "Version: 17.0.0"), (Other, 8, 0, 30)),
            (("5.1.0", "StarRocks version 3.1.2"), (Other, 5, 1, 0)),
        ];
        for ((version, comment), expected) in cases {
            assert_eq!(seen(version, comment), expected, "{version} {comment}");
        }
    }
}
