export default {
  title: 'History',
  empty: {
    what: 'Every run stays here with its plan, command, log and outcome.',
    action: 'Plan a change',
  },
}
