//! Between options in the tool's words and the typed ones: laying settings over options, and telling what differs.

use mysqler_contract::{
    AppliedOptions, ChangeOptions, ForeignKeysMethod, LoadThreshold, OptionProblem, OptionSetting, Params,
    RecursionMethod, SessionVariable,
};

use super::catalogue::{Found, Policy, find};
use super::value;

const LOCK_WAIT: &str = "lock_wait_timeout";

/// Settings laid over `onto`, in their order. What is not acceptable is left out and told; its value is not repeated,
/// since it may be a secret.
pub fn apply(settings: &[OptionSetting], onto: &ChangeOptions) -> AppliedOptions {
    let mut options = onto.clone();
    let mut problems = Vec::new();
    for setting in settings {
        if let Err(problem) = lay(setting, &mut options) {
            problems.push(problem);
        }
    }
    let given = |name: &str| {
        settings
            .iter()
            .any(|setting| setting.name == name && setting.value.is_some())
    };
    // A fixed size and an aimed-at time contradict each other: what was said wins over what was only suggested.
    if given("chunk-size") && !given("chunk-time") && options.chunk_size.is_some() {
        options.chunk_time_ms = None;
    }
    if given("chunk-time") && !given("chunk-size") && options.chunk_time_ms.is_some() {
        options.chunk_size = None;
    }
    AppliedOptions { options, problems }
}

pub(super) fn problem(setting: &OptionSetting, reason: &str) -> OptionProblem {
    OptionProblem {
        option: setting.name.clone(),
        reason: reason.to_owned(),
        params: Params::new(),
    }
}

pub(super) fn misfit(setting: &OptionSetting, misfit: value::Misfit) -> OptionProblem {
    let mut found = problem(setting, misfit.reason);
    found.params.insert("expected".to_owned(), misfit.expected);
    found
}

fn lay(setting: &OptionSetting, options: &mut ChangeOptions) -> Result<(), OptionProblem> {
    let Some(found) = find(&setting.name) else {
        return Err(problem(setting, "unknown"));
    };
    match found.entry.policy {
        Policy::Ours => Err(problem(setting, "ours")),
        Policy::Refused(why) => Err(problem(setting, &format!("refused_{why}"))),
        Policy::Field(field) => lay_field(field, found, setting, options),
        Policy::Open | Policy::Dangerous => lay_other(found, setting, options),
    }
}

fn lay_other(
    found: Found,
    setting: &OptionSetting,
    options: &mut ChangeOptions,
) -> Result<(), OptionProblem> {
    let given = match found.entry.takes_value() {
        true => setting.value.clone(),
        // A form and a fix may say an empty value where the tool takes none.
        false => setting.value.clone().filter(|value| !value.is_empty()),
    };
    value::check(found.entry, given.as_deref()).map_err(|wrong| misfit(setting, wrong))?;
    if !found.entry.repeatable {
        options
            .others
            .retain(|other| find(&other.name).is_none_or(|other| other.entry.name != found.entry.name));
    }
    let laid = OptionSetting {
        name: found.name(),
        value: given,
    };
    if !found.is_default() && !options.others.contains(&laid) {
        options.others.push(laid);
    }
    Ok(())
}

fn lay_field(
    field: &str,
    found: Found,
    setting: &OptionSetting,
    options: &mut ChangeOptions,
) -> Result<(), OptionProblem> {
    let wrong = |problem: value::Misfit| misfit(setting, problem);
    let text = setting.value.as_deref();
    if found.entry.takes_value()
        && field != "recursion_method"
        && field != "foreign_keys_method"
        && text.is_some()
    {
        value::check(found.entry, text).map_err(wrong)?;
    }
    let unreadable = || {
        let fits = value::check(found.entry, None).err();
        fits.map_or_else(
            || problem(setting, "value"),
            |shape| {
                misfit(
                    setting,
                    value::Misfit {
                        reason: "value",
                        ..shape
                    },
                )
            },
        )
    };
    match (field, text) {
        ("chunk_size", text) => {
            options.chunk_size = text
                .map(|text| value::size(text).ok_or_else(unreadable))
                .transpose()?
        }
        ("chunk_time_ms", text) => {
            options.chunk_time_ms = text
                .map(|text| milliseconds(text).ok_or_else(unreadable))
                .transpose()?
        }
        ("max_load", Some(text)) => options.max_load = value::thresholds(text).ok_or_else(unreadable)?,
        ("critical_load", Some(text)) => {
            options.critical_load = value::thresholds(text).ok_or_else(unreadable)?
        }
        ("charset", text) => options.charset = text.map(str::to_owned),
        ("max_lag_s", Some(text)) => options.max_lag_s = value::seconds(text).ok_or_else(unreadable)?,
        ("set_vars", Some(text)) => lay_variables(value::variables(text).ok_or_else(unreadable)?, options),
        ("analyze_before_swap", _) => options.analyze_before_swap = !found.off,
        ("foreign_keys_method", text) => {
            options.foreign_keys_method = match text {
                None => None,
                Some("rebuild_constraints") => Some(ForeignKeysMethod::RebuildConstraints),
                Some("drop_swap") => Some(ForeignKeysMethod::DropSwap),
                Some("none" | "auto") => return Err(problem(setting, "refused_foreign_keys")),
                Some(_) => return Err(unreadable()),
            }
        }
        ("recursion_method", Some(text)) => lay_recursion(text, setting, options)?,
        _ => return Err(unreadable()),
    }
    Ok(())
}

/// Zero is "never adapt" to the tool: whoever wants that says a size.
fn milliseconds(text: &str) -> Option<u32> {
    value::thousandths(text)
        .and_then(|ms| u32::try_from(ms).ok())
        .filter(|ms| *ms > 0)
}

