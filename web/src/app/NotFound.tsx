import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { EmptyState } from '../shared/components/EmptyState';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState
      heading="h1"
      title={t('state.notFoundTitle')}
      text={t('state.notFound')}
      action={
        <Button component={Link} to="/" variant="contained">
          {t('state.home')}
        </Button>
      }
    />
  );
}
