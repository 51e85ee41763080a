//! A pasted `mysql://` URL or `mysql -h … -u …` line, read into the fields of a form. Nothing is run or resolved.

use mysqler_contract::{PastedConnection, Secret, TlsMode};
use zeroize::Zeroizing;

/// `None` when the text is neither. The password travels apart from the fields, which may be shown.
pub fn parse(text: &str) -> Option<(PastedConnection, Option<Secret>)> {
    let text = text.trim();
    let (mut pasted, secret) = url(text).or_else(|| command_line(text))?;
    pasted.had_password = secret.is_some();
    (pasted != PastedConnection::default()).then_some((pasted, secret))
}

fn tls_mode(value: &str) -> Option<TlsMode> {
    match value.to_ascii_lowercase().replace('_', "-").as_str() {
        "disabled" | "disable" | "false" | "0" | "off" => Some(TlsMode::Disabled),
        "preferred" | "prefer" => Some(TlsMode::Preferred),
        "required" | "require" | "true" | "1" | "on" => Some(TlsMode::Required),
        "verify-ca" => Some(TlsMode::VerifyCa),
        "verify-identity" | "verify-full" => Some(TlsMode::VerifyIdentity),
        _ => None,
    }
}

// ---- URL

const SCHEMES: [&str; 4] = ["mysql://", "mysqlx://", "mariadb://", "jdbc:mysql://"];

/// Read by hand: a general URL reader stumbles over unescaped signs in passwords, which people do paste.
fn url(text: &str) -> Option<(PastedConnection, Option<Secret>)> {
    let lower = text.to_ascii_lowercase();
    let scheme = SCHEMES.into_iter().find(|scheme| lower.starts_with(scheme))?;
    let rest = text.get(scheme.len()..)?;
    // The last sign before the host: a password may hold one unescaped.
    let authority_end = rest.rfind('@').map_or(0, |at| at + 1);
    let (credentials, tail) = rest.split_at(authority_end);
    let (address, query) = tail.split_once('?').unwrap_or((tail, ""));
    let (address, path) = address.split_once('/').unwrap_or((address, ""));
    let (host, port) = host_and_port(address)?;
    let (user, secret) = match credentials
        .strip_suffix('@')
        .map(|pair| pair.split_once(':').unwrap_or((pair, "")))
    {
        Some((user, password)) => (filled(decode(user)?), secret(decode(password)?)),
        None => (None, None),
    };
    let mut pasted = PastedConnection {
        host,
        port,
        user,
        database: filled(decode(path)?),
        ..Default::default()
    };
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        read_parameter(&mut pasted, key, &decode(value)?);
    }
    Some((pasted, secret))
}

fn read_parameter(pasted: &mut PastedConnection, key: &str, value: &str) {
    match key.to_ascii_lowercase().replace('_', "-").as_str() {
        "ssl-mode" | "sslmode" | "tls" | "usessl" | "ssl" => pasted.tls = tls_mode(value).or(pasted.tls),
        "ssl-ca" | "sslca" => pasted.ca_file = filled(value.to_owned()),
        _ => {}
    }
}

fn host_and_port(address: &str) -> Option<(Option<String>, Option<u16>)> {
    let (host, port) = match address.strip_prefix('[') {
        Some(bracketed) => {
            let (host, tail) = bracketed.split_once(']')?;
            (host, tail.strip_prefix(':'))
        }
        None => match address.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        },
    };
    let port = match port.filter(|port| !port.is_empty()) {
        Some(port) => Some(port.parse().ok()?),
        None => None,
    };
    Some((filled(decode(host)?), port))
}

fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn secret(text: String) -> Option<Secret> {
    Some(text).filter(|text| !text.is_empty()).map(Secret::new)
}

/// Percent signs that start no code stay as they are; `None` when the codes give no UTF-8.
fn decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = bytes
            .get(at + 1..at + 3)
            .filter(|_| *byte == b'%')
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match code.and_then(|pair| {
            u8::from_str_radix(pair, 16)
                .ok()
                .filter(|_| !pair.starts_with('+'))
        }) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok()
}

// ---- command line

/// Options of the client that take a value of their own word; the rest of a line is the database.
const VALUED: [&str; 12] = [
    "--execute",
    "--socket",
    "--protocol",
    "--default-character-set",
    "--connect-timeout",
    "--ssl-cert",
    "--ssl-key",
    "--ssl-cipher",
    "--delimiter",
    "--prompt",
    "--pager",
    "--tee",
];
const VALUED_SHORT: [char; 3] = ['e', 'S', 'D'];

