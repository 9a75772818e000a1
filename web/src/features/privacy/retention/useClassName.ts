import { useTranslation } from 'react-i18next';

const CLASSES = ['conversations', 'sessions', 'decisions', 'imports'] as const;

/** The reader's word for a class of data. */
export function useClassName(): (name: string) => string {
  const { t } = useTranslation();
  return (name) => {
    const known = CLASSES.find((each) => each === name);
    return known ? t(`retention.class.${known}`) : name.replaceAll('_', ' ');
  };
}
