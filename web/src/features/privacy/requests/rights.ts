import type { RightsReply } from '../../../api/generatedPrivacy';

export type Asked = RightsReply;

export const KINDS = ['erasure', 'export', 'retention'] as const;
export const STATUSES = ['running', 'done', 'ready', 'expired', 'cancelled', 'failed'] as const;
export const TARGETS = ['customer', 'conversation', 'session', 'ledger', 'retention'] as const;

/** A value only when it is one of the choices; an address may say anything. */
export function oneOf<T extends string>(
  choices: readonly T[],
  value: string | undefined,
): T | undefined {
  return choices.find((choice) => choice === value);
}

/** How often an unfinished request is looked at again. */
export const POLL_MS = 3_000;

export const isOpen = ({ status }: Pick<Asked, 'status'>) => status === 'running';

export function isLate(asked: Pick<Asked, 'status' | 'due_at'>, now: number): boolean {
  return isOpen(asked) && new Date(asked.due_at).getTime() < now;
}
