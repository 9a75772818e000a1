import CloudOffOutlined from '@mui/icons-material/CloudOffOutlined';
import LockOutlined from '@mui/icons-material/LockOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { type Problem, UNREACHABLE } from '../../api/problem';
import { EmptyState } from './EmptyState';

const REFUSED = 403;

interface Props {
  problem: Problem;
  onRetry?: () => void;
}

/** A call that failed: what happened, the request id for the log, and a way to try again. */
export function ErrorState({ problem, onRetry }: Props) {
  const { t } = useTranslation();
  const refused = problem.status === REFUSED;
  const said = problem.detail ?? problem.title;
  const fallback = problem.status === UNREACHABLE ? t('state.unreachable') : t('state.unexpected');
  return (
    <Box role="alert" data-state={refused ? 'refused' : 'error'}>
      <EmptyState
        icon={refused ? LockOutlined : CloudOffOutlined}
        title={refused ? t('state.refusedTitle') : t('state.errorTitle')}
        text={
          <>
            <Typography variant="body2">
              {refused ? t('state.refused') : said || fallback}
            </Typography>
            {refused && said && <Typography variant="body2">{said}</Typography>}
            {problem.instance && (
              <Typography variant="caption" component="p" sx={{ mt: 1, fontFamily: 'monospace' }}>
                {t('state.request', { id: problem.instance })}
              </Typography>
            )}
          </>
        }
        action={
          !refused &&
          onRetry && (
            <Button variant="outlined" onClick={onRetry}>
              {t('actions.retry')}
            </Button>
          )
        }
      />
    </Box>
  );
}
