//! What a sql_mode changes about the reading of a clause: which quotes hold names, and whether a backslash escapes.

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
        for name in value.split([',', '\'', '"']).map(str::trim) {
            mode.ansi_quotes |= ANSI.iter().any(|word| name.eq_ignore_ascii_case(word));
            mode.no_backslash_escapes |= name.eq_ignore_ascii_case("NO_BACKSLASH_ESCAPES");
            mode.brackets |= name.eq_ignore_ascii_case("MSSQL");
        }
        mode
    }
}
