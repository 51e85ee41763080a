export default {
  title: 'Runs',
  empty: {
    what: 'Changes that run, wait or are held appear here, live.',
    action: 'Plan a change',
  },
}
