//! What was learned of a server.

use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Flavour {
    MySql,
    Percona,
    MariaDb,
    /// Speaks the protocol but is not MySQL or MariaDB underneath (TiDB, OceanBase, …).
    Other,
}

/// `major.minor.patch` as compared by version gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
pub struct ServerVersion {
    pub major: u16,
    pub minor: u16,
    pub patch: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ReplicationRole {
    /// Not a replica; has replicas or could have.
    Primary,
    Replica,
    /// The account may not look.
    NotVisible,
}

/// The answer of "test connection".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ServerReport {
    pub flavour: Flavour,
    pub version: ServerVersion,
    /// `VERSION()` and `version_comment` as the server says them.
    pub version_text: String,
    pub server_uuid: Option<String>,
    /// `None` when the session is not encrypted.
    pub tls_cipher: Option<String>,
    pub tls_version: Option<String>,
    /// Round trip of a trivial statement, median of three, microseconds.
    pub latency_us: u64,
    pub role: ReplicationRole,
    pub read_only: bool,
    /// Replicas that the server lists, as `host:port`.
    pub replicas: Vec<String>,
    /// Privileges that a pt-osc run needs and the account lacks, as GRANT names them.
    pub missing_privileges: Vec<String>,
    /// The account as the server matched it, for example `'dba'@'%'`.
    pub account: String,
}
