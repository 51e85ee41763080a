//! What a person does in the window and what is read off it. Elements are named by `data-testid`, states are waited for.

use std::time::{Duration, Instant};

use serde_json::Value;
use thirtyfour::error::WebDriverResult;
use thirtyfour::{By, Key, WebElement};

use crate::desk::Desk;

/// No answer of the window to a click takes longer, on a busy machine either.
pub const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// Every violation of the content policy, every error nobody caught, every error that Vue wrote to the console.
const LISTEN: &str = r"
if (window.__complaints) return;
const kept = (window.__complaints = []);
addEventListener('securitypolicyviolation', (e) => kept.push(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
addEventListener('error', (e) => kept.push(`error: ${e.message} ${e.error?.stack ?? ''}`));
addEventListener('unhandledrejection', (e) => kept.push(`rejection: ${e.reason?.message ?? JSON.stringify(e.reason)} ${e.reason?.stack ?? ''}`));
for (const level of ['error', 'warn']) {
  const write = console[level];
  console[level] = (...all) => { kept.push(`console.${level}: ${all.map((one) => one?.stack ?? String(one)).join(' ')}`); write.apply(console, all); };
}";

/// Whether the element stands where it stood two frames ago: a mouse aims before it clicks.
const REST: &str = r"
const [css, done] = arguments;
const place = () => JSON.stringify(document.querySelector(css)?.getBoundingClientRect() ?? null);
const before = place();
requestAnimationFrame(() => requestAnimationFrame(() => done(place() === before)));";

/// The selector of a `data-testid`.
pub fn at(id: &str) -> String {
    format!("[data-testid='{id}']")
}

impl Desk {
    pub async fn js(&self, script: &str, arguments: Vec<Value>) -> Value {
        match self.session().execute(script, arguments).await {
            Ok(answer) => answer.json().clone(),
            Err(error) => panic!("{script}: {error}"),
        }
    }

    pub async fn listen(&self) {
        self.js(LISTEN, vec![]).await;
    }

    pub async fn complaints(&self) -> Vec<String> {
        let kept = self
            .session()
            .execute("return window.__complaints ?? ['nobody listened']", vec![])
            .await;
        kept.and_then(|kept| kept.convert())
            .unwrap_or_else(|error| vec![error.to_string()])
    }

    pub async fn no_complaints(&self) {
        assert_eq!(
            self.complaints().await,
            Vec::<String>::new(),
            "the page complained"
        );
    }

    /// Waits until `look` finds something.
    #[track_caller]
    pub fn until<'a, T, L: AsyncFnMut() -> Option<T>>(
        &'a self,
        what: &str,
        patience: Duration,
        mut look: L,
    ) -> impl Future<Output = T> + use<'a, T, L> {
        let caller = std::panic::Location::caller();
        let what = what.to_owned();
        async move {
            let begun = Instant::now();
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                assert!(
                    begun.elapsed() < patience,
                    "{caller}: waited {patience:?} for {what}"
                );
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Waits until the script, an expression, is true.
    #[track_caller]
    pub fn until_true<'a>(&'a self, expression: &str) -> impl Future<Output = ()> + use<'a> {
        let script = format!("return Boolean({expression})");
        self.until_in_time(expression.to_owned(), script, PATIENCE)
    }

    #[track_caller]
    fn until_in_time<'a>(
        &'a self,
        what: String,
        script: String,
        patience: Duration,
    ) -> impl Future<Output = ()> + use<'a> {
        let caller = std::panic::Location::caller();
        async move {
            let begun = Instant::now();
            while self.js(&script, vec![]).await != Value::Bool(true) {
                assert!(
                    begun.elapsed() < patience,
                    "{caller}: waited {patience:?} for {what}"
                );
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// The element once it is on screen.
    #[track_caller]
    pub fn see<'a>(&'a self, css: &str) -> impl Future<Output = WebElement> + use<'a> {
        self.see_within(css, PATIENCE)
    }

    #[track_caller]
    pub fn see_within<'a>(
        &'a self,
        css: &str,
        patience: Duration,
    ) -> impl Future<Output = WebElement> + use<'a> {
        let css = css.to_owned();
        let what = format!("{css} on screen");
        self.until(&what.clone(), patience, async move || {
            let element = self.session().find(By::Css(css.as_str())).await.ok()?;
            element.is_displayed().await.ok()?.then_some(element)
        })
    }

    #[track_caller]
    pub fn vanishes<'a>(&'a self, css: &str) -> impl Future<Output = ()> + use<'a> {
        self.until_true(&format!("!document.querySelector(`{css}`)"))
    }

    pub async fn sees(&self, css: &str) -> bool {
        self.js(
            "return Boolean(document.querySelector(arguments[0]))",
            vec![css.into()],
        )
        .await
        .as_bool()
        .unwrap_or_default()
    }

    /// What stands there, as a person reads it.
    #[track_caller]
    pub fn text<'a>(&'a self, css: &str) -> impl Future<Output = String> + use<'a> {
        let seen = self.see(css);
        let css = css.to_owned();
        async move {
            seen.await;
            let script = "return document.querySelector(arguments[0])?.innerText ?? ''";
            self.js(script, vec![css.into()])
                .await
                .as_str()
                .unwrap_or_default()
                .to_owned()
        }
    }

    /// Waits until the element says `part`.
    #[track_caller]
    pub fn says<'a>(&'a self, css: &str, part: &str) -> impl Future<Output = ()> + use<'a> {
        let quoted = serde_json::to_string(part).expect("text is JSON");
        self.until_true(&format!(
            "document.querySelector(`{css}`)?.textContent.includes({quoted})"
        ))
    }

    /// A click of the mouse, once the element can be clicked: enabled, at rest, and nothing lies over it.
    #[track_caller]
    pub fn click<'a>(&'a self, css: &str) -> impl Future<Output = ()> + use<'a> {
        let css = css.to_owned();
        let what = format!("a click on {css}");
        self.until(&what.clone(), PATIENCE, async move || {
            let element = self.session().find(By::Css(css.as_str())).await.ok()?;
            if !element.is_enabled().await.ok()? {
                return None;
            }
            let still = self
                .session()
                .execute_async(REST, vec![css.as_str().into()])
                .await;
            if still.and_then(|still| still.convert::<bool>()).ok() != Some(true) {
                return None;
            }
            element.click().await.ok()
        })
    }

    /// Keys to whatever has the focus.
    pub async fn keys(&self, keys: impl AsRef<str>) {
        let done = self
            .session()
            .action_chain()
            .send_keys(keys.as_ref())
            .perform()
            .await;
        done.expect("keys can be pressed");
    }

    /// Keys pressed while Ctrl is held.
    pub async fn ctrl(&self, key: impl Into<char>) {
        let key = key.into();
        let done: WebDriverResult<()> = self
            .session()
            .action_chain()
            .key_down(Key::Control)
            .key_down(key)
            .key_up(key)
            .key_up(Key::Control)
            .perform()
            .await;
        done.expect("keys can be pressed");
    }

    pub async fn key(&self, key: Key) {
        let done = self
            .session()
            .action_chain()
            .key_down(key.clone())
            .key_up(key)
            .perform()
            .await;
        done.expect("a key can be pressed");
    }

    /// Types over what stands in a field.
    pub async fn fill(&self, id: &str, text: &str) {
        self.click(&at(id)).await;
        self.focused(id).await;
        self.ctrl('a').await;
        self.keys(text).await;
        let quoted = serde_json::to_string(text).expect("text is JSON");
        self.until_true(&format!("document.activeElement.value === {quoted}"))
            .await;
    }

    /// Waits until the named element has the focus.
    #[track_caller]
    pub fn focused<'a>(&'a self, id: &str) -> impl Future<Output = ()> + use<'a> {
        self.until_true(&format!("document.activeElement?.closest(`{}`)", at(id)))
    }
}
