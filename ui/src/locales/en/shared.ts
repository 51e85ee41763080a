export default {
  action: {
    copy: 'Copy',
    copied: 'Copied',
    cancel: 'Cancel',
    close: 'Close',
    retry: 'Try again',
    copyDetails: 'Copy details',
    showDetails: 'Show details',
    hideDetails: 'Hide details',
    clear: 'Clear',
  },
  env: {
    production: 'Production',
    test: 'Test',
    development: 'Development',
  },
  error: {
    label: 'Error',
    code: 'Code',
    copyFailed: 'The clipboard refused the text',
  },
  loading: 'Loading',
  search: {
    placeholder: 'Search',
  },
  confirm: {
    typeToConfirm: 'Type {text} to confirm',
    matches: 'The text matches',
    mismatch: 'The text does not match {text} yet',
  },
  form: {
    optional: 'optional',
  },
  split: {
    resize: 'Resize the panels',
  },
  palette: {
    label: 'Command palette',
    placeholder: 'Type an action, a connection, a table or a run',
    empty: 'Nothing matches “{query}”',
    select: 'select',
    open: 'open',
    close: 'close',
  },
  time: {
    never: 'never',
    now: 'just now',
  },
  unit: {
    ms: '{value} ms',
    s: '{value} s',
    min: '{value} min',
    h: '{value} h',
    d: '{value} d',
    rows: '{value} rows',
    rowsPerSecond: '{value} rows/s',
    bytesPerSecond: '{value}/s',
  },
}
