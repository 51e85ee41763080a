//! The message catalogue: one flat JSON file a language, shared by every host and by the window.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::Params;

/// A language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locale {
    En,
    ZhCn,
}

type Catalogue = BTreeMap<String, String>;

static EN: LazyLock<Catalogue> = LazyLock::new(|| parse(include_str!("../locales/en.json")));
static ZH_CN: LazyLock<Catalogue> = LazyLock::new(|| parse(include_str!("../locales/zh-CN.json")));

// A malformed file is caught by the test below, so an empty catalogue cannot ship.
fn parse(json: &str) -> Catalogue {
    serde_json::from_str(json).unwrap_or_default()
}

/// All messages of a language by key.
pub fn catalogue(locale: Locale) -> &'static BTreeMap<String, String> {
    match locale {
        Locale::En => &EN,
        Locale::ZhCn => &ZH_CN,
    }
}

/// The message under `key` with each `{name}` replaced by its parameter; an unknown key renders as itself and an
/// unknown name stays visible, so that a gap is seen rather than hidden. The parameter `why` may be the name of a text
/// of its own, `why.<value>`, with the same parameters.
pub fn text(locale: Locale, key: &str, params: &Params) -> String {
    let Some(template) = catalogue(locale).get(key) else {
        return key.to_owned();
    };
    let why = params.get(WHY).map(|value| format!("{WHY}.{value}"));
    match why.and_then(|key| catalogue(locale).get(&key)) {
        Some(reason) => {
            let mut params = params.clone();
            let reason = interpolate(reason, &params);
            params.insert(WHY.to_owned(), reason);
            interpolate(template, &params)
        }
        None => interpolate(template, params),
    }
}

const WHY: &str = "why";
/// Between the singular and the plural of a text.
pub const FORMS: &str = " | ";

/// `template` with each `{name}` replaced; a value that looks like a placeholder is not expanded again. Of a template in
/// two forms, `one row | {count} rows`, the first is told for a `count` of 1, the other for any other.
pub fn interpolate(template: &str, params: &Params) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = match (template.split_once(FORMS), params.get("count")) {
        (Some((one, _)), Some(count)) if count == "1" => one,
        (Some((_, many)), Some(_)) => many,
        _ => template,
    };
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let tail = &rest[open..];
        let Some(close) = tail.find('}') else {
            out.push_str(tail);
            return out;
        };
        match params.get(&tail[1..close]) {
            Some(value) => out.push_str(value),
            None => out.push_str(&tail[..=close]),
        }
        rest = &tail[close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(template: &str) -> Vec<String> {
        let (_, longest) = template.split_once(FORMS).unwrap_or(("", template));
        let mut found: Vec<String> = longest
            .split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}').map(|(name, _)| name.to_owned()))
            .collect();
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn both_languages_have_the_same_keys_and_the_same_parameters() {
        assert!(EN.len() > 20, "the English catalogue did not parse");
        let missing: Vec<_> = EN.keys().filter(|key| !ZH_CN.contains_key(*key)).collect();
        let extra: Vec<_> = ZH_CN.keys().filter(|key| !EN.contains_key(*key)).collect();
        assert!(
            missing.is_empty() && extra.is_empty(),
            "missing in zh-CN: {missing:?}; only there: {extra:?}"
        );
        for (key, text) in EN.iter() {
            assert!(
                !text.trim().is_empty() && !ZH_CN[key].trim().is_empty(),
                "{key} is empty"
            );
            assert_eq!(
                names(text),
                names(&ZH_CN[key]),
                "{key} interpolates other names in zh-CN"
            );
        }
    }

    #[test]
    fn a_reason_is_told_in_the_readers_language_and_free_words_stay() {
        let told = |locale, why: &str| {
            let params = [("image", "x"), ("why", why), ("seconds", "60")];
            let params = params
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
            text(locale, "finding.IMAGE_UNSUITABLE.evidence", &params)
        };
        assert_eq!(told(Locale::En, "no perl"), "x: no perl");
        assert_eq!(told(Locale::En, "timed_out"), "x: no answer within 60 s");
        assert_eq!(told(Locale::ZhCn, "timed_out"), "x：60 秒内没有结果");
    }

    #[test]
    fn one_is_told_in_the_singular() {
        let told = |locale, count: &str| {
            let params = [("count", count), ("seconds", "9")];
            let params = params
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
            text(locale, "gate.lock_held", &params)
        };
        assert!(told(Locale::En, "1").starts_with("One session holds the table, for 9 s"));
        assert!(told(Locale::En, "2").starts_with("2 sessions hold the table, the longest for 9 s"));
        assert!(told(Locale::ZhCn, "1").starts_with("1 "));
    }

    #[test]
    fn a_parameter_that_looks_like_a_placeholder_is_not_expanded_again() {
        let params = Params::from([
            ("a".to_owned(), "{b}".to_owned()),
            ("b".to_owned(), "no".to_owned()),
        ]);
        assert_eq!(interpolate("x {a} y {c} z", &params), "x {b} y {c} z");
    }
}
