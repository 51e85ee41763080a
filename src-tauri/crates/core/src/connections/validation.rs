//! What a valid connection is: each field judged alone, with the reason. Whether anything answers there is the test's
//! business.

use std::net::{Ipv4Addr, Ipv6Addr};

use mysqler_contract::{
    Connection, ConnectionDraft, FieldProblem, Params, SecretInput, SshMethod, SshTunnelDraft, TlsMode,
};

const NAME_CHARACTERS: usize = 50;
const DESCRIPTION_CHARACTERS: usize = 200;
const DATABASE_CHARACTERS: usize = 64;
/// MariaDB's limit; MySQL's 32 is left to the server, since its flavour is not known yet.
const USER_CHARACTERS: usize = 80;
const HOST_BYTES: usize = 255;
const LABEL_BYTES: usize = 63;

/// Character sets that a client session can use: ucs2, utf16 and utf32 cannot be.
const CHARSETS: [&str; 36] = [
    "armscii8", "ascii", "big5", "binary", "cp1250", "cp1251", "cp1256", "cp1257", "cp850", "cp852", "cp866",
    "cp932", "dec8", "eucjpms", "euckr", "gb18030", "gb2312", "gbk", "geostd8", "greek", "hebrew", "hp8",
    "keybcs2", "koi8r", "koi8u", "latin1", "latin2", "latin5", "latin7", "macce", "macroman", "sjis", "swe7",
    "tis620", "utf8mb3", "utf8mb4",
];

/// Everything that is not acceptable, in the order of the form, beside all that are saved.
pub fn problems(draft: &ConnectionDraft, saved: &[Connection]) -> Vec<FieldProblem> {
    let answers = [
        ("name", name(draft, saved)),
        ("host", host(&draft.host)),
        ("port", (draft.port == 0).then_some("port_range")),
        ("user", user(&draft.user)),
        ("password", password(draft)),
        ("database", draft.database.as_deref().and_then(database)),
        ("description", description(&draft.description)),
        (
            "connect_timeout_s",
            (!(1..=60).contains(&draft.connect_timeout_s)).then_some("timeout_range"),
        ),
        ("charset", charset(&draft.charset)),
        ("ca_file", ca_file(draft)),
        ("docker_host", docker_host(draft)),
    ];
    answers
        .into_iter()
        .chain(tunnel_problems(draft, saved))
        .filter_map(|(field, reason)| reason.map(|reason| problem(field, reason)))
        .collect()
}

fn problem(field: &str, reason: &str) -> FieldProblem {
    FieldProblem {
        field: field.to_owned(),
        reason: reason.to_owned(),
        params: Params::new(),
    }
}

type Reason = Option<&'static str>;

fn name(draft: &ConnectionDraft, saved: &[Connection]) -> Reason {
    let name = draft.name.as_str();
    let folded = name.to_lowercase();
    let mut others = saved.iter().filter(|saved| Some(&saved.id) != draft.id.as_ref());
    if name.trim().is_empty() {
        Some("name_empty")
    } else if name.chars().any(char::is_control) {
        Some("control_characters")
    } else if name.trim() != name {
        Some("name_edge_space")
    } else if name.chars().count() > NAME_CHARACTERS {
        Some("name_too_long")
    } else if others.any(|other| other.name.to_lowercase() == folded) {
        Some("name_taken")
    } else {
        None
    }
}

fn host(host: &str) -> Reason {
    if host.is_empty() {
        Some("host_empty")
    } else if host.chars().any(char::is_whitespace) {
        Some("host_space")
    } else if host.chars().any(char::is_control) {
        Some("control_characters")
    } else if host.contains("://") || host.contains(['/', '@']) {
        Some("host_scheme")
    } else if host.len() > HOST_BYTES {
        Some("host_too_long")
    } else if has_port(host) {
        Some("host_with_port")
    } else if is_address(host) {
        None
    } else {
        Some("host_shape")
    }
}

