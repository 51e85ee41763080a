//! An error as lines: what happened, what to do, and the foreign words as they came.

use mysqler_contract::messages::{self, Locale};
use mysqler_contract::{AppError, ErrorCode, Params};

use super::{catalogue, printable};

/// What was typed cannot be acted on.
pub fn usage_error(detail: impl ToString) -> AppError {
    AppError::new(ErrorCode::InvalidInput)
        .with("field", "arguments")
        .detail(detail)
}

pub fn lines(locale: Locale, error: &AppError) -> Vec<String> {
    let key = format!("error.{}", error.code.as_str());
    let part = |part: &str| messages::text(locale, &format!("{key}.{part}"), &error.params);
    let label = |key: &str| catalogue::text(locale, key, &Params::new());
    let mut lines = vec![format!(
        "{}: {}",
        label("ctl.error.title"),
        printable(&part("message"))
    )];
    if let Some(detail) = detail(locale, error) {
        // A server's or a tool's own words may have several lines.
        lines.extend(detail.lines().map(|line| format!("  {}", printable(line))));
    }
    lines.push(format!(
        "{}: {}",
        label("ctl.error.hint"),
        printable(&part("hint"))
    ));
    lines
}

/// The reason of a refused value in the chosen language, then what came from outside.
fn detail(locale: Locale, error: &AppError) -> Option<String> {
    let reason = error
        .params
        .get("reason")
        .map(|reason| format!("reason.{reason}"));
    if let Some(key) = reason.filter(|key| messages::catalogue(locale).contains_key(key)) {
        return Some(messages::text(locale, &key, &error.params));
    }
    let subject = ["codes", "wanted", "what", "name", "path", "table", "run", "state"]
        .iter()
        .find_map(|name| error.params.get(*name));
    match (subject, &error.detail) {
        (Some(subject), Some(detail)) if !detail.contains(subject.as_str()) => {
            Some(format!("{subject}: {detail}"))
        }
        (_, Some(detail)) => Some(detail.clone()),
        (subject, None) => subject.cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_value_names_field_reason_and_remedy_in_both_languages() {
        let error = AppError::invalid("port", "port_range");
        assert_eq!(
            lines(Locale::En, &error),
            [
                "Error: The value of port is not acceptable",
                "  1 to 65535",
                "Hint: Correct the value and try again."
            ]
        );
        let chinese = lines(Locale::ZhCn, &error);
        assert!(chinese[0].starts_with("错误"), "{chinese:?}");
        assert!(
            !chinese[1].contains("to"),
            "the reason stayed English: {chinese:?}"
        );
    }

    #[test]
    fn foreign_words_cannot_move_the_cursor() {
        let error = AppError::new(ErrorCode::ServerRefused).detail("one\ntwo \u{1b}[2J");
        let text = lines(Locale::En, &error).join("\n");
        assert!(text.contains("  one\n  two "), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_missing_entry_is_named() {
        let error = AppError::new(ErrorCode::NotFound).with("what", "shop");
        assert_eq!(lines(Locale::En, &error)[1], "  shop");
    }
}
