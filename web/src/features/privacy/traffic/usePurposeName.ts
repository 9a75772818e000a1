import { useTranslation } from 'react-i18next';
import { PURPOSES } from './passages';

/** The reader's word for what a text left for; one that the console does not know is shown as is. */
export function usePurposeName(): (purpose: string) => string {
  const { t } = useTranslation();
  return (purpose) => {
    const known = PURPOSES.find((each) => each === purpose);
    return known ? t(`traffic.purpose.${known}`) : purpose;
  };
}
