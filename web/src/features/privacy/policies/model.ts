import type {
  Deny,
  EntityReply,
  SavedPolicyReply,
  Policy as Written,
} from '../../../api/generatedPrivacy';

export type Purpose = SavedPolicyReply['purpose'];
export type { Deny };
export type Entity = EntityReply;

/** In the order of the tabs; the default comes last, as it stands behind the others. */
export const PURPOSES: readonly Purpose[] = [
  'model_call',
  'analytics',
  'export',
  'support_view',
  'default',
];

/** In the place of a type: every type that has no rule of its own. */
export const ANY_TYPE = 'DEFAULT';
/** Above it a protected type needs its risk accepted. */
const SURE_ENOUGH = 0.5;

export type OperatorConfig = Readonly<Record<string, unknown>> & { operator: string };

export interface EntityRule {
  enabled?: boolean | null;
  threshold?: number | null;
  operator?: OperatorConfig | null;
  accept_risk?: boolean;
  reason?: string | null;
}

/** A policy whose rules have a type; the document says only that they are an object. */
export interface Policy extends Omit<Written, 'entities'> {
  entities: Readonly<Record<string, EntityRule>>;
}

const isNothing = (value: unknown) =>
  value === null || value === undefined || value === false || value === '';

/** A rule without what it leaves unsaid; undefined when it says nothing. */
export function trimmed(rule: EntityRule): EntityRule | undefined {
  const { enabled, ...rest } = rule;
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => !isNothing(value)));
  if (typeof enabled === 'boolean') said.enabled = enabled;
  if (rule.threshold === 0) said.threshold = 0;
  return Object.keys(said).length > 0 ? said : undefined;
}

/** The policy as the console edits it: without fields that say nothing. */
export function policyOf(written: Written): Policy {
  const entities: Record<string, EntityRule> = {};
  for (const [type, rule] of Object.entries((written.entities ?? {}) as Policy['entities'])) {
    const said = trimmed(rule);
    if (said) entities[type] = said;
  }
  const { allow, deny, recognizers } = written;
  return {
    entities,
    ...(allow && { allow }),
    ...(deny && { deny }),
    ...(recognizers && { recognizers }),
  };
}

/** The policy with one type's rule changed; a rule that says nothing goes. */
export function withRule(policy: Policy, type: string, rule: EntityRule): Policy {
  const { [type]: _, ...others } = policy.entities;
  const said = trimmed(rule);
  return { ...policy, entities: said ? { ...others, [type]: said } : others };
}

/** What holds for a type: its own rule, else the default's, else the product's way. */
export function ruleFor(
  own: Policy,
  standard: Policy | undefined,
  type: string,
): { enabled: boolean; threshold: number | undefined; operator: OperatorConfig | undefined } {
  const rules = [own.entities[type], standard?.entities[type]];
  const first = <K extends keyof EntityRule>(key: K) =>
    rules.map((rule) => rule?.[key]).find((value) => value !== undefined && value !== null);
  return {
    enabled: first('enabled') ?? true,
    threshold: first('threshold') ?? undefined,
    operator: first('operator') ?? undefined,
  };
}

/** Whether a rule lets a protected type through, so that somebody must say why. */
export function needsRisk(rule: EntityRule, entity: Entity, purpose: Purpose): boolean {
  if (!entity.protected || purpose === 'support_view') return false;
  return rule.enabled === false || (rule.threshold ?? 0) > SURE_ENOUGH;
}

/** The types that a policy, with the default behind it, leaves as they are. */
export function switchedOff(own: Policy, standard: Policy | undefined): string[] {
  const types = new Set([...Object.keys(own.entities), ...Object.keys(standard?.entities ?? {})]);
  return [...types]
    .filter(
      (type) =>
        (own.entities[type]?.enabled ?? standard?.entities[type]?.enabled ?? true) === false,
    )
    .sort();
}

/** The places at which two policies differ, a rule counting as one place. */
export function changedPlaces(before: Policy, after: Policy): string[] {
  const same = (a: unknown, b: unknown) => canonical(a) === canonical(b);
  const types = new Set([...Object.keys(before.entities), ...Object.keys(after.entities)]);
  const rules = [...types]
    .filter((type) => !same(before.entities[type], after.entities[type]))
    .sort()
    .map((type) => `entities.${type}`);
  const lists = (['allow', 'deny', 'recognizers'] as const).filter(
    (list) => !same(before[list], after[list]),
  );
  return [...rules, ...lists];
}

/** JSON in which the order of members does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_, part: unknown) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a.localeCompare(b)))
      : part,
  );
}

/** The lines of a field, without empty ones. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
