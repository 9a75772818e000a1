import type { ColumnBody, TableColumnReply, TablePlanBody } from '../../../api/generatedPrivacy';

export type Column = TableColumnReply;
export type Role = Column['role'];

export const ROLES: readonly Role[] = ['direct', 'quasi', 'sensitive', 'text', 'none'];

/** What may stand for a direct identifier; the first is the server's own choice. */
export const DIRECT = ['hash', 'drop', 'pseudonym', 'surrogate', 'fpe', 'encrypt', 'mask'] as const;
/** What may stand for personal data in free text. */
export const TEXT = ['replace', 'redact', 'mask', 'hash', 'surrogate'] as const;
/** How a quasi-identifier may be made coarser; `auto`: chosen by its values. */
export const HIERARCHIES = ['auto', 'numeric', 'age', 'date', 'prefix', 'top', 'suppress'] as const;
/** Values that stay with the hierarchy `top`. */
const TOP_KEPT = [20, 10, 5];

/** What a person said of one column, as the form holds it. */
export interface Choice {
  role: Role;
  direct: (typeof DIRECT)[number];
  text: (typeof TEXT)[number];
  hierarchy: (typeof HIERARCHIES)[number];
  l: string;
  t: string;
}

export type Choices = Readonly<Record<string, Choice>>;

export interface Targets {
  k: string;
  /** Share of rows that may be left out, in percent. */
  suppressed: string;
}

export const TARGETS: Targets = { k: '5', suppressed: '5' };

/** The roles that were found, to be confirmed or corrected. */
export function choicesOf(columns: readonly Column[]): Choices {
  return Object.fromEntries(
    columns.map(({ name, role }) => [
      name,
      { role, direct: 'hash', text: 'replace', hierarchy: 'auto', l: '', t: '' } as const,
    ]),
  );
}

const inside = (text: string, least: number, most: number) =>
  text.trim() !== '' && Number(text) >= least && Number(text) <= most;

export type Fault = 'k' | 'suppressed' | 'noQuasi' | 'allDropped' | { column: string };

/** What cannot be asked for. */
export function faultsOf(choices: Choices, targets: Targets): Fault[] {
  const faults: Fault[] = [];
  const all = Object.entries(choices);
  if (
    targets.k.trim() !== '' &&
    !(inside(targets.k, 1, 1e6) && Number.isInteger(Number(targets.k)))
  )
    faults.push('k');
  if (!inside(targets.suppressed, 0, 100)) faults.push('suppressed');
  for (const [column, { role, l, t }] of all) {
    if (role !== 'sensitive') continue;
    if ((l !== '' && !inside(l, 1, 1e6)) || (t !== '' && !inside(t, 0, 1))) faults.push({ column });
  }
  const asks =
    targets.k.trim() !== '' ||
    all.some(([, { role, l, t }]) => role === 'sensitive' && (l !== '' || t !== ''));
  if (asks && !all.some(([, { role }]) => role === 'quasi')) faults.push('noQuasi');
  if (all.every(([, { role, direct }]) => role === 'direct' && direct === 'drop'))
    faults.push('allDropped');
  return faults;
}

function bodyOf(column: Column, choice: Choice): ColumnBody {
  const { name } = column;
  switch (choice.role) {
    case 'direct':
      return {
        name,
        role: 'direct',
        ...(column.entity && { entity: column.entity }),
        operator: { operator: choice.direct },
      };
    case 'quasi':
      if (choice.hierarchy === 'auto') return { name, role: 'quasi' };
      return {
        name,
        role: 'quasi',
        hierarchy: {
          kind: choice.hierarchy,
          ...(choice.hierarchy === 'top' && { keep: TOP_KEPT }),
        },
      };
    case 'sensitive':
      return {
        name,
        role: 'sensitive',
        ...(choice.l !== '' && { l: Number(choice.l) }),
        ...(choice.t !== '' && { t: Number(choice.t) }),
      };
    case 'text':
      return { name, role: 'text', operators: { DEFAULT: { operator: choice.text } } };
    default:
      return { name, role: 'none' };
  }
}

/** What the server gets for one table. */
export function planOf(
  table: { id: string; columns: readonly Column[] },
  choices: Choices,
  targets: Targets,
): TablePlanBody {
  return {
    table_id: table.id,
    columns: table.columns.map((column) => bodyOf(column, choices[column.name] as Choice)),
    ...(targets.k.trim() !== '' && { k: Number(targets.k) }),
    max_suppressed: Number(targets.suppressed) / 100,
  };
}
