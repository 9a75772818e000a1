import { useTranslation } from 'react-i18next';

export const OPERATORS = [
  'replace',
  'redact',
  'mask',
  'hash',
  'encrypt',
  'fpe',
  'pseudonym',
  'surrogate',
  'date_shift',
  'generalize',
  'keep',
] as const;

/** The reader's word for an operator; without one a numbered placeholder stands for the value. */
export function useOperatorName(): (operator: string | undefined) => string {
  const { t } = useTranslation();
  return (operator) => {
    const known = OPERATORS.find((each) => each === operator);
    if (known) return t(`policies.operator.${known}`);
    return operator ?? t('policies.operator.none');
  };
}
