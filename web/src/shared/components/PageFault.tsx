import { useTranslation } from 'react-i18next';
import { ErrorState } from './ErrorState';

/** What stands in place of a page that could not be drawn. */
export function PageFault({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  const problem = { type: 'about:blank', title: t('state.fault'), status: 500 };
  return <ErrorState problem={problem} onRetry={onRetry} />;
}
