export const session = {
  tagline:
    'Customer conversations, turned into insight and answers. Private and fair, on your own machine.',
  signIn: 'Sign in',
  signInTitle: 'Sign in to your console',
  email: 'E-mail address',
  password: 'Password',
  show: 'Show password',
  hide: 'Hide password',
  wrong: 'That e-mail address and password do not match.',
  limited: 'Too many attempts. Wait a minute and try again.',
  required: 'Fill this in.',
  badEmail: 'Enter an address such as name@example.com.',
  short: 'Use at least {{count}} characters.',
  setupTitle: 'Set up your console',
  setupText:
    'This makes the first account, an administrator. It takes one step and nothing leaves this machine.',
  name: 'Your name',
  passwordHint: 'At least {{count}} characters. A password manager may fill it in.',
  create: 'Create account',
  noToken:
    'This link has no set-up token. Open the link that the terminal printed when the server started.',
  tokenRefused:
    'This set-up link is no longer valid. Restart the server to get a new one, or sign in.',
  haveAccount: 'I already have an account',
  problem: '{{text}} (request id {{id}})',
} as const;