fn lay_variables(variables: Vec<SessionVariable>, options: &mut ChangeOptions) {
    options.set_vars.clear();
    for variable in variables {
        let seconds = variable
            .name
            .eq_ignore_ascii_case(LOCK_WAIT)
            .then(|| value::whole(&variable.value))
            .flatten();
        match seconds.filter(|seconds| *seconds > 0) {
            Some(seconds) => options.lock_wait_timeout_s = seconds,
            // MySQLer sets this one by itself where the server has it, and any other value is refused.
            None if is_our_explain_format(&variable) => {}
            None => options.set_vars.push(variable),
        }
    }
}

fn is_our_explain_format(variable: &SessionVariable) -> bool {
    variable.name.eq_ignore_ascii_case("explain_format") && variable.value.eq_ignore_ascii_case("TRADITIONAL")
}

fn lay_recursion(
    text: &str,
    setting: &OptionSetting,
    options: &mut ChangeOptions,
) -> Result<(), OptionProblem> {
    options.others.retain(|other| other.name != RECURSION);
    options.recursion_method = match text {
        "auto" | "processlist,hosts" | "hosts,processlist" => RecursionMethod::Auto,
        "processlist" => RecursionMethod::Processlist,
        "hosts" => RecursionMethod::Hosts,
        "none" => RecursionMethod::None,
        _ => {
            check_recursion(text).map_err(|wrong| misfit(setting, wrong))?;
            options.others.push(OptionSetting::new(RECURSION, Some(text)));
            RecursionMethod::Auto
        }
    };
    Ok(())
}

/// The one setting with a field that also takes what the field cannot: a table of the replicas to watch.
pub(super) const RECURSION: &str = "recursion-method";

pub(super) fn check_recursion(text: &str) -> Result<(), value::Misfit> {
    match text.strip_prefix("dsn=") {
        Some(table) => value::server(table, &['h', 'P', 'D', 't']),
        None => Err(value::Misfit {
            reason: "value",
            expected: "processlist, hosts, none, dsn=D=percona,t=dsns".into(),
        }),
    }
}

/// What has to be laid over `base` to get `options`.
pub fn difference(options: &ChangeOptions, base: &ChangeOptions) -> Vec<OptionSetting> {
    let mut found = Vec::new();
    let mut tell = |differs: bool, name: &str, value: Option<String>| {
        if differs {
            found.push(OptionSetting {
                name: name.to_owned(),
                value,
            });
        }
    };
    let (a, b) = (options, base);
    // Naming one of the two takes the other away; so both are named when either differs.
    let paced = a.chunk_time_ms != b.chunk_time_ms || a.chunk_size != b.chunk_size;
    tell(paced, "chunk-time", a.chunk_time_ms.map(decimal));
    tell(
        paced && (a.chunk_size.is_some() || a.chunk_size != b.chunk_size),
        "chunk-size",
        a.chunk_size.map(|rows| rows.to_string()),
    );
    tell(
        a.max_load != b.max_load,
        "max-load",
        Some(threshold_list(&a.max_load)),
    );
    tell(
        a.critical_load != b.critical_load,
        "critical-load",
        Some(threshold_list(&a.critical_load)),
    );
    tell(
        a.max_lag_s != b.max_lag_s,
        "max-lag",
        Some(a.max_lag_s.to_string()),
    );
    tell(a.charset != b.charset, "charset", a.charset.clone());
    tell(
        a.set_vars != b.set_vars || a.lock_wait_timeout_s != b.lock_wait_timeout_s,
        "set-vars",
        Some(variable_list(a)),
    );
    tell(
        a.recursion_method != b.recursion_method,
        RECURSION,
        Some(recursion(a.recursion_method).to_owned()),
    );
    tell(
        a.foreign_keys_method != b.foreign_keys_method,
        "alter-foreign-keys-method",
        a.foreign_keys_method
            .map(|method| foreign_keys(method).to_owned()),
    );
    let analyze = if a.analyze_before_swap {
        "analyze-before-swap"
    } else {
        "no-analyze-before-swap"
    };
    tell(a.analyze_before_swap != b.analyze_before_swap, analyze, None);
    found.extend(a.others.iter().filter(|other| !b.others.contains(other)).cloned());
    found
}

fn decimal(ms: u32) -> String {
    let text = format!("{}.{:03}", ms / 1000, ms % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn threshold_list(list: &[LoadThreshold]) -> String {
    let parts = list
        .iter()
        .map(|load| format!("{}={}", load.variable, load.value));
    parts.collect::<Vec<_>>().join(",")
}

fn variable_list(options: &ChangeOptions) -> String {
    let lock_wait = format!("{LOCK_WAIT}={}", options.lock_wait_timeout_s);
    let others = options
        .set_vars
        .iter()
        .map(|variable| format!("{}={}", variable.name, variable.value.replace(',', "\\,")));
    std::iter::once(lock_wait)
        .chain(others)
        .collect::<Vec<_>>()
        .join(",")
}

fn recursion(method: RecursionMethod) -> &'static str {
    match method {
        RecursionMethod::Auto => "auto",
        RecursionMethod::Processlist => "processlist",
        RecursionMethod::Hosts => "hosts",
        RecursionMethod::None => "none",
    }
}

fn foreign_keys(method: ForeignKeysMethod) -> &'static str {
    match method {
        ForeignKeysMethod::RebuildConstraints => "rebuild_constraints",
        ForeignKeysMethod::DropSwap => "drop_swap",
    }
}

#[cfg(test)]
#[path = "settings_test.rs"]
mod tests;
