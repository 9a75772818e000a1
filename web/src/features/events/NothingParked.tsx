import CheckCircleOutlined from '@mui/icons-material/CheckCircleOutlined';
import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/components/EmptyState';

/** No event is parked, or none that fits what the address asks for. */
export function NothingParked({ onClear }: { onClear?: () => void }) {
  const { t } = useTranslation();
  if (!onClear) {
    return (
      <EmptyState
        icon={CheckCircleOutlined}
        title={t('events.empty.title')}
        text={t('events.empty.text')}
      />
    );
  }
  return (
    <EmptyState
      title={t('events.empty.filtered')}
      text={t('events.empty.filteredText')}
      action={
        <Button variant="contained" onClick={onClear}>
          {t('events.empty.clear')}
        </Button>
      }
    />
  );
}
