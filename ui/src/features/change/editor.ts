/** The editor's look and language: MySQL highlighting in the window's colours, completion of a clause's words and columns. */
import { MySQL, SQLDialect } from '@codemirror/lang-sql'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { QuoteRules, TableFacts } from '@/ipc'
import { clauseWords } from './completion'
import { DEFAULT_RULES } from './sqlTokens'

const highlight = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--syntax-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--syntax-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--syntax-number)' },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: 'var(--syntax-comment)', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.standard(tags.name)], color: 'var(--syntax-type)' },
])

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--surface-1)', color: 'var(--text-1)', fontSize: 'var(--size-2)', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px' },
  '.cm-content': { caretColor: 'var(--accent)', padding: '8px 0' },
  '.cm-line': { padding: '0 12px' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 28%, transparent)',
  },
  '.cm-gutters': { backgroundColor: 'var(--surface-2)', color: 'var(--text-3)', border: 'none' },
  '.cm-placeholder': { color: 'var(--text-3)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', outline: '1px solid var(--border-strong)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface-raised)',
    border: '1px solid var(--border)',
    borderRadius: 'var(--radius-2)',
    boxShadow: 'var(--shadow-2)',
    color: 'var(--text-1)',
    maxWidth: '480px',
  },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', fontSize: 'var(--size-1)' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--text-1)' },
  '.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal' },
  '.cm-completionIcon': { display: 'none' },
  '.cm-diagnostic': { padding: '6px 10px', fontFamily: 'var(--font-text)', fontSize: 'var(--size-1)' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--danger)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--warn)' },
  '.cm-diagnostic-info': { borderLeft: '3px solid var(--accent)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--danger) 1px', textUnderlineOffset: '3px' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline wavy var(--warn) 1px', textUnderlineOffset: '3px' },
  '.cm-lintRange-info': { backgroundImage: 'none', textDecoration: 'underline dotted var(--accent) 1px' },
  '.cm-changedText, .cm-insertedLine .cm-changedText': { background: 'color-mix(in srgb, var(--ok) 14%, transparent) !important' },
  '.cm-changedLine, .cm-insertedLine': { backgroundColor: 'var(--ok-soft) !important' },
  '.cm-deletedChunk': { backgroundColor: 'var(--danger-soft) !important', paddingLeft: '12px' },
  '.cm-deletedChunk .cm-deletedText': { background: 'color-mix(in srgb, var(--danger) 14%, transparent) !important' },
  '.cm-changeGutter': { width: '3px' },
  '.cm-collapsedLines': {
    color: 'var(--text-3)',
    background: 'var(--surface-2)',
    fontFamily: 'var(--font-text)',
    fontSize: 'var(--size-1)',
    padding: '3px 12px',
    // The package marks both ends with a sign that few fonts have.
    '&:before, &:after': { content: '"…" !important' },
  },
})

export const look: Extension = [theme, syntaxHighlighting(highlight)]

const dialects = new Map<string, SQLDialect>()
/** The colours of quotes follow the sql_mode, as the reading of the clause does. */
function dialectBy(rules: QuoteRules): SQLDialect {
  const key = JSON.stringify(rules)
  const known = dialects.get(key)
  if (known !== undefined) return known
  const dialect = SQLDialect.define({
    ...MySQL.spec,
    backslashEscapes: !rules.no_backslash_escapes,
    doubleQuotedStrings: !rules.ansi_quotes,
    identifierQuotes: `\`${rules.ansi_quotes ? '"' : ''}${rules.brackets ? '[' : ''}`,
  })
  dialects.set(key, dialect)
  return dialect
}

/** MySQL with the words that belong where the cursor stands, and none of the language's many others; `facts` is asked at that moment. */
export const mysql = (facts: () => TableFacts | undefined = () => undefined, rules: QuoteRules = DEFAULT_RULES): Extension => {
  const dialect = dialectBy(rules)
  return [dialect.language, dialect.language.data.of({ autocomplete: clauseWords(facts, rules) })]
}
