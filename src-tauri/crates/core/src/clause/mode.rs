//! What a sql_mode changes about the reading of a clause: which quotes hold names, and whether a backslash escapes.

use mysqler_contract::QuoteRules;

/// The part of a sql_mode that decides where a literal or a name ends. The default reads as a server does by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SqlMode {
    /// Double quotes hold names.
    pub ansi_quotes: bool,
    /// A backslash in a literal is a backslash.
    pub no_backslash_escapes: bool,
    /// MariaDB's MSSQL mode: brackets hold names.
    pub brackets: bool,
}

/// Modes that bring ANSI_QUOTES with them, however they are written.
const ANSI: [&str; 7] = [
    "ANSI",
    "ANSI_QUOTES",
    "DB2",
    "MAXDB",
    "MSSQL",
    "ORACLE",
    "POSTGRESQL",
];

impl SqlMode {
    /// Reads the value of the variable `sql_mode`: names separated by commas, quotes around the whole allowed.
    pub fn parse(value: &str) -> Self {
        let mut mode = Self::default();
        for name in value.split([',', '\'', '"', '(', ')']).map(str::trim) {
            mode.ansi_quotes |= ANSI.iter().any(|word| name.eq_ignore_ascii_case(word));
            mode.no_backslash_escapes |= name.eq_ignore_ascii_case("NO_BACKSLASH_ESCAPES");
            mode.brackets |= name.eq_ignore_ascii_case("MSSQL");
        }
        mode
    }

    /// What holds for a run: the mode that its options set, or the server's own.
    pub fn of_run(wanted: Option<&str>, server: Option<&str>) -> Self {
        let server = Self::parse(server.unwrap_or_default());
        match wanted {
            // An expression over variables: whatever the server has may stay in it.
            Some(wanted) if wanted.contains('@') => Self::parse(wanted).with(server),
            Some(wanted) => Self::parse(wanted),
            None => server,
        }
    }

    fn with(self, other: Self) -> Self {
        Self {
            ansi_quotes: self.ansi_quotes || other.ansi_quotes,
            no_backslash_escapes: self.no_backslash_escapes || other.no_backslash_escapes,
            brackets: self.brackets || other.brackets,
        }
    }
}

impl From<SqlMode> for QuoteRules {
    fn from(mode: SqlMode) -> Self {
        Self {
            ansi_quotes: mode.ansi_quotes,
            no_backslash_escapes: mode.no_backslash_escapes,
            brackets: mode.brackets,
        }
    }
}
