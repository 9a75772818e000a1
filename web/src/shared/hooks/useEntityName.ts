import { useTranslation } from 'react-i18next';
import { en } from '../i18n/en';

type Known = keyof typeof en.hidden.type;

function isKnown(type: string): type is Known {
  return type in en.hidden.type;
}

/** The reader's word for an entity type; a type of the tenant's own is shown as written. */
export function useEntityName() {
  const { t } = useTranslation();
  const of = (type: string): string => {
    if (isKnown(type)) return t(`hidden.type.${type}`);
    const words = type.toLowerCase().replaceAll('_', ' ');
    return words.charAt(0).toUpperCase() + words.slice(1);
  };
  return { of, hidden: t('hidden.prefix') };
}
