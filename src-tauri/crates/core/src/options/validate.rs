//! Whether options can be handed to the tool together: each judged alone, then beside the others.

use mysqler_contract::{ChangeOptions, ForeignKeysMethod, OptionProblem, OptionSetting};

use super::catalogue::{Found, Policy, find};
use super::settings::{RECURSION, check_recursion, misfit, problem};
use super::value;

/// Everything that is not acceptable, in the order in which it was given.
pub fn problems(options: &ChangeOptions) -> Vec<OptionProblem> {
    let mut found: Vec<OptionProblem> = Vec::new();
    for (at, setting) in options.others.iter().enumerate() {
        let before = options.others.get(..at).unwrap_or_default();
        match find(&setting.name) {
            None => found.push(problem(setting, "unknown")),
            Some(known) => {
                found.extend(alone(setting, known));
                found.extend(twice(setting, known, before));
                found.extend(beside(setting, known, options));
            }
        }
    }
    if options.chunk_size.is_some() && options.chunk_time_ms.is_some() {
        let size = OptionSetting::new("chunk-size", None);
        found.push(with_other(problem(&size, "clash"), "chunk-time"));
    }
    found
}

/// Whether the tool can be given these options at all.
pub fn stand(options: &ChangeOptions) -> bool {
    problems(options).iter().all(is_harmless)
}

/// A fixed size beside a time: the time is not passed on, and nothing else happens.
pub fn is_harmless(problem: &OptionProblem) -> bool {
    problem.option == "chunk-size" && problem.reason == "clash"
}

fn alone(setting: &OptionSetting, known: Found) -> Option<OptionProblem> {
    match known.entry.policy {
        Policy::Ours => Some(problem(setting, "ours")),
        Policy::Refused(why) => Some(problem(setting, &format!("refused_{why}"))),
        Policy::Field(_) if setting.name == RECURSION => {
            let text = setting.value.as_deref().unwrap_or_default();
            check_recursion(text).err().map(|wrong| misfit(setting, wrong))
        }
        Policy::Field(_) => Some(problem(setting, "field")),
        Policy::Open | Policy::Dangerous => {
            let checked = value::check(known.entry, setting.value.as_deref());
            checked.err().map(|wrong| misfit(setting, wrong))
        }
    }
}

fn twice(setting: &OptionSetting, known: Found, before: &[OptionSetting]) -> Option<OptionProblem> {
    let same =
        |other: &&OptionSetting| find(&other.name).is_some_and(|other| other.entry.name == known.entry.name);
    let again = !known.entry.repeatable && before.iter().any(|other| same(&other));
    again.then(|| problem(setting, "twice"))
}

/// Clashes and needs. Each pair is told once, by the one that the catalogue lists first of those given.
fn beside(setting: &OptionSetting, known: Found, options: &ChangeOptions) -> Vec<OptionProblem> {
    if known.is_default() {
        return Vec::new();
    }
    let given = |wanted: &str| match wanted {
        "alter-foreign-keys-method drop_swap" => {
            options.foreign_keys_method == Some(ForeignKeysMethod::DropSwap)
        }
        wanted => options
            .others
            .iter()
            .any(|other| find(&other.name).is_some_and(|other| other.name() == wanted)),
    };
    let mirrored = |other: &str| {
        let own = known.name();
        find(other).is_some_and(|other| other.entry.clashes.contains(&own.as_str())) && own.as_str() > other
    };
    let clashes = known
        .entry
        .clashes
        .iter()
        .filter(|other| given(other) && !mirrored(other))
        .map(|other| with_other(problem(setting, "clash"), other));
    let needs = known
        .entry
        .needs
        .iter()
        .filter(|other| !given(other))
        .map(|other| with_other(problem(setting, "needs"), other));
    clashes.chain(needs).collect()
}

fn with_other(mut problem: OptionProblem, other: &str) -> OptionProblem {
    problem.params.insert("other".to_owned(), other.to_owned());
    problem
}

