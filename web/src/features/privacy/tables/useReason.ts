import { useTranslation } from 'react-i18next';
import { formatCount } from '../../../shared/format';
import { useEntityName } from '../../../shared/hooks/useEntityName';
import type { Column } from './plan';

const CODES = [
  'name',
  'values-recognized',
  'unique-values',
  'long-text',
  'text-with-personal-data',
  'few-values',
  'numbers',
  'nothing-found',
] as const;

/** Why a role was proposed, in words. */
export function useReason(): (reason: Column['reasons'][number]) => string {
  const { t } = useTranslation();
  const name = useEntityName();
  return ({ code, n, of, entity }) => {
    const known = CODES.find((each) => each === code);
    if (!known) return code.replaceAll('-', ' ');
    return t(`tables.reason.${known}`, {
      n: formatCount(n ?? 0),
      of: formatCount(of ?? 0),
      type: entity ? name.of(entity) : t('tables.reason.kind'),
    });
  };
}
