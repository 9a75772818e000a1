import type { ListSpec, PatternSpec, RemoteSpec } from '../../../api/generatedPrivacy';
import { isType } from './EntityField';
import { linesOf } from './model';

export const KINDS = ['pattern', 'list', 'remote'] as const;
export type Kind = (typeof KINDS)[number];
export type Spec =
  | ({ kind: 'pattern' } & PatternSpec)
  | ({ kind: 'list' } & ListSpec)
  | ({ kind: 'remote' } & RemoteSpec);

const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** A recognizer as the form holds it: every kind's fields, as text. */
export interface Form {
  kind: Kind;
  name: string;
  description: string;
  entity: string;
  /** Patterns or words, one a line. */
  lines: string;
  score: string;
  context: string;
  wholeWords: boolean;
  ignoreCase: boolean;
  url: string;
  entities: string;
  timeout: string;
}

export const BLANK: Form = {
  kind: 'pattern',
  name: '',
  description: '',
  entity: '',
  lines: '',
  score: '0.6',
  context: '',
  wholeWords: true,
  ignoreCase: true,
  url: '',
  entities: '',
  timeout: '2',
};

export function formOf(spec: Spec): Form {
  const form = { ...BLANK, kind: spec.kind, name: spec.name, description: spec.description ?? '' };
  if (spec.kind === 'pattern') {
    return {
      ...form,
      entity: spec.entity,
      lines: spec.patterns.map(({ regex }) => regex).join('\n'),
      score: String(spec.patterns[0]?.score ?? 0.6),
      context: (spec.context ?? []).join('\n'),
    };
  }
  if (spec.kind === 'list') {
    return {
      ...form,
      entity: spec.entity,
      lines: spec.words.join('\n'),
      score: String(spec.score ?? 0.9),
      wholeWords: spec.whole_words ?? true,
      ignoreCase: spec.ignore_case ?? true,
    };
  }
  return {
    ...form,
    url: spec.url,
    entities: spec.entities.join('\n'),
    timeout: String(spec.timeout_s ?? 2),
  };
}

/** The fields that cannot be sent as they are. */
export function faultsOf(form: Form): ReadonlySet<keyof Form> {
  const faults = new Set<keyof Form>();
  const inside = (value: string, most: number) => Number(value) > 0 && Number(value) <= most;
  if (!NAME.test(form.name)) faults.add('name');
  if (form.kind === 'remote') {
    if (!/^https?:\/\/.+/.test(form.url)) faults.add('url');
    const types = linesOf(form.entities);
    if (types.length === 0 || !types.every(isType)) faults.add('entities');
    if (!inside(form.timeout, 10)) faults.add('timeout');
    return faults;
  }
  if (!isType(form.entity)) faults.add('entity');
  if (linesOf(form.lines).length === 0) faults.add('lines');
  if (!inside(form.score, 1)) faults.add('score');
  return faults;
}

/** What the server gets; patterns that were there keep scores of their own. */
export function specOf(form: Form, before?: Spec): Spec {
  const { name, description, entity } = form;
  const score = Number(form.score);
  if (form.kind === 'list') {
    return {
      kind: 'list',
      name,
      description,
      entity,
      words: linesOf(form.lines),
      whole_words: form.wholeWords,
      ignore_case: form.ignoreCase,
      score,
    };
  }
  if (form.kind === 'remote') {
    const { url, entities, timeout } = form;
    const types = linesOf(entities);
    return { kind: 'remote', name, description, url, entities: types, timeout_s: Number(timeout) };
  }
  const old = before?.kind === 'pattern' ? before.patterns : [];
  const moved = old[0] !== undefined && (old[0].score ?? 0.6) !== score;
  return {
    kind: 'pattern',
    name,
    description,
    entity,
    patterns: linesOf(form.lines).map((regex) => ({
      regex,
      score: (!moved && old.find((each) => each.regex === regex)?.score) || score,
    })),
    context: linesOf(form.context),
  };
}