/// `db1:3306` and `[::1]:3306`, but not a bare IPv6 address.
fn has_port(host: &str) -> bool {
    let Some((before, after)) = host.rsplit_once(':') else {
        return false;
    };
    let bracketed = before.starts_with('[') && before.ends_with(']');
    after.bytes().all(|byte| byte.is_ascii_digit())
        && !before.is_empty()
        && (bracketed || !before.contains(':'))
}

fn is_address(host: &str) -> bool {
    if host.contains(':') {
        // A zone names the interface of a link-local address.
        let address = host
            .split_once('%')
            .filter(|(_, zone)| !zone.is_empty())
            .map_or(host, |(address, _)| address);
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let numeric = host
        .split('.')
        .all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit()));
    if numeric {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    host.strip_suffix('.').unwrap_or(host).split('.').all(is_label)
}

/// Underscores are not in the standard, but container and Windows networks use them; other scripts are resolved as typed.
fn is_label(label: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    !label.is_empty()
        && label.len() <= LABEL_BYTES
        && label.chars().all(allowed)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn user(user: &str) -> Reason {
    if user.is_empty() {
        Some("user_empty")
    } else if user.chars().any(char::is_control) {
        Some("control_characters")
    } else if user.chars().count() > USER_CHARACTERS {
        Some("user_too_long")
    } else {
        None
    }
}

fn password(draft: &ConnectionDraft) -> Reason {
    match &draft.password {
        SecretInput::Unchanged if draft.id.is_none() => Some("secret_unchanged_new"),
        SecretInput::Set { value } if value.expose().contains('\0') => Some("password_nul"),
        _ => None,
    }
}

fn database(database: &str) -> Reason {
    if database.is_empty() {
        None
    } else if database.chars().any(char::is_control) {
        Some("control_characters")
    } else if database.chars().count() > DATABASE_CHARACTERS {
        Some("database_too_long")
    } else {
        None
    }
}

/// Line breaks and tabs are part of a text; other control characters are not.
fn description(description: &str) -> Reason {
    if description
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        Some("control_characters")
    } else if description.chars().count() > DESCRIPTION_CHARACTERS {
        Some("description_too_long")
    } else {
        None
    }
}

fn charset(charset: &str) -> Reason {
    let known = charset == "utf8" || CHARSETS.contains(&charset);
    (!known).then_some("charset_unknown")
}

fn ca_file(draft: &ConnectionDraft) -> Reason {
    let verifies = matches!(draft.tls, TlsMode::VerifyCa | TlsMode::VerifyIdentity);
    let given = draft
        .ca_file
        .as_deref()
        .is_some_and(|path| !path.trim().is_empty());
    (verifies && !given).then_some("ca_file_needed")
}

/// Whether there is such an engine is found out when it is needed: it may be switched off, and saved all the same.
fn docker_host(draft: &ConnectionDraft) -> Reason {
    let id = draft.docker_host.as_ref()?;
    if id.0.trim().is_empty() || id.0.chars().any(char::is_control) {
        return Some("docker_host_shape");
    }
    // One that was added is named, and was looked at then.
    let endpoint = id.0.parse().ok()?;
    crate::docker_hosts::endpoint_problem(&endpoint).map(|(_, reason)| reason)
}

/// The fields of a tunnel, each under its own name.
fn tunnel_problems(draft: &ConnectionDraft, saved: &[Connection]) -> Vec<(&'static str, Reason)> {
    let Some(tunnel) = &draft.tunnel else {
        return Vec::new();
    };
    let method = match &tunnel.method {
        SshMethod::Key { path } if path.trim().is_empty() => Some("ssh_key_needed"),
        _ => None,
    };
    let user = match user(&tunnel.user) {
        None if tunnel.user.starts_with('-') || tunnel.user.contains(char::is_whitespace) => {
            Some("ssh_user_shape")
        }
        other => other,
    };
    vec![
        ("ssh_host", host(&tunnel.host)),
        ("ssh_port", (tunnel.port == 0).then_some("port_range")),
        ("ssh_user", user),
        ("ssh_key", method),
        ("ssh_secret", ssh_secret(draft, tunnel, saved)),
    ]
}