fn command_line(text: &str) -> Option<(PastedConnection, Option<Secret>)> {
    let words = Zeroizing::new(crate::shell::words(text)?);
    let (program, arguments) = words.split_first()?;
    let program = program.rsplit(['/', '\\']).next()?;
    let program = program.strip_suffix(".exe").unwrap_or(program);
    if !["mysql", "mariadb", "mysqldump", "mysqlsh"].contains(&program) {
        return None;
    }
    let mut line = CommandLine::default();
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        line.read(word, &mut rest)?;
    }
    Some((line.pasted, line.secret))
}

#[derive(Default)]
struct CommandLine {
    pasted: PastedConnection,
    secret: Option<Secret>,
}

impl CommandLine {
    /// `None` when a value is missing or is no port.
    fn read<'a>(&mut self, word: &'a str, rest: &mut impl Iterator<Item = &'a String>) -> Option<()> {
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long
                .split_once('=')
                .map_or((long, None), |(name, value)| (name, Some(value)));
            return self.read_long(name, value, rest);
        }
        let Some(short) = word.strip_prefix('-').filter(|short| !short.is_empty()) else {
            self.pasted.database.get_or_insert_with(|| word.to_owned());
            return Some(());
        };
        let mut letters = short.chars();
        let letter = letters.next()?;
        let attached = letters.as_str();
        // A password is only ever attached: the next word of `-p db` is the database.
        if letter == 'p' {
            self.secret = secret(attached.to_owned());
            return Some(());
        }
        if !"hPu".contains(letter) && !VALUED_SHORT.contains(&letter) {
            return Some(());
        }
        let value = if attached.is_empty() {
            rest.next()?.as_str()
        } else {
            attached
        };
        match letter {
            'h' => self.pasted.host = filled(value.to_owned()),
            'P' => self.pasted.port = Some(value.parse().ok()?),
            'u' => self.pasted.user = filled(value.to_owned()),
            'D' => self.pasted.database = filled(value.to_owned()),
            _ => {}
        }
        Some(())
    }

    fn read_long<'a>(
        &mut self,
        name: &str,
        value: Option<&'a str>,
        rest: &mut impl Iterator<Item = &'a String>,
    ) -> Option<()> {
        let name = name.replace('_', "-");
        match name.as_str() {
            "password" => {
                self.secret = value.and_then(|value| secret(value.to_owned()));
                return Some(());
            }
            "skip-ssl" => {
                self.pasted.tls = Some(TlsMode::Disabled);
                return Some(());
            }
            "ssl" => {
                self.pasted.tls = value.map_or(Some(TlsMode::Required), tls_mode);
                return Some(());
            }
            "host" | "port" | "user" | "database" | "ssl-mode" | "ssl-ca" => {}
            other => {
                if value.is_none()
                    && VALUED
                        .iter()
                        .any(|valued| valued.strip_prefix("--") == Some(other))
                {
                    rest.next();
                }
                return Some(());
            }
        }
        let value = match value {
            Some(value) => value,
            None => rest.next()?.as_str(),
        };
        match name.as_str() {
            "host" => self.pasted.host = filled(value.to_owned()),
            "port" => self.pasted.port = Some(value.parse().ok()?),
            "user" => self.pasted.user = filled(value.to_owned()),
            "database" => self.pasted.database = filled(value.to_owned()),
            "ssl-mode" => self.pasted.tls = tls_mode(value),
            _ => self.pasted.ca_file = filled(value.to_owned()),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn fields(host: &str, port: Option<u16>, user: &str, database: Option<&str>) -> PastedConnection {
        PastedConnection {
            host: Some(host.into()),
            port,
            user: Some(user.into()),
            database: database.map(str::to_owned),
            ..PastedConnection::default()
        }
    }

    fn parsed(text: &str) -> (PastedConnection, Option<String>) {
        let (pasted, secret) = parse(text).unwrap_or_else(|| panic!("{text} is not understood"));
        assert_eq!(pasted.had_password, secret.is_some());
        (
            PastedConnection {
                had_password: false,
                ..pasted
            },
            secret.map(|secret| secret.expose().to_owned()),
        )
    }

    #[rstest]
    #[case(
        "mysql://dba:pw@db1:3307/shop",
        fields("db1", Some(3307), "dba", Some("shop")),
        Some("pw")
    )]
    #[case(" MYSQL://dba@db1 ", fields("db1", None, "dba", None), None)]
    #[case(
        "mysql://d%40a:p%3A%2F%40%25@db1/my%20shop",
        fields("db1", None, "d@a", Some("my shop")),
        Some("p:/@%")
    )]
    #[case(
        "mysql://dba:p@ss@db1/shop",
        fields("db1", None, "dba", Some("shop")),
        Some("p@ss")
    )]
    #[case("mysql://dba:100%@db1", fields("db1", None, "dba", None), Some("100%"))]
    #[case("mariadb://dba@[::1]:3308/", fields("::1", Some(3308), "dba", None), None)]
    #[case(
        "mysql -h db1 -P 3307 -u dba -psecret shop",
        fields("db1", Some(3307), "dba", Some("shop")),
        Some("secret")
    )]
    #[case(
        "mysql -hdb1 -P3307 -udba -p shop",
        fields("db1", Some(3307), "dba", Some("shop")),
        None
    )]
    #[case(
        "$ mysql --host=db1 --user dba --password='a b\"c' -D shop",
        fields("db1", None, "dba", Some("shop")),
        Some("a b\"c")
    )]
    #[case(
        "mysql -u dba -h db1 -p\"x\\\"y\" -e 'SELECT 1' shop | less",
        fields("db1", None, "dba", Some("shop")),
        Some("x\"y")
    )]
    #[case(
        "/usr/bin/mysql -h db1 \\\n  -u dba -N shop < dump.sql",
        fields("db1", None, "dba", Some("shop")),
        None
    )]
    #[case(
        "mariadb --default-character-set utf8mb4 -h db1 -u 'd b a' 商店",
        fields("db1", None, "d b a", Some("商店")),
        None
    )]
    fn what_is_pasted_fills_the_form(
        #[case] text: &str,
        #[case] expected: PastedConnection,
        #[case] password: Option<&str>,
    ) {
        assert_eq!(parsed(text), (expected, password.map(str::to_owned)));
    }

    #[rstest]
    #[case(
        "mysql://u@h/?ssl-mode=VERIFY_CA&ssl-ca=%2Fetc%2Fca.pem",
        Some(TlsMode::VerifyCa),
        Some("/etc/ca.pem")
    )]
    #[case("mysql://u@h?sslmode=disable", Some(TlsMode::Disabled), None)]
    #[case("jdbc:mysql://u@h/db?useSSL=true&x=1", Some(TlsMode::Required), None)]
    #[case(
        "mysql -h h -u u --ssl-mode=VERIFY_IDENTITY --ssl-ca /etc/ca.pem",
        Some(TlsMode::VerifyIdentity),
        Some("/etc/ca.pem")
    )]
    #[case("mysql -h h -u u --skip-ssl", Some(TlsMode::Disabled), None)]
    #[case("mysql -h h -u u --ssl-mode=whatever", None, None)]
    fn the_way_of_encryption_is_read(
        #[case] text: &str,
        #[case] tls: Option<TlsMode>,
        #[case] ca_file: Option<&str>,
    ) {
        let (pasted, _) = parsed(text);
        assert_eq!((pasted.tls, pasted.ca_file.as_deref()), (tls, ca_file));
    }

    #[rstest]
    #[case("")]
    #[case("db1.example.com")]
    #[case("postgres://u@h/db")]
    #[case("psql -h db1")]
    #[case("mysql")]
    #[case("mysql://")]
    #[case("mysql -h db1 -P many")]
    #[case("mysql://u@h:99999/db")]
    #[case("mysql -h 'db1")]
    #[case("mysql -h")]
    #[case("mysql://u:%ff@h")]
    fn other_texts_are_left_alone(#[case] text: &str) {
        assert_eq!(parse(text), None);
    }

    fn encode(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in any::<String>(), tail in "\\PC{0,30}") {
            let _ = parse(&text);
            let _ = parse(&format!("mysql://{tail}"));
            let _ = parse(&format!("mysql {tail}"));
        }

        #[test]
        fn an_encoded_url_comes_back_whole(user in "\\PC{1,12}", password in "\\PC{1,12}", database in "\\PC{1,12}") {
            let text = format!("mysql://{}:{}@db1:3306/{}", encode(&user), encode(&password), encode(&database));
            prop_assert_eq!(parsed(&text), (fields("db1", Some(3306), &user, Some(&database)), Some(password)));
        }

        #[test]
        fn a_shell_quoted_line_comes_back_whole(user in "\\PC{1,12}", password in "\\PC{1,12}") {
            let quote = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
            let text = format!("mysql -h db1 -u {} -p{}", quote(&user), quote(&password));
            prop_assert_eq!(parsed(&text), (fields("db1", None, &user, None), Some(password)));
        }
    }
}