/// Values that may be secrets are emptied before anything is kept or shown: those of options that carry one, of
/// addresses with a password in them, and of options that nobody knows.
pub fn without_secrets(mut options: ChangeOptions) -> ChangeOptions {
    for setting in &mut options.others {
        let secret = match find(&setting.name) {
            None => true,
            Some(known) => alone(setting, known)
                .is_some_and(|problem| matches!(problem.reason.as_str(), "refused_secret" | "server_secret")),
        };
        if secret {
            setting.value = None;
        }
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(others: &[(&str, Option<&str>)]) -> ChangeOptions {
        ChangeOptions {
            others: others
                .iter()
                .map(|(name, value)| OptionSetting::new(name, *value))
                .collect(),
            ..ChangeOptions::default()
        }
    }

    fn told(options: &ChangeOptions) -> Vec<String> {
        let told = problems(options).into_iter();
        told.map(|problem| {
            let other = problem.params.get("other").map(|other| format!(" {other}"));
            format!(
                "{} {}{}",
                problem.option,
                problem.reason,
                other.unwrap_or_default()
            )
        })
        .collect()
    }

    #[test]
    fn defaults_and_sound_options_have_no_problem() {
        assert_eq!(told(&ChangeOptions::default()), Vec::<String>::new());
        let many = given(&[
            ("chunk-index", Some("PRIMARY")),
            ("chunk-size-limit", Some("10.5")),
            ("check-interval", Some("5s")),
            ("skip-check-replica-lag", Some("h=a")),
            ("skip-check-replica-lag", Some("h=b,P=3307")),
            ("recursion-method", Some("dsn=D=percona,t=dsns")),
            ("tries", Some("swap_tables:5:0.5")),
            ("no-check-plan", None),
            ("preserve-triggers", None),
        ]);
        assert_eq!(told(&many), Vec::<String>::new());
    }

    #[test]
    fn what_the_catalogue_does_not_open_is_refused() {
        assert_eq!(
            told(&given(&[
                ("password", Some("x")),
                ("execute", None),
                ("chunk-time", Some("1")),
                ("made-up", None),
                ("quiet", None),
                ("recursion-method", Some("hosts")),
                ("channel", Some("a")),
                ("channel", Some("b")),
            ])),
            [
                "password refused_secret",
                "execute ours",
                "chunk-time field",
                "made-up unknown",
                "quiet refused_proof",
                "recursion-method value",
                "channel twice",
            ]
        );
    }

    #[test]
    fn clashes_and_needs_are_told_once() {
        assert_eq!(
            told(&given(&[("no-drop-triggers", None), ("preserve-triggers", None)])),
            ["no-drop-triggers clash preserve-triggers"]
        );
        assert_eq!(
            told(&given(&[("data-dir", Some("/a")), ("remove-data-dir", None)])),
            ["data-dir clash remove-data-dir"]
        );
        let mut swap = given(&[("no-drop-new-table", None)]);
        assert_eq!(told(&swap), Vec::<String>::new());
        swap.foreign_keys_method = Some(ForeignKeysMethod::DropSwap);
        assert_eq!(
            told(&swap),
            ["no-drop-new-table clash alter-foreign-keys-method drop_swap"]
        );
        assert_eq!(
            told(&given(&[("history-table", Some("a.b"))])),
            ["history-table needs history"]
        );
        assert_eq!(
            told(&given(&[("resume", Some("1"))])),
            ["resume refused_proof", "resume needs history"]
        );
        assert_eq!(
            told(&given(&[("history-table", Some("a.b")), ("history", None)])),
            Vec::<String>::new()
        );
        let both = ChangeOptions {
            chunk_size: Some(500),
            ..ChangeOptions::default()
        };
        assert_eq!(told(&both), ["chunk-size clash chunk-time"]);
    }

    #[test]
    fn no_value_that_may_be_a_secret_is_kept() {
        let kept = without_secrets(given(&[
            ("password", Some("hunter2")),
            ("slave-password", Some("hunter2")),
            ("passwort", Some("hunter2")),
            ("check-replica-lag", Some("h=a,p=hunter2")),
            ("chunk-index", Some("PRIMARY")),
        ]));
        assert!(!format!("{kept:?}").contains("hunter2"), "{kept:?}");
        assert_eq!(kept.others[4].value.as_deref(), Some("PRIMARY"));
    }
}
