//! Which cause the tool's words name. Its exit codes lie, so its words decide.

use mysqler_core::ports::FaultClass;

use FaultClass::*;

/// Fragments that name a cause; the first match counts, so the more particular stands first.
const CAUSES: [(&str, FaultClass); 48] = [
    ("Access denied for user", AccessDenied),
    ("# Exiting on SIG", Signal),
    ("exceeds its critical threshold", CriticalLoad),
    ("Lost connection to MySQL server", ServerLost),
    ("Lost connection to server", ServerLost),
    ("Lost connection to ", ServerLost),
    ("server has gone away", ServerLost),
    ("Server has gone away", ServerLost),
    ("Server shutdown in progress", ServerLost),
    ("The client was disconnected by the server", ServerLost),
    ("Connection was killed", ServerLost),
    // What the tool makes of a server that did not tell its version any more.
    ("Attribute (innodb_version) does not pass", ServerLost),
    ("Connection refused", Unreachable),
    ("Can't connect to ", Unreachable),
    ("Unknown server host", Unreachable),
    ("Unknown MySQL server host", Unreachable),
    ("Cannot connect to MySQL", Unreachable),
    ("TLS/SSL error", Unreachable),
    ("Host '", Unreachable),
    ("has triggers", TriggersExist),
    ("Trigger already exists", TriggersExist),
    ("The table does not have any unique", NoUsableKey),
    ("does not have a PRIMARY KEY", NoUsableKey),
    ("There is no good index", NoUsableKey),
    ("Cannot chunk the original table", NoUsableKey),
    ("You do not have the SUPER privilege", Privilege),
    ("you need (at least one of)", Privilege),
    ("command denied to user", Privilege),
    ("Lock wait timeout exceeded", LockWait),
    ("Deadlock found", LockWait),
    ("Error creating triggers", TriggerCreation),
    ("Cannot create triggers", TriggerCreation),
    ("You are trying to add an unique key", AlterRefused),
    ("--check-alter failed", AlterRefused),
    ("--alter contains", AlterRefused),
    ("Error altering new table", AlterRefused),
    ("You did not specify --alter-foreign-keys-method", AlterRefused),
    ("self-referencing foreign keys", AlterRefused),
    ("does not exist on server", TableMissing),
    ("Unknown database", TableMissing),
    ("The original table ", TableMissing),
    ("' doesn't exist", TableMissing),
    ("Copying rows caused a MySQL error", DataRefused),
    ("Duplicate entry", DataRefused),
    ("cannot be null", DataRefused),
    ("Data too long for column", DataRefused),
    ("Out of range value", DataRefused),
    ("Incorrect string value", DataRefused),
];

/// Words that say that something went wrong without naming a cause we know.
const UNNAMED: [&str; 15] = [
    "Error copying rows",
    "Error swapping tables",
    "Error updating foreign key",
    "Error dropping the old table",
    "Error setting",
    "Error checking --max-load",
    "DBD::mysql::",
    "DBI connect(",
    "Can't call method",
    "mysqler-entrypoint:",
    "Cannot connect to ",
    "Use of uninitialized value",
    // A job of the history that it does not go on from.
    "Option --resume refers ",
    "Essential options for the failed job are different",
    "Copying rows for job ",
];

pub(super) fn cause(text: &str) -> Option<FaultClass> {
    if !looks_like_a_fault(text) {
        return None;
    }
    CAUSES
        .iter()
        .find(|(fragment, _)| text.contains(fragment))
        .map(|(_, class)| *class)
}

pub(super) fn unnamed(text: &str) -> bool {
    UNNAMED.iter().any(|fragment| text.contains(fragment))
}

/// Printed statements may hold any text of the user's.
fn looks_like_a_fault(text: &str) -> bool {
    let begins = [
        "CREATE TABLE ",
        "ALTER TABLE ",
        "CREATE TRIGGER ",
        "SQL   :",
        "INSERT ",
        "SELECT ",
        "  `",
    ];
    !begins.iter().any(|begin| text.starts_with(begin))
}
