/** Whether someone's scopes allow what a scope names; as the server judges, which has the last word. */
export function allows(scopes: readonly string[], scope: string): boolean {
  if (scopes.includes(scope)) return true;
  if (scope === 'privacy:reveal') return false;
  return scopes.includes('*') || scopes.includes(`${scope.split(':', 1)[0]}:*`);
}
