export default {
  title: 'Welcome',
  empty: {
    what: 'Choose the language, how passwords are protected, and add the first connection.',
    action: 'Continue',
  },
}
