import { useTranslation } from 'react-i18next';
import { oneOf, TARGETS } from './rights';

/** The reader's word for what a request is about. */
export function useTargetName(): (target: string) => string {
  const { t } = useTranslation();
  return (target) => {
    const known = oneOf(TARGETS, target);
    return known ? t(`requests.target.${known}`) : target;
  };
}
