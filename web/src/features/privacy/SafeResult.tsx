import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import type { PrivacyCreateAnonymizationsApiResponse } from '../../api/generated';
import type { Problem } from '../../api/problem';
import { CopyButton } from '../../shared/components/CopyButton';
import { ErrorState } from '../../shared/components/ErrorState';
import { SafeText } from '../../shared/components/SafeText';
import { Receipt } from './Receipt';

interface Props {
  result: PrivacyCreateAnonymizationsApiResponse | undefined;
  loading: boolean;
  stale: boolean;
  problem: Problem | undefined;
  onRetry: () => void;
}

function Body({ result, loading, stale, problem, onRetry }: Props) {
  const { t } = useTranslation();
  if (problem) return <ErrorState problem={problem} onRetry={onRetry} />;
  if (loading) {
    return (
      <Box role="status" aria-label={t('state.loading')}>
        <Skeleton height="1.5rem" />
        <Skeleton height="1.5rem" width="80%" />
      </Box>
    );
  }
  const text = result?.results.at(0)?.text;
  if (!result || text === undefined) {
    return (
      <Typography variant="body2" sx={{ color: 'text.secondary' }}>
        {t('privacy.safe.empty')}
      </Typography>
    );
  }
  return (
    <>
      {stale && (
        <Alert severity="info" variant="outlined" sx={{ mb: 2 }}>
          {t('privacy.safe.stale')}
        </Alert>
      )}
      <Typography
        variant="body1"
        component="div"
        role="group"
        aria-label={t('privacy.safe.label')}
        sx={{
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
          lineHeight: 2,
          opacity: stale ? 0.75 : 1,
        }}
      >
        <SafeText text={text} />
      </Typography>
      <Box sx={{ mt: 1 }}>
        <CopyButton text={text} label={t('privacy.safe.copy')} variant="outlined" />
      </Box>
      <Receipt receipt={result.receipt} />
    </>
  );
}

/** What a model would get instead of the text, and the receipt for it. */
export function SafeResult(props: Props) {
  const { t } = useTranslation();
  return (
    <Card
      component="section"
      aria-labelledby="safe-title"
      aria-live="polite"
      sx={{ p: { xs: 2, sm: 2.5 } }}
    >
      <Typography variant="h2" id="safe-title" sx={{ mb: 1.5 }}>
        {t('privacy.safe.title')}
      </Typography>
      <Body {...props} />
    </Card>
  );
}