fn ssh_secret(draft: &ConnectionDraft, tunnel: &SshTunnelDraft, saved: &[Connection]) -> Reason {
    match &tunnel.secret {
        // The way into a run's container is a line of a file.
        SecretInput::Set { value } if value.expose().contains(['\0', '\n', '\r']) => Some("ssh_secret_line"),
        SecretInput::Unchanged if draft.id.is_none() => Some("secret_unchanged_new"),
        SecretInput::Unchanged if tunnel.method != SshMethod::Agent => {
            let before = saved.iter().find(|saved| Some(&saved.id) == draft.id.as_ref());
            let before = before.and_then(|saved| saved.tunnel.as_ref());
            let stays = before.is_none_or(|before| before.secret_stays_in(tunnel));
            (!stays).then_some("ssh_secret_of_another")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use mysqler_contract::messages::{Locale, catalogue};
    use mysqler_contract::{ConnectionId, Environment, Secret, SecretPresence, SshTunnel};
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn draft() -> ConnectionDraft {
        ConnectionDraft {
            id: None,
            name: "shop".into(),
            environment: Environment::Test,
            host: "db1".into(),
            port: 3306,
            user: "dba".into(),
            password: SecretInput::Empty,
            database: None,
            description: String::new(),
            connect_timeout_s: 5,
            charset: "utf8mb4".into(),
            tls: TlsMode::Required,
            ca_file: None,
            docker_host: None,
            tunnel: None,
        }
    }

    fn found(draft: &ConnectionDraft) -> Vec<(String, String)> {
        beside(draft, SecretPresence::Stored)
    }

    /// Beside a saved one, whose tunnel has its secret or not.
    fn beside(draft: &ConnectionDraft, secret: SecretPresence) -> Vec<(String, String)> {
        let tunnel = tunnelled(|_| {}).tunnel.expect("one");
        let saved = Connection {
            id: ConnectionId("other".into()),
            name: "Orders".into(),
            tunnel: Some(SshTunnel {
                host: tunnel.host,
                port: tunnel.port,
                user: tunnel.user,
                method: SshMethod::Password,
                secret,
                host_key: None,
            }),
            ..crate::preflight::fixture::World::calm().connection
        };
        problems(draft, &[saved])
            .into_iter()
            .map(|problem| {
                let key = format!("reason.{}", problem.reason);
                assert!(catalogue(Locale::En).contains_key(&key), "{key} has no text");
                (problem.field, problem.reason)
            })
            .collect()
    }

    fn with(change: impl FnOnce(&mut ConnectionDraft)) -> ConnectionDraft {
        let mut draft = draft();
        change(&mut draft);
        draft
    }

    #[test]
    fn a_plain_connection_is_fine() {
        assert_eq!(found(&draft()), []);
    }

    #[rstest]
    #[case(with(|d| d.name = "  ".into()), "name", "name_empty")]
    #[case(with(|d| d.name = "a\tb".into()), "name", "control_characters")]
    #[case(with(|d| d.name = " shop".into()), "name", "name_edge_space")]
    #[case(with(|d| d.name = "订".repeat(51)), "name", "name_too_long")]
    #[case(with(|d| d.name = "ORDERS".into()), "name", "name_taken")]
    #[case(with(|d| d.host = String::new()), "host", "host_empty")]
    #[case(with(|d| d.host = "db 1".into()), "host", "host_space")]
    #[case(with(|d| d.host = "mysql://db1".into()), "host", "host_scheme")]
    #[case(with(|d| d.host = "dba@db1".into()), "host", "host_scheme")]
    #[case(with(|d| d.host = "a.".repeat(128)), "host", "host_too_long")]
    #[case(with(|d| d.host = "db1:3306".into()), "host", "host_with_port")]
    #[case(with(|d| d.host = "[::1]:3306".into()), "host", "host_with_port")]
    #[case(with(|d| d.host = "256.1.1.1".into()), "host", "host_shape")]
    #[case(with(|d| d.host = "10.0.0".into()), "host", "host_shape")]
    #[case(with(|d| d.host = "db..1".into()), "host", "host_shape")]
    #[case(with(|d| d.host = "-db".into()), "host", "host_shape")]
    #[case(with(|d| d.host = "db;x".into()), "host", "host_shape")]
    #[case(with(|d| d.host = "::zz".into()), "host", "host_shape")]
    #[case(with(|d| d.port = 0), "port", "port_range")]
    #[case(with(|d| d.user = String::new()), "user", "user_empty")]
    #[case(with(|d| d.user = "x".repeat(81)), "user", "user_too_long")]
    #[case(with(|d| d.user = "a\nb".into()), "user", "control_characters")]
    #[case(with(|d| d.password = SecretInput::Unchanged), "password", "secret_unchanged_new")]
    #[case(with(|d| d.password = SecretInput::Set { value: Secret::new("a\0b") }), "password", "password_nul")]
    #[case(with(|d| d.database = Some("x".repeat(65))), "database", "database_too_long")]
    #[case(with(|d| d.description = "x".repeat(201)), "description", "description_too_long")]
    #[case(with(|d| d.connect_timeout_s = 0), "connect_timeout_s", "timeout_range")]
    #[case(with(|d| d.connect_timeout_s = 61), "connect_timeout_s", "timeout_range")]
    #[case(with(|d| d.charset = "utf16".into()), "charset", "charset_unknown")]
    #[case(with(|d| d.tls = TlsMode::VerifyCa), "ca_file", "ca_file_needed")]
    #[case(with(|d| (d.tls, d.ca_file) = (TlsMode::VerifyIdentity, Some(" ".into()))), "ca_file", "ca_file_needed")]
    fn each_field_is_refused_with_its_reason(
        #[case] draft: ConnectionDraft,
        #[case] field: &str,
        #[case] reason: &str,
    ) {
        assert_eq!(found(&draft), [(field.to_owned(), reason.to_owned())]);
    }

    fn tunnelled(change: impl FnOnce(&mut SshTunnelDraft)) -> ConnectionDraft {
        let mut tunnel = SshTunnelDraft {
            host: "bastion".into(),
            port: 22,
            user: "dba".into(),
            method: SshMethod::Agent,
            secret: SecretInput::Empty,
            host_key: None,
        };
        change(&mut tunnel);
        with(|draft| draft.tunnel = Some(tunnel))
    }

    #[rstest]
    #[case(tunnelled(|t| t.host = String::new()), "ssh_host", "host_empty")]
    #[case(tunnelled(|t| t.host = "-oProxyCommand=x".into()), "ssh_host", "host_shape")]
    #[case(tunnelled(|t| t.port = 0), "ssh_port", "port_range")]
    #[case(tunnelled(|t| t.user = String::new()), "ssh_user", "user_empty")]
    #[case(tunnelled(|t| t.user = "-l".into()), "ssh_user", "ssh_user_shape")]
    #[case(tunnelled(|t| t.method = SshMethod::Key { path: " ".into() }), "ssh_key", "ssh_key_needed")]
    #[case(tunnelled(|t| t.secret = SecretInput::Unchanged), "ssh_secret", "secret_unchanged_new")]
    #[case(tunnelled(|t| t.secret = SecretInput::Set { value: Secret::new("a\nb") }), "ssh_secret", "ssh_secret_line")]
    fn each_field_of_a_tunnel_is_refused_with_its_reason(
        #[case] draft: ConnectionDraft,
        #[case] field: &str,
        #[case] reason: &str,
    ) {
        assert_eq!(found(&draft), [(field.to_owned(), reason.to_owned())]);
    }

    fn edited(change: impl FnOnce(&mut SshTunnelDraft)) -> ConnectionDraft {
        let tunnelled = tunnelled(|tunnel| {
            (tunnel.method, tunnel.secret) = (SshMethod::Password, SecretInput::Unchanged);
            change(tunnel);
        });
        ConnectionDraft {
            id: Some(ConnectionId("other".into())),
            ..tunnelled
        }
    }

    #[rstest]
    #[case(edited(|t| t.host = "another".into()))]
    #[case(edited(|t| t.port = 2222))]
    #[case(edited(|t| t.user = "root".into()))]
    #[case(edited(|t| t.method = SshMethod::Key { path: "/k".into() }))]
    fn a_saved_secret_goes_to_no_other_server_account_or_login(#[case] draft: ConnectionDraft) {
        let refused = [("ssh_secret".to_owned(), "ssh_secret_of_another".to_owned())];
        assert_eq!(beside(&draft, SecretPresence::Stored), refused);
        assert_eq!(beside(&draft, SecretPresence::Missing), refused);
        assert_eq!(beside(&draft, SecretPresence::Empty), []);
    }

    #[rstest]
    #[case(edited(|_| {}))]
    #[case(edited(|t| t.method = SshMethod::Agent))]
    #[case(edited(|t| (t.host, t.secret) = ("another".into(), SecretInput::Empty)))]
    fn a_saved_secret_stays_where_it_belongs_and_one_that_is_given_up_is_no_matter(
        #[case] draft: ConnectionDraft,
    ) {
        assert_eq!(found(&draft), []);
    }

    #[test]
    fn a_plain_tunnel_is_fine() {
        assert_eq!(found(&tunnelled(|_| {})), []);
    }

    #[rstest]
    #[case(with(|d| d.name = "订".repeat(50)))]
    #[case(with(|d| (d.id, d.name) = (Some(ConnectionId("other".into())), "orders".into())))]
    #[case(with(|d| d.host = "127.0.0.1".into()))]
    #[case(with(|d| d.host = "::1".into()))]
    #[case(with(|d| d.host = "fe80::1%eth0".into()))]
    #[case(with(|d| d.host = "db_1.shop-prod.internal.".into()))]
    #[case(with(|d| d.host = "数据库.例子".into()))]
    #[case(with(|d| d.port = u16::MAX))]
    #[case(with(|d| d.database = Some(String::new())))]
    #[case(with(|d| d.description = "two\nlines".into()))]
    #[case(with(|d| (d.tls, d.ca_file) = (TlsMode::VerifyCa, Some("/etc/ca.pem".into()))))]
    fn odd_but_fair_values_pass(#[case] draft: ConnectionDraft) {
        assert_eq!(found(&draft), []);
    }

    proptest! {
        #[test]
        fn any_values_are_judged_and_every_reason_has_its_text(name in any::<String>(), host in any::<String>(), user in any::<String>()) {
            let judged = found(&with(|d| (d.name, d.host, d.user) = (name.clone(), host.clone(), user.clone())));
            // Nothing that could break out of a line or an argument ever passes as a host.
            if !judged.iter().any(|(field, _)| field == "host") {
                let sound = |c: char| c.is_alphanumeric() || "-_.:%".contains(c) || host.contains('%');
                prop_assert!(host.chars().all(sound), "{host:?}");
            }
        }

        #[test]
        fn every_ip_address_is_a_host(v4 in any::<std::net::Ipv4Addr>(), v6 in any::<std::net::Ipv6Addr>()) {
            prop_assert_eq!(host(&v4.to_string()), None);
            prop_assert_eq!(host(&v6.to_string()), None);
        }
    }
}
