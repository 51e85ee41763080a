//! The catalogue is complete: every name that crosses to a host has its texts in both languages.

use mysqler_contract::messages::{FORMS, Locale, catalogue};
use mysqler_contract::{
    AppError, AskedOutcome, ErrorCode, Figure, LeftoverVerdict, Reads, Remark, RunStateKind, Severity,
};

/// Lists the codes and, through the exhaustive match, refuses to compile when a new one is not listed.
macro_rules! every_code {
    ($($name:ident),* $(,)?) => {
        const CODES: &[ErrorCode] = &[$(ErrorCode::$name),*];

        #[allow(dead_code)]
        fn listed(code: ErrorCode) {
            match code {
                $(ErrorCode::$name => {})*
            }
        }
    };
}

every_code! {
    InvalidInput, NotFound, NameTaken, ConnectionUntested, PasswordMissing, ServerHostUnknown,
    ServerUnreachable, ServerTimeout, ServerAccessDenied, ServerTls, ServerUnsupported, ServerLost,
    ServerPrivilege, ServerRefused, DatabaseMissing, TableMissing, SessionChanged, SessionProtected,
    SshUnreachable, SshHostKeyUnknown, SshHostKeyChanged, SshLoginRefused, SshKeyUnusable, SshPassphraseWrong,
    SshAgentUnavailable, SshForwardRefused, SshForwardFailed, SshLost, SshTunnelFailed, VaultUnset, VaultLocked,
    VaultWrongPassword, VaultDamaged, KeyringUnavailable, DockerUnreachable, DockerRefused, DockerTls, DockerHostUnknown, LoopbackUnreachable, ImageMissing,
    ImageUnsuitable, JobLost, RunnerUnsupported, LocalRunnerFailed, LaunchImpossible, StoreFull, StoreReadOnly, StoreDamaged,
    StoreNewer, StoreFailed, LeaseLost, PlanExpired, PlanBlocked, ConfirmationMismatch, DangersNotAccepted,
    TableBusy, RunStateForbids, RunFailed, RunFailedAfterSwap, RowsLost, RowsDiffer, TuningNotPossible, ContinueImpossible, TriggersChanged, TriggersUnguarded, RenamesUnconfirmed, AlterRefused, AlterAlgorithmRefused, AlterLockedOut,
    AlterEnded, AlterNotSent, RunSupervisorMissing, FileUnreadable,
    FileUnwritable, FileFormat, PassphraseWrong, Cancelled, Internal,
}

fn missing(keys: impl IntoIterator<Item = String>) -> Vec<String> {
    keys.into_iter()
        .filter(|key| {
            [Locale::En, Locale::ZhCn]
                .iter()
                .any(|locale| !catalogue(*locale).contains_key(key))
        })
        .collect()
}

#[test]
fn every_error_code_says_what_happened_and_what_to_do() {
    let keys = CODES
        .iter()
        .flat_map(|code| ["message", "hint"].map(|part| format!("error.{}.{part}", code.as_str())));
    assert_eq!(missing(keys), Vec::<String>::new());
    for code in CODES {
        let error = AppError::new(*code);
        assert!(
            !error.message.starts_with("error."),
            "{code:?} renders as its own key"
        );
        assert!(!error.hint.starts_with("error."), "{code:?} has no hint");
    }
}

#[test]
fn every_state_and_severity_has_its_name() {
    let states = RunStateKind::ALL
        .iter()
        .map(|state| format!("state.{}", state.as_str()));
    assert_eq!(missing(states), Vec::<String>::new());
    let severities = [Severity::Info, Severity::Warn, Severity::Danger, Severity::Block];
    let keys = severities.iter().filter_map(|severity| {
        serde_json::to_value(severity)
            .ok()
            .and_then(|value| value.as_str().map(|name| format!("severity.{name}")))
    });
    assert_eq!(missing(keys), Vec::<String>::new());
}

#[test]
fn every_figure_of_a_comparison_and_every_remark_has_its_name() {
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned).unwrap_or_default();
    let figures = Figure::ALL.map(|figure| word(serde_json::json!(figure)));
    let remarks = Remark::ALL.map(|remark| format!("remark.{}", word(serde_json::json!(remark))));
    let titles = ["title", "forecast", "fact", "ratio"].map(str::to_owned);
    let names = figures.into_iter().chain(remarks).chain(titles);
    let keys = names.map(|name| format!("compared.{name}"));
    assert_eq!(missing(keys), Vec::<String>::new());
}

#[test]
fn every_way_of_reading_and_every_end_of_a_question_has_its_words() {
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned).unwrap_or_default();
    let reads = Reads::ALL.map(|how| format!("reading.{}", word(serde_json::json!(how))));
    let ends = AskedOutcome::ALL.map(|end| format!("asked.{}", word(serde_json::json!(end))));
    assert_eq!(missing(reads.into_iter().chain(ends)), Vec::<String>::new());
}

#[test]
fn every_verdict_on_a_leftover_and_every_refusal_has_its_words() {
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned).unwrap_or_default();
    let verdicts =
        LeftoverVerdict::ALL.map(|verdict| format!("verdict.{}", word(serde_json::json!(verdict))));
    let kinds = ["trigger", "shadow", "old", "clone", "history_row"].map(|kind| format!("kind.{kind}"));
    let refusals = [
        "changed",
        "first",
        "idle_sessions",
        "live",
        "referenced",
        "still_there",
        "unproven",
    ];
    let refusals = refusals.map(|refusal| format!("refused.{refusal}"));
    let unseen =
        ["idle_sessions", "may_copy", "sessions_hidden", "too_many"].map(|what| format!("unseen.{what}"));
    let names = verdicts.into_iter().chain(kinds).chain(refusals).chain(unseen);
    assert_eq!(
        missing(names.map(|name| format!("leftover.{name}"))),
        Vec::<String>::new()
    );
}

/// The window's own message syntax gives these characters a meaning; the catalogue stays clear of it.
#[test]
fn no_text_holds_a_character_with_a_meaning_elsewhere() {
    for locale in [Locale::En, Locale::ZhCn] {
        for (key, text) in catalogue(locale) {
            // One separator stands between the singular and the plural, of a text that counts something.
            let forms = match text.split_once(FORMS) {
                Some((one, many)) if many.contains("{count}") => [one, many].concat(),
                _ => text.clone(),
            };
            assert!(!forms.contains(['\u{40}', '|', '！']), "{key}: {text}");
        }
    }
}
